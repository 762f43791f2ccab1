// Tables of steps of training, and of the kernels that they spend their time in.
#include "cli/bench/bench_train_print.h"

#include "cli/bench/bench_json.h"

#include <stdio.h>
#include <stdlib.h>

static const char *precision_text(const struct bench_train *b) {
    return b->options.storage == OP_BF16 ? "bf16" : "fp32";
}

static const char *optimiser_text(const struct bench_train *b) {
    return b->options.optimiser == TRAINER_ADAMW ? "adamw" : "muon";
}

static bool has_adversary(const struct bench_train *b) {
    return b->options.schedule.adversary_from < 1.0f;
}

// --- steps

static void print_device(const struct cli_device *device) {
    printf("%s, kernels: %s\n", rt_device_describe(device->device)->name,
           op_family_text(device->library->target.family));
}

static void print_step(const struct bench_train *b) {
    double seconds = b->median_ms * 1e-3, rate = b->flops / seconds;
    bool tera = rate >= 1e12;
    printf("step    %.2f ms, median of %u from %.2f to %.2f\n", b->median_ms, b->steps, b->best_ms,
           b->worst_ms);
    printf("clips   %.2f a second\n", b->options.batch / seconds);
    if (b->memory.streamed)
        printf("waited  %.2f ms a step for clips, which are streamed\n", b->waited_ms);
    printf("work    %.2f %s, the model's %.2f GFLOP a clip\n", rate * (tera ? 1e-12 : 1e-9),
           tera ? "TFLOP/s" : "GFLOP/s", b->flops / b->options.batch * 1e-9);
    printf("memory  %.0f MiB on the device\n\n", (double)b->memory.total / 1048576.0);
}

void bench_train_print_head(const struct cli_device *device, const struct bench_train *b) {
    print_device(device);
    printf("%s, %ux%ux%u, %s, %s%s\n\n", b->model.name, b->model.w, b->model.h, b->model.d, precision_text(b),
           optimiser_text(b), has_adversary(b) ? ", with the adversary" : "");
    printf("%5s %10s %9s %10s %9s", "batch", "ms", "clips/s", "GFLOP/s", "MiB");
    printf(b->data != NULL ? " %10s\n" : "\n", "waited ms");
}

void bench_train_print_row(const struct bench_train *b) {
    printf("%5u %10.2f %9.2f %10.1f %9.0f", b->options.batch, b->median_ms,
           b->options.batch / b->median_ms * 1e3, b->flops / b->median_ms * 1e-6,
           (double)b->memory.total / 1048576.0);
    printf(b->data != NULL ? " %10.2f\n" : "\n", b->waited_ms);
    fflush(stdout);
}

// --- where the time goes

static void rate_text(double work, double ns, char text[24]) {
    snprintf(text, 24, "-");
    if (work > 0.0 && ns > 0.0)
        snprintf(text, 24, "%.1f", work / ns);
}

static void roof_text(double roof_ns, double ns, char text[24]) {
    snprintf(text, 24, "-");
    if (roof_ns > 0.0 && ns > 0.0)
        snprintf(text, 24, "%.0f%%", roof_ns / ns * 100.0);
}

static void print_records(const struct bench_train *b) {
    printf("%6s  %-46s %9s %9s %9s %7s %7s\n", "record", "kernel", "ms", "GFLOP", "GFLOP/s", "GB/s",
           "of roof");
    for (uint32_t i = 0; i < b->record_count; i++) {
        const struct rt_profile_row *record = &b->records[i];
        char rate[24], traffic[24], roof[24];
        rate_text(record->flops, record->ns, rate);
        rate_text(record->bytes, record->ns, traffic);
        roof_text(bench_roof(&b->peaks, record->flops, record->bytes).ns, record->ns, roof);
        printf("%6u  %-46s %9.3f %9.3f %9s %7s %7s\n", i, record->name, record->ns * 1e-6,
               record->flops * 1e-9, rate, traffic, roof);
    }
    printf("\n");
}

static void print_kernel(const struct bench_kernel *kernel, double sum_ns) {
    char rate[24], traffic[24], roof[24];
    rate_text(kernel->flops, kernel->ns, rate);
    rate_text(kernel->bytes, kernel->ns, traffic);
    roof_text(kernel->roof_ns, kernel->ns, roof);
    printf("%-46s %6u %10.3f %6.1f%% %9s %7s %7s\n", kernel->name, kernel->calls, kernel->ns * 1e-6,
           sum_ns > 0.0 ? kernel->ns / sum_ns * 100.0 : 0.0, rate, traffic, roof);
}

static void print_kernels(const struct bench_train *b, const struct bench_kernel *kernels, uint32_t count) {
    struct bench_kernel sum = bench_kernels_sum(kernels, count);
    printf("peak: %.1f GFLOP/s of multiply-adds, %.1f GB/s of copying\n\n", b->peaks.flops * 1e-9,
           b->peaks.bytes * 1e-9);
    printf("%-46s %6s %10s %7s %9s %7s %7s\n", "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s",
           "of roof");
    for (uint32_t i = 0; i < count; i++)
        print_kernel(&kernels[i], sum.ns);
    print_kernel(&sum, sum.ns);
}

