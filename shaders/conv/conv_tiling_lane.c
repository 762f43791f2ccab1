// Shapes a convolution's kernels for CPU devices (family `lane`).
//
// What decides on lavapipe, by its code on AVX-512: a product and a sum are two instructions, never one. Sums
// live on the stack; every step of a loop loads each, merges it with the mask of active lanes and stores it.
// A load from a lane's own address is a gather of some ten cycles for eight lanes. Code beyond some 3,000
// instructions falls out of the processor's cache of decoded ones. So some 128 vectors of sums with six
// products each a step are best: 105 of the 144 GFLOP/s that products and sums in registers reach.
#include "shaders/conv/conv_tiling_lane.h"

#include "runtime/align.h"

enum { FEW_GROUPS = 16 }; // with fewer workgroups than this, processors would be idle

// Small code does then: it adds up in the same order, but is built in half the time.
static bool small_work(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                       uint32_t b) {
    return conv_flops(g, a, b) < target->large_code_flops;
}

static void add_spec(struct op_launch *launch, uint32_t value) {
    launch->spec[launch->spec_count++] = value;
}

// --- gather

// What a subgroup computes: a lane `columns` output columns of a row, side by side, in `channels` channels.
struct lane_gather {
    uint32_t columns, chunk, channels;
    uint64_t runs; // of so many columns, in one parity class
};

// Blocks of equal size that waste the least.
static uint32_t channels_of_block(uint32_t b, uint32_t limit) {
    uint32_t blocks = (uint32_t)rt_div_up(b, limit);
    return (uint32_t)rt_align_up(rt_div_up(b, blocks), 4);
}

static struct lane_gather plan_gather(const struct op_target *target, const struct conv_geometry *g,
                                      bool transposed, uint32_t a, uint32_t b) {
    const uint32_t *to = transposed ? g->big : g->small;
    uint32_t q[3];
    for (int i = 0; i < 3; i++)
        q[i] = transposed ? (uint32_t)rt_div_up(to[i], g->stride[i]) : to[i];
    uint32_t taps = transposed ? (uint32_t)rt_div_up(g->kernel[2], g->stride[2]) : g->kernel[2];
    bool small = small_work(target, g, a, b);
    struct lane_gather plan = {.channels = channels_of_block(b, small ? 8 : 32)};
    plan.columns = small || plan.channels > 16 ? 4 : 8;
    while (plan.columns > 1 && plan.columns / 2 >= q[2])
        plan.columns /= 2;
    plan.chunk = taps > 1 ? 2 : conv_chunk(a, small ? 4 : 8);
    plan.runs = (uint64_t)g->n * q[0] * q[1] * rt_div_up(q[2], plan.columns);
    return plan;
}

static uint64_t gather_groups(const struct op_target *target, const struct lane_gather *plan,
                              uint32_t classes, uint32_t b) {
    return classes * rt_div_up(plan->runs, target->subgroup_size) * rt_div_up(b, plan->channels);
}

// Lanes are channels there, so that few voxels keep all of them busy.
static struct conv_gather_grid gather_few(const struct op_target *target, const struct conv_geometry *g,
                                          bool transposed, uint32_t b, struct op_launch *launch) {
    enum { VOXELS = 16 };
    uint32_t units = (uint32_t)rt_div_up(b, 2 * target->subgroup_size), pairs = units % 2 == 0 ? 2 : 1;
    uint64_t tiles = rt_div_up(conv_class_voxels(g, transposed), VOXELS);
    launch->kernel = KERNEL_FOR(g->dtype, conv_gather_few);
    launch->groups = conv_class_count(g, transposed) * tiles * rt_div_up(units, pairs);
    add_spec(launch, target->subgroup_size);
    add_spec(launch, VOXELS);
    add_spec(launch, pairs == 1 || target->subgroup_size < 4 ? 2 : 4);
    add_spec(launch, pairs);
    return (struct conv_gather_grid){(uint32_t)tiles, 1};
}

bool conv_lane_few(const struct op_target *target, const struct conv_geometry *g, bool transposed, uint32_t a,
                   uint32_t b) {
    struct lane_gather plan = plan_gather(target, g, transposed, a, b);
    // The kernels add up taps in different orders: a clip must not depend on how many are computed with it.
    bool one_tap = conv_taps(g) == 1;
    return one_tap ? 2 * plan.runs < target->subgroup_size : plan.columns == 1;
}

struct conv_gather_grid conv_lane_gather(const struct op_target *target, const struct conv_geometry *g,
                                         bool transposed, uint32_t a, uint32_t b, struct op_launch *launch) {
    struct lane_gather plan = plan_gather(target, g, transposed, a, b);
    launch->local[0] = target->subgroup_size;
    if (conv_lane_few(target, g, transposed, a, b))
        return gather_few(target, g, transposed, b, launch);
    uint32_t classes = conv_class_count(g, transposed);
    while (plan.channels > 16 && gather_groups(target, &plan, classes, b) < FEW_GROUPS)
        plan.channels = (uint32_t)rt_align_up(plan.channels / 2, 4);
    launch->kernel = KERNEL_FOR(g->dtype, conv_gather_lane);
    launch->groups = gather_groups(target, &plan, classes, b);
    add_spec(launch, target->subgroup_size);
    add_spec(launch, plan.columns);
    add_spec(launch, plan.chunk);
    add_spec(launch, plan.channels);
    return (struct conv_gather_grid){(uint32_t)rt_div_up(plan.runs, target->subgroup_size), 1};
}

// --- the weight gradient

// What a subgroup sums: all taps along w of one (kd, kh), `a` channels of the big side by two a lane of the
// small side's, from `columns` small columns a step.
struct lane_weight {
    uint32_t a, columns;
    uint64_t blocks; // that cover the weight
};

static struct lane_weight plan_weight(const struct op_target *target, const struct conv_geometry *g,
                                      uint32_t a, uint32_t b) {
    bool small = small_work(target, g, a, b);
    struct lane_weight plan = {.a = conv_chunk(a, small ? 8 : 32)};
    plan.columns = small || plan.a > 16 ? 4 : 8;
    plan.blocks =
        (uint64_t)g->kernel[0] * g->kernel[1] * (a / plan.a) * rt_div_up(b, 2 * target->subgroup_size);
    return plan;
}

uint32_t conv_lane_weight_parts(const struct op_target *target, const struct conv_geometry *g, uint32_t a,
                                uint32_t b) {
    struct lane_weight plan = plan_weight(target, g, a, b);
    uint64_t rows = (uint64_t)g->n * g->small[0] * g->small[1], parts = rt_div_up(FEW_GROUPS, plan.blocks);
    return (uint32_t)(parts > rows ? rows : parts);
}

void conv_lane_weight(const struct op_target *target, const struct conv_geometry *g, uint32_t a, uint32_t b,
                      struct op_launch *launch) {
    struct lane_weight plan = plan_weight(target, g, a, b);
    launch->local[0] = target->subgroup_size;
    launch->groups = conv_lane_weight_parts(target, g, a, b) * plan.blocks;
    add_spec(launch, target->subgroup_size);
    add_spec(launch, plan.a);
    add_spec(launch, plan.columns);
}
