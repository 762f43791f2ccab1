// What every kernel starts with: extensions, the local size as specialisation constants 0 to 2,
// the family as 3, and the index of a workgroup in a grid that the runtime folded into x and y.
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference2 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_EXT_control_flow_attributes : require

layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;

// On CPU devices (family `lane`) a load costs one scalar load per lane whatever its width up to 64 bits,
// so memory is read in 64-bit pieces; on GPUs 128-bit loads are best.
layout(constant_id = 3) const bool LANE = false;

uint group_index() {
    return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x;
}

uint invocation_index() {
    return group_index() * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
}

uint invocation_count() {
    return gl_NumWorkGroups.x * gl_NumWorkGroups.y * gl_WorkGroupSize.x;
}

// Kernels that share out `count` items of equal work:
//   for (uint i = item_begin(count); i < item_end(count); i += item_step())
// On a GPU the whole grid moves through memory side by side; on a CPU each workgroup reads a range of its
// own from front to back, as prefetchers and the translation of addresses like it.
uint items_per_group(uint count) {
    uint groups = gl_NumWorkGroups.x * gl_NumWorkGroups.y, per_group = (count + groups - 1) / groups;
    return (per_group + gl_WorkGroupSize.x - 1) / gl_WorkGroupSize.x * gl_WorkGroupSize.x;
}

uint item_begin(uint count) {
    return LANE ? group_index() * items_per_group(count) + gl_LocalInvocationID.x : invocation_index();
}

uint item_end(uint count) {
    return LANE ? min(count, (group_index() + 1) * items_per_group(count)) : count;
}

uint item_step() {
    return LANE ? gl_WorkGroupSize.x : invocation_count();
}
