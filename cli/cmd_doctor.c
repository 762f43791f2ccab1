// mograph doctor: what this machine has, what is missing, and whether
// every operation computes what its reference says.
#include "cli/command.h"
#include "cli/device.h"
#include "cli/terminal.h"
#include "runtime/cache.h"
#include "runtime/system/machine.h"
#include "shaders/check/op_trial.h"

#include <string.h>

struct doctor_values {
    const char *device;
};

static const struct option options[] = {{OPTION_DEVICE(struct doctor_values, device)}, {0}};

// --- the machine ---

static void print_row(const char *name, const char *value) {
    printf("%-12s %s\n", name, value);
}

static void report_system(void) {
    char name[400], text[512];
    sys_name(name, sizeof name);
    print_row("mograph", MOGRAPH_VERSION);
    snprintf(text, sizeof text, "%s, %u processors", name, sys_processors());
    if (name[0] != '\0')
        print_row("system", text);
}

static void report_loader(const struct rt_context *context) {
    char version[CLI_VERSION_TEXT], text[64];
    cli_version_text(rt_context_loader_version(context), version);
    snprintf(text, sizeof text, "Vulkan %s", version);
    print_row("loader", text);
    print_row("validation", rt_context_has_validation(context)
                                ? (rt_env_flag("MOGRAPH_VALIDATE") ? "installed, on" : "installed, off")
                                : "not installed (vulkan-validationlayers; only developers need it)");
}

static void report_devices(const struct rt_context *context) {
    for (uint32_t i = 0; i < rt_context_device_count(context); i++) {
        const struct rt_device_info *info = rt_context_device(context, i);
        char name[24], text[800];
        snprintf(name, sizeof name, "device %u", info->index);
        snprintf(text, sizeof text, "%s, %s%s%s", info->name, rt_device_type_text(info->type),
                 info->usable ? "" : "; cannot be used: it ", info->reason);
        print_row(name, text);
    }
}

// --- the chosen device ---

// Mesa before 24 runs lavapipe's shaders six to eight times slower than 25 (measured 22.3.6 against 25.0.7).
static bool is_slow_lavapipe(const struct rt_device_info *info) {
    const char *mesa = strstr(info->driver, "Mesa ");
    unsigned major = 0;
    return info->type == RT_DEVICE_CPU && mesa != NULL && sscanf(mesa + 5, "%u", &major) == 1 && major < 24;
}

static void report_advice(const struct rt_device_info *info) {
    if (is_slow_lavapipe(info))
        print_row("advice", "a Mesa this old runs several times slower on the CPU than Mesa 25 "
                            "(Debian 12: mesa-vulkan-drivers from bookworm-backports)");
    if (info->timestamp_period_ns == 0.0f)
        print_row("advice", "no timestamps on this device: benchmarks fall back on the clock");
}

static void report_chosen(const struct cli_device *device) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    char version[CLI_VERSION_TEXT], text[800];
    cli_version_text(info->api_version, version);
    snprintf(text, sizeof text, "device %u, Vulkan %s, %s", info->index, version, info->driver);
    print_row("chosen", text);
    snprintf(text, sizeof text, "%.1f GiB, %.1f GiB free, blocks of at most %.1f GiB",
             (double)info->memory_bytes / (1 << 30), (double)rt_device_free_bytes(device->device) / (1 << 30),
             (double)info->max_allocation_bytes / (1 << 30));
    print_row("memory", text);
    char pinned[32] = "";
    if (info->subgroup_pinned)
        snprintf(pinned, sizeof pinned, ", pinned to %u", info->pinned_subgroup);
    snprintf(text, sizeof text, "buffer device addresses, 64-bit integers; subgroups of %u%s%s",
             info->subgroup_size, pinned, info->subgroup_broadcast ? ", broadcast" : "");
    print_row("features", text);
    snprintf(text, sizeof text,
             "%u invocations and %u KiB shared memory per workgroup, %u bytes of push constants",
             info->max_invocations, info->max_shared_bytes / 1024, info->max_push_bytes);
    print_row("limits", text);
    cli_matrix_text(info, text);
    print_row("matrices", text);
    print_row("kernels", op_family_text(device->library->target.family));
    bool kept = rt_cache_path(device->device, text, sizeof text);
    if (!kept)
        snprintf(text, sizeof text, "nowhere: %s", sys_cache_variables());
    print_row("cache", text);
    report_advice(info);
}

// --- the self-test ---

struct verdict {
    uint32_t trials, failures;
    double error, tolerance;      // of the trial that came nearest to its bound
    struct op_trial_result first; // that failed
};

static bool run_trial(struct op_library *library, const struct op_trial *trial, struct verdict *verdict,
                      struct cli_error *error) {
    struct op_trial_result result;
    enum rt_status status = op_trial_run(library, trial, &result);
    verdict->trials++;
    if (!cli_check(error, status, "%s, family %s", op_table[trial->id]->name,
                   op_family_text(library->target.family))) {
        result.passed = false;
        snprintf(result.text, sizeof result.text, "%.600s", error->text);
    }
    if (!result.passed && verdict->failures++ == 0)
        verdict->first = result;
    if (status == RT_OK && result.tolerance > 0.0 &&
        (verdict->tolerance == 0.0 ||
         result.error / result.tolerance > verdict->error / verdict->tolerance)) {
        verdict->error = result.error;
        verdict->tolerance = result.tolerance;
    }
    return status != RT_ERROR_DEVICE_LOST;
}

