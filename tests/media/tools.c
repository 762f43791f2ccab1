// Helpers for tests of clips: a scratch folder, other programs, and how much two clips differ.
#define _XOPEN_SOURCE 700 // nftw
#include "tests/media/tools.h"

#include "cli/data/particle_variety.h"
#include "cli/data/particles.h"
#include "cli/data/random.h"
#include "cli/media/read.h"
#include "tests/test.h"

#include <ftw.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch[TEST_TEMPORARY];

static void give_up(const char *what) {
    fprintf(stderr, "the test cannot run: %s\n", what);
    exit(1);
}

void scratch_begin(void) {
    test_temporary(scratch);
    if (mkdtemp(scratch) == NULL || chdir(scratch) != 0)
        give_up("no scratch folder");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

void scratch_end(void) {
    if (chdir("/") == 0)
        nftw(scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void format_command(char *command, size_t capacity, const char *format, va_list args) {
    int length = vsnprintf(command, capacity, format, args);
    if (length < 0 || (size_t)length >= capacity)
        give_up("a command is too long");
}

void tool(const char *format, ...) {
    char command[4096];
    va_list args;
    va_start(args, format);
    format_command(command, sizeof command, format, args);
    va_end(args);
    if (system(command) != 0)
        give_up(command);
}

uint8_t *tool_output(size_t *size, const char *format, ...) {
    char command[4096];
    va_list args;
    va_start(args, format);
    format_command(command, sizeof command, format, args);
    va_end(args);
    FILE *pipe = popen(command, "r");
    uint8_t *bytes = NULL;
    *size = 0;
    for (size_t got = 1; pipe != NULL && got > 0; *size += got) {
        uint8_t *more = realloc(bytes, *size + 65536);
        if (more == NULL)
            give_up("no memory");
        bytes = more;
        got = fread(bytes + *size, 1, 65536, pipe);
    }
    if (pipe == NULL || pclose(pipe) != 0)
        give_up(command);
    return bytes;
}

void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        give_up(path);
}

size_t file_size(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

void draw_clip(struct clip *clip, uint32_t kind, uint32_t number) {
    struct particle_params params;
    struct cli_error error;
    struct particle_variety variety = particle_variety_all(1);
    particles_draw_params(1, kind, number, &variety, &params);
    if (!particles_render(1, kind, number % 4, &params, 32, 128, 128, clip, &error))
        give_up(error.text);
}

void noise_clip(struct clip *clip, uint32_t frames, uint32_t height, uint32_t width) {
    struct cli_error error;
    struct random random = random_stream(frames, height, width);
    if (!clip_create(clip, frames, height, width, &error))
        give_up(error.text);
    for (size_t i = 0; i < frames * clip_frame_bytes(clip); i++)
        clip->rgb[i] = (uint8_t)(random_unit(&random) * 256);
}

bool read_clip(const char *path, struct clip *clip) {
    struct cli_error error = {.text = ""};
    bool ok = clip_read(path, clip, &error);
    if (!CHECK(ok))
        fprintf(stderr, "%s\n", error.text);
    return ok;
}

bool clips_equal(const struct clip *a, const struct clip *b) {
    return a->frames == b->frames && a->height == b->height && a->width == b->width &&
           memcmp(a->rgb, b->rgb, a->frames * clip_frame_bytes(a)) == 0;
}

// Blurs one axis of a frame; edges repeat. `step` is the distance of neighbours in values.
static void blur_axis(const double *in, double *out, size_t values, size_t step, size_t length,
                      double sigma) {
    enum { RADIUS = 8 };
    for (size_t i = 0; i < values; i++) {
        double sum = 0, total = 0;
        size_t at = i / step % length;
        for (int k = -RADIUS; k <= RADIUS; k++) {
            double weight = exp(-0.5 * k * k / (sigma * sigma));
            ptrdiff_t to = (ptrdiff_t)at + k;
            to = to < 0 ? 0 : to >= (ptrdiff_t)length ? (ptrdiff_t)length - 1 : to;
            sum += weight * in[(ptrdiff_t)i + (to - (ptrdiff_t)at) * (ptrdiff_t)step];
            total += weight;
        }
        out[i] = sum / total;
    }
}

// The blur is linear: blurring the difference is blurring both.
double clip_psnr(const struct clip *a, const struct clip *b, double sigma) {
    size_t values = clip_frame_bytes(a);
    if (a->frames != b->frames || a->height != b->height || a->width != b->width)
        return 0;
    double *difference = malloc(values * sizeof *difference), *other = malloc(values * sizeof *other),
           total = 0;
    for (uint32_t t = 0; t < a->frames; t++) {
        for (size_t i = 0; i < values; i++)
            difference[i] = clip_frame_at(a, t)[i] - clip_frame_at(b, t)[i];
        if (sigma > 0) {
            blur_axis(difference, other, values, 3, a->width, sigma);
            blur_axis(other, difference, values, 3 * (size_t)a->width, a->height, sigma);
        }
        for (size_t i = 0; i < values; i++)
            total += difference[i] * difference[i];
    }
    free(difference);
    free(other);
    return 10 * log10(255.0 * 255.0 * (double)values * a->frames / fmax(total, 1e-9));
}
