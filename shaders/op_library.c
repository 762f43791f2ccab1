// The operations of a device: which family of kernels it takes, and that it computes rightly.
#include "runtime/log.h"
#include "runtime/transfer.h"
#include "shaders/check/op_trial.h"
#include "shaders/conv/conv_tune.h"
#include "shaders/conv3d/conv3d.h"

#include <stdlib.h>
#include <string.h>

static bool has_coop_kernels(void) {
    return op_kernel_codes[KERNEL_conv_gather_coop].words != NULL;
}

bool op_family_possible(const struct rt_device_info *info, enum op_family family, const char **obstacle) {
    *obstacle = "";
    if (family == OP_FAMILY_LANE && !(info->subgroup_pinned && info->subgroup_broadcast))
        *obstacle = "it lacks subgroups of a fixed size with broadcast";
    else if (family == OP_FAMILY_COOP && !has_coop_kernels())
        *obstacle = "this program was built without it: glslc could not compile cooperative matrices";
    else if (family == OP_FAMILY_COOP && info->matrix.m == 0)
        *obstacle = info->matrix_reason;
    return (*obstacle)[0] == '\0';
}

static enum rt_status check_family(const struct rt_device_info *info, enum op_family family) {
    const char *obstacle;
    if (op_family_possible(info, family, &obstacle))
        return RT_OK;
    rt_log(RT_LOG_ERROR, "\"%s\" cannot run kernel family %s: %s; use MOGRAPH_KERNELS=tile", info->name,
           op_family_text(family), obstacle);
    return RT_ERROR_UNSUPPORTED;
}

enum rt_status op_library_set_family(struct op_library *library, enum op_family family) {
    enum rt_status status = check_family(rt_device_describe(library->device), family);
    if (status == RT_OK)
        library->target.family = family;
    return status;
}

// MOGRAPH_KERNELS; NULL where it says nothing.
static const char *forced_family(void) {
    const char *forced = getenv("MOGRAPH_KERNELS");
    return forced != NULL && forced[0] != '\0' ? forced : NULL;
}

// A CPU has no matrix units: there, coop is for tests.
static enum op_family usual_family(const struct rt_device_info *info) {
    const char *obstacle;
    enum op_family best = info->type == RT_DEVICE_CPU ? OP_FAMILY_LANE : OP_FAMILY_COOP;
    return op_family_possible(info, best, &obstacle) ? best : OP_FAMILY_TILE;
}

enum rt_status op_family_choose(const struct rt_device_info *info, enum op_family *family) {
    const char *forced = forced_family();
    *family = usual_family(info);
    if (forced == NULL)
        return RT_OK;
    for (int i = 0; i < OP_FAMILY_COUNT; i++)
        if (strcmp(forced, op_family_text((enum op_family)i)) == 0) {
            *family = (enum op_family)i;
            return check_family(info, *family);
        }
    rt_log(RT_LOG_ERROR, "MOGRAPH_KERNELS=%s: the kernel families are tile, lane and coop", forced);
    return RT_ERROR_INVALID;
}

// A convolution that is one past a tile in each direction, by all three passes.
static enum rt_status try_coop(struct op_library *library, struct op_trial_result *result) {
    static const struct op_conv3d conv = {.n = 1,
                                          .size = {2, 5, 13},
                                          .cin = 20,
                                          .cout = 20,
                                          .kernel = {3, 3, 3},
                                          .stride = {1, 1, 1},
                                          .padding = {1, 1, 1}};
    static const enum op_id passes[] = {OP_conv3d_forward, OP_conv3d_backward_input,
                                        OP_conv3d_backward_weight};
    enum rt_status status = RT_OK;
    for (size_t i = 0; i < sizeof passes / sizeof passes[0] && status == RT_OK; i++) {
        struct op_trial trial = {.id = passes[i], .params = &conv, .fill = OP_FILL_RANDOM, .seed = 1};
        status = op_trial_run(library, &trial, result);
        if (status == RT_OK && !result->passed)
            return RT_ERROR_MISMATCH;
    }
    return status;
}

// A driver that offers matrices and multiplies them wrongly, or not at all, costs its speed and nothing else.
enum rt_status op_library_prove(struct op_library *library) {
    if (library->target.family != OP_FAMILY_COOP || !rt_device_computes(library->device))
        return RT_OK;
    struct op_trial_result result = {.text = "the kernels could not be run"};
    enum rt_status status = try_coop(library, &result);
    if (status == RT_OK || status == RT_ERROR_DEVICE_LOST)
        return status;
    bool forced = forced_family() != NULL;
    rt_log(forced ? RT_LOG_ERROR : RT_LOG_WARNING, "cooperative matrices fail their self-test%s: %s",
           forced ? "; use MOGRAPH_KERNELS=tile" : ", so the kernels are tile's", result.text);
    library->target.family = OP_FAMILY_TILE;
    return forced ? RT_ERROR_UNSUPPORTED : RT_OK;
}

static enum rt_status create_zeros(struct op_library *library) {
    enum rt_status status =
        rt_arena_create(library->device, RT_MEMORY_DEVICE, OP_ZERO_BYTES, "zeros", &library->arena);
    if (status != RT_OK)
        return status;
    library->zeros = rt_arena_push(library->arena, OP_ZERO_BYTES);
    void *zeros = calloc(1, OP_ZERO_BYTES);
    if (zeros == NULL)
        return rt_no_memory("zeros");
    status = rt_buffer_upload(library->device, library->zeros, zeros, OP_ZERO_BYTES);
    free(zeros);
    return status;
}

// AMD's GPUs before RDNA know subgroups of 64 alone.
static enum op_gpu make_of(const struct rt_device_info *info) {
    switch (info->vendor_id) {
    case 0x10de:
        return OP_GPU_NVIDIA;
    case 0x1002:
        return info->min_subgroup_size < 64 ? OP_GPU_RDNA : OP_GPU_GCN;
    case 0x8086:
        return OP_GPU_INTEL;
    default:
        return OP_GPU_OTHER;
    }
}

enum rt_status op_library_create(struct rt_device *device, struct op_library **out) {
    *out = NULL;
    const struct rt_device_info *info = rt_device_describe(device);
    struct op_library *library = calloc(1, sizeof *library);
    if (library == NULL)
        return rt_no_memory("the operations");
    library->device = device;
    library->check = rt_env_flag("MOGRAPH_CHECK");
    library->target = (struct op_target){.cpu = info->type == RT_DEVICE_CPU,
                                         .subgroup_size = info->pinned_subgroup,
                                         .max_invocations = info->max_invocations,
                                         .max_shared_bytes = info->max_shared_bytes,
                                         .large_code_flops = 8e6,
                                         .gpu = make_of(info),
                                         .matrix = info->matrix};
    enum rt_status status = op_family_choose(info, &library->target.family);
    if (status == RT_OK)
        status = create_zeros(library);
    if (status == RT_OK)
        status = op_library_prove(library);
    if (status != RT_OK)
        op_library_destroy(&library);
    *out = library;
    return status;
}

void op_library_destroy(struct op_library **handle) {
    struct op_library *library = *handle;
    if (library == NULL)
        return;
    conv_tuning_end(library);
    rt_arena_destroy(&library->arena);
    free(library);
    *handle = NULL;
}