// Every shape of its table that is for doctor, with random inputs and with all zeros but one. False when the
// device is lost.
static bool test_operation(struct op_library *library, enum op_id id, struct verdict *verdict,
                           struct cli_error *error) {
    static const enum op_fill fills[] = {OP_FILL_RANDOM, OP_FILL_ONE_HOT};
    const struct op_shape *shape;
    for (uint32_t i = 0; (shape = op_shape_at(id, OP_DOCTOR, i)) != NULL; i++)
        for (size_t fill = 0; fill < sizeof fills / sizeof fills[0]; fill++) {
            struct op_trial trial = {.id = id, .params = shape->params, .fill = fills[fill], .seed = 1 + i};
            if (!run_trial(library, &trial, verdict, error))
                return false;
        }
    return true;
}

// Family lane is for CPU devices: a GPU's compiler takes minutes over its long unrolled code, and nobody runs it
// there but who asks for it.
static bool is_judged(const struct cli_device *device, enum op_family usual, int family) {
    const struct rt_device_info *info = rt_device_describe(device->device);
    const char *obstacle;
    return op_family_possible(info, (enum op_family)family, &obstacle) &&
           (family != OP_FAMILY_LANE || info->type == RT_DEVICE_CPU || usual == OP_FAMILY_LANE);
}

// "tile, lane, coop": those that are judged.
static void list_families(const struct cli_device *device, char *text, size_t size) {
    text[0] = '\0';
    for (int family = 0; family < OP_FAMILY_COUNT; family++)
        if (is_judged(device, device->library->target.family, family))
            snprintf(text + strlen(text), size - strlen(text), "%s%s", family > 0 ? ", " : "",
                     op_family_text((enum op_family)family));
}

static bool test_families(struct cli_device *device, enum op_id id, struct verdict *verdict,
                          struct cli_error *error) {
    enum op_family usual = device->library->target.family;
    bool alive = true;
    for (int family = 0; family < OP_FAMILY_COUNT && alive; family++) {
        if (!is_judged(device, usual, family))
            continue;
        if (cli_check(error, op_library_set_family(device->library, (enum op_family)family),
                      "choosing kernels"))
            alive = test_operation(device->library, id, verdict, error);
        else if (verdict->failures++ == 0)
            snprintf(verdict->first.text, sizeof verdict->first.text, "%.600s", error->text);
    }
    op_library_set_family(device->library, usual);
    return alive;
}

static void print_verdict(enum op_id id, const struct verdict *verdict) {
    printf("%-33s %6u  %11.1e  %9.0e  %s\n", op_table[id]->name, verdict->trials, verdict->error,
           verdict->tolerance,
           verdict->failures > 0 ? "FAILED"
           : verdict->trials > 0 ? "ok"
                                 : "NOT TRIED");
    if (verdict->failures > 0)
        printf("    %s\n", verdict->first.text);
}

// Prints one line per operation; the number of operations that failed.
static uint32_t test_operations(struct cli_device *device, struct cli_cause *cause) {
    struct progress progress;
    struct cli_error error = {.cause = cause}; // of one trial: the page tells it
    uint32_t failed = 0;
    printf("\n%-33s %6s  %11s  %9s\n", "operation", "trials", "worst error", "allowed");
    progress_begin(&progress, "self-test", OP_COUNT);
    for (int id = 0; id < OP_COUNT; id++) {
        struct verdict verdict = {0};
        bool alive = test_families(device, (enum op_id)id, &verdict, &error);
        progress_clear(&progress);
        print_verdict((enum op_id)id, &verdict);
        fflush(stdout);
        failed += verdict.failures > 0 || verdict.trials == 0;
        if (!alive)
            return OP_COUNT - (uint32_t)id; // a lost device judges no later operation
        if (progress.interactive)
            progress_update(&progress, (uint64_t)id + 1, NULL);
    }
    progress_clear(&progress);
    return failed;
}

static bool self_test(struct cli_device *device, struct cli_error *error) {
    double start = terminal_seconds();
    uint32_t failed = test_operations(device, error->cause);
    char families[64];
    list_families(device, families, sizeof families);
    double seconds = terminal_seconds() - start;
    uint32_t messages = rt_context_validation_count(device->context);
    if (failed == 0) {
        printf("\nall %d operations agree with their references (kernels: %s, %.1f s)\n", OP_COUNT, families,
               seconds);
        return messages == 0 || cli_fail(error, NULL, "the validation layer spoke %u times", messages);
    }
    printf("\n%u of %d operations FAILED (kernels: %s, %.1f s)\n", failed, OP_COUNT, families, seconds);
    return cli_fail(error, NULL,
                    "this device or its driver computes wrongly; try another one with --device, a newer "
                    "driver, or report the page above");
}

static bool run(const void *values, char **args, int arg_count, struct cli_error *error) {
    const struct doctor_values *v = values;
    struct cli_device device = {0};
    (void)args;
    (void)arg_count;
    report_system();
    fflush(stdout);
    bool open = cli_device_open(v->device, &device, error);
    if (device.context != NULL) {
        report_loader(device.context);
        report_devices(device.context);
    }
    if (open)
        report_chosen(&device);
    bool sound = open && self_test(&device, error);
    cli_device_close(&device);
    return sound;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .summary = "check the driver, the device and every operation",
    .text =
        "Prints a report that can be pasted into a bug report as it is. Every operation runs on the device\n"
        "and on the CPU, with every kernel family that is for such a device, and both must agree.\n",
    .options = options,
    .values_size = sizeof(struct doctor_values),
    .run = run,
};