bool bench_train_print(const struct cli_device *device, const struct bench_train *b, bool each,
                       struct cli_error *error) {
    struct bench_kernel *kernels = calloc((size_t)b->record_count + 1, sizeof *kernels);
    if (kernels == NULL)
        return cli_no_memory(error, NULL);
    print_device(device);
    printf("%s, %ux%ux%u, batch %u, %s, %s%s\n\n", b->model.name, b->model.w, b->model.h, b->model.d,
           b->options.batch, precision_text(b), optimiser_text(b),
           has_adversary(b) ? ", with the adversary" : "");
    print_step(b);
    if (b->profiled && b->records == NULL)
        printf("the device has no timestamps: where the time goes is not known\n");
    if (b->records != NULL && each)
        print_records(b);
    if (b->records != NULL)
        print_kernels(b, kernels, bench_kernels_of(b, kernels));
    free(kernels);
    return true;
}

// --- as JSON

cJSON *bench_train_json_head(const struct cli_device *device, const struct bench_train *b) {
    cJSON *root = bench_json_head(device, &b->model);
    cJSON_AddStringToObject(root, "precision", precision_text(b));
    cJSON_AddStringToObject(root, "optimiser", optimiser_text(b));
    cJSON_AddBoolToObject(root, "adversary", has_adversary(b));
    cJSON_AddNumberToObject(root, "steps", b->steps);
    return root;
}

void bench_train_json_step(cJSON *row, const struct bench_train *b) {
    cJSON_AddNumberToObject(row, "batch", b->options.batch);
    cJSON_AddNumberToObject(row, "median_ms", b->median_ms);
    cJSON_AddNumberToObject(row, "best_ms", b->best_ms);
    cJSON_AddNumberToObject(row, "worst_ms", b->worst_ms);
    cJSON_AddNumberToObject(row, "waited_ms", b->waited_ms);
    cJSON_AddBoolToObject(row, "streamed", b->memory.streamed);
    cJSON_AddNumberToObject(row, "clips_per_s", b->options.batch / b->median_ms * 1e3);
    cJSON_AddNumberToObject(row, "train_flops_per_clip", b->flops / b->options.batch);
    cJSON_AddNumberToObject(row, "gflops", b->flops / b->median_ms * 1e-6);
    cJSON_AddNumberToObject(row, "memory_bytes", (double)b->memory.total);
}

static void add_work(cJSON *row, double ns, double flops, double bytes, double roof_ns) {
    cJSON_AddNumberToObject(row, "ms", ns * 1e-6);
    cJSON_AddNumberToObject(row, "flops", flops);
    cJSON_AddNumberToObject(row, "bytes", bytes);
    cJSON_AddNumberToObject(row, "gflops", ns > 0.0 ? flops / ns : 0.0);
    cJSON_AddNumberToObject(row, "gb_per_s", ns > 0.0 ? bytes / ns : 0.0);
    cJSON_AddNumberToObject(row, "of_roof", ns > 0.0 ? roof_ns / ns : 0.0);
}

static void add_records(cJSON *profile, const struct bench_train *b) {
    cJSON *rows = cJSON_AddArrayToObject(profile, "records");
    for (uint32_t i = 0; i < b->record_count; i++) {
        const struct rt_profile_row *record = &b->records[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "kernel", record->name);
        add_work(row, record->ns, record->flops, record->bytes,
                 bench_roof(&b->peaks, record->flops, record->bytes).ns);
        cJSON_AddItemToArray(rows, row);
    }
}

static void add_kernels(cJSON *profile, const struct bench_kernel *kernels, uint32_t count) {
    struct bench_kernel sum = bench_kernels_sum(kernels, count);
    add_work(profile, sum.ns, sum.flops, sum.bytes, sum.roof_ns);
    cJSON *rows = cJSON_AddArrayToObject(profile, "kernels");
    for (uint32_t i = 0; i < count; i++) {
        const struct bench_kernel *kernel = &kernels[i];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "kernel", kernel->name);
        cJSON_AddNumberToObject(row, "calls", kernel->calls);
        add_work(row, kernel->ns, kernel->flops, kernel->bytes, kernel->roof_ns);
        cJSON_AddNumberToObject(row, "share", sum.ns > 0.0 ? kernel->ns / sum.ns : 0.0);
        cJSON_AddItemToArray(rows, row);
    }
}

bool bench_train_json_profile(cJSON *root, const struct bench_train *b, bool each, struct cli_error *error) {
    if (b->records == NULL) {
        cJSON_AddNullToObject(root, "profile");
        return true;
    }
    struct bench_kernel *kernels = calloc((size_t)b->record_count + 1, sizeof *kernels);
    if (kernels == NULL)
        return cli_no_memory(error, NULL);
    cJSON *profile = cJSON_AddObjectToObject(root, "profile");
    cJSON_AddNumberToObject(profile, "peak_gflops", b->peaks.flops * 1e-9);
    cJSON_AddNumberToObject(profile, "peak_gb_per_s", b->peaks.bytes * 1e-9);
    add_kernels(profile, kernels, bench_kernels_of(b, kernels));
    if (each)
        add_records(profile, b);
    free(kernels);
    return true;
}
