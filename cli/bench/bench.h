// Timing operations on a device.
#ifndef MOGRAPH_CLI_BENCH_BENCH_H
#define MOGRAPH_CLI_BENCH_BENCH_H

#include "cli/device.h"

struct bench_time {
    double median_ns, best_ns; // of one run of the operation, all its kernels
    double flops;              // of one run, zero work not counted; 0 when the operation does not count them
    double bytes;              // inputs read once, outputs written once; scratch is not counted
};

// Runs the operation once to warm up and `repeat` times (1 to BENCH_MAX_REPEAT) on random inputs. Kernels are
// timed by the device's timestamps, or by the clock around the submission where it has none.
enum { BENCH_MAX_REPEAT = 1000 };
enum rt_status bench_operation(struct cli_device *device, enum op_id id, const void *params, uint32_t repeat,
                               struct bench_time *time);

// Sorts the values.
double bench_median(double *values, uint32_t count);

// What this device does at best: multiply-adds from registers, and a copy of the model's widest tensor
// (op_shapes.h; bytes read and written): larger ones would leave the caches that the model's tensors fit
// in.
struct bench_peaks {
    double flops, bytes; // per second
};
enum { BENCH_COPY_BYTES = 8 << 20 };
enum rt_status bench_peaks(struct cli_device *device, struct bench_peaks *peaks);

// The roofline (Williams et al. 2009): the time that work takes where the device does what it does best, and
// which of its peaks bounds it.
struct bench_roof {
    double ns;
    const char *bound; // "fma" or "copy"
};
struct bench_roof bench_roof(const struct bench_peaks *peaks, double flops, double bytes);

// The plain loop in C that everything is compared with: conv3d 64->64, 3x3x3,
// stride 1, padding 1, on 8x32x32, fp32, one thread, as this compiler builds it.
// Seconds of the best of three runs; negative when memory is out.
double bench_c_conv3d(void);
extern const char *const bench_c_label;
extern const double bench_c_flops;

#endif
