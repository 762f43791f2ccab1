// Computes figures of arrays that lie in a folder, for the scripts that compute them again:
//
//   metrics_bridge reconstruction FOLDER N D H W    a f32 [n][d][h][w][4], b u8 [n][d][h][w][3]
//   metrics_bridge active FOLDER N DIM              x f32 [n][dim]
//   metrics_bridge bits NLL KL NUMBERS
//   metrics_bridge picture FOLDER D H W             a f32 [d][h][w][4]
//   metrics_bridge distribution FOLDER N M T DIM    real f32 [n][dim], samples [m][dim], training [t][dim]
//
// Prints "name value" lines.
#include "model/metrics/distribution.h"
#include "model/metrics/picture.h"
#include "model/metrics/reconstruction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *load(const char *folder, const char *name, size_t bytes) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    FILE *file = fopen(path, "rb");
    void *data = malloc(bytes + 1);
    if (file == NULL || data == NULL || fread(data, 1, bytes + 1, file) != bytes) {
        fprintf(stderr, "%s: not %zu bytes\n", path, bytes);
        exit(1);
    }
    fclose(file);
    return data;
}

static void say(const char *name, double value) {
    printf("%s %.17g\n", name, value);
}

static uint32_t number(const char *text) {
    return (uint32_t)strtoul(text, NULL, 10);
}

static void say_reconstruction(char **args) {
    uint32_t n = number(args[1]), d = number(args[2]), h = number(args[3]), w = number(args[4]);
    size_t pixels = (size_t)d * h * w;
    float *a = load(args[0], "a", n * pixels * 4 * sizeof *a);
    uint8_t *b = load(args[0], "b", n * pixels * 3);
    struct reconstruction sums = {0};
    for (uint32_t i = 0; i < n; i++) {
        struct clip_view va = {.f32 = a + i * pixels * 4, .d = d, .h = h, .w = w, .stride = 4};
        struct clip_view vb = {.u8 = b + i * pixels * 3, .d = d, .h = h, .w = w, .stride = 3};
        if (reconstruction_add(&sums, &va, &vb) != RT_OK)
            exit(1);
    }
    say("psnr", reconstruction_psnr(&sums));
    say("foreground_psnr", reconstruction_foreground_psnr(&sums));
    say("ssim", reconstruction_ssim(&sums));
    free(a);
    free(b);
}

static void say_active(char **args) {
    uint32_t n = number(args[1]), dim = number(args[2]);
    float *x = load(args[0], "x", (size_t)n * dim * sizeof *x);
    say("active", reconstruction_active_units(x, n, dim, dim));
    free(x);
}

static void say_bits(char **args) {
    say("bits", reconstruction_bits_per_dimension(strtod(args[0], NULL), strtod(args[1], NULL),
                                                  strtod(args[2], NULL)));
}

static void say_picture(char **args) {
    struct clip_view view = {.d = number(args[1]), .h = number(args[2]), .w = number(args[3]), .stride = 4};
    float *a = load(args[0], "a", clip_view_pixels(&view) * view.d * 4 * sizeof *a);
    struct picture p;
    view.f32 = a;
    if (picture_measure(&view, &p) != RT_OK)
        exit(1);
    say("laplacian", p.laplacian);
    say("peak", p.peak);
    say("blobs", p.blobs);
    say("first_difference", p.first_difference);
    say("second_difference", p.second_difference);
    free(a);
}

static void say_manifold(struct features real, struct features samples) {
    struct manifold m;
    if (distribution_manifold(real, samples, &m) != RT_OK)
        exit(1);
    say("precision", m.precision);
    say("recall", m.recall);
    say("density", m.density);
    say("coverage", m.coverage);
}

static void say_path(struct features x) {
    struct path path;
    if (distribution_path(x, &path) != RT_OK)
        exit(1);
    say("path_length", path.length);
    say("path_perceptual", path.perceptual);
    say("path_largest_over_mean", path.largest_over_mean);
}

static void say_distribution(char **args) {
    struct features sets[3];
    double frechet, kid, diversity, memorisation;
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"real", "samples", "training"};
        sets[i] = (struct features){.n = number(args[1 + i]), .dim = number(args[4])};
        sets[i].x = load(args[0], names[i], (size_t)sets[i].n * sets[i].dim * sizeof(float));
    }
    if (distribution_frechet(sets[0], sets[1], &frechet) != RT_OK ||
        distribution_kid(sets[0], sets[1], &kid) != RT_OK ||
        distribution_diversity(sets[1], &diversity) != RT_OK ||
        distribution_memorisation(sets[1], sets[0], sets[2], &memorisation) != RT_OK)
        exit(1);
    say_manifold(sets[0], sets[1]);
    say("frechet", frechet);
    say("kid", kid);
    say("diversity", diversity);
    say("memorisation", memorisation);
    say_path(sets[1]);
    for (int i = 0; i < 3; i++)
        free((void *)sets[i].x);
}

static const struct figure {
    const char *name;
    int args;
    void (*say)(char **args);
} figures[] = {{"reconstruction", 5, say_reconstruction},
               {"active", 3, say_active},
               {"bits", 3, say_bits},
               {"picture", 4, say_picture},
               {"distribution", 5, say_distribution}};

int main(int argc, char **argv) {
    for (size_t i = 0; i < sizeof figures / sizeof figures[0] && argc > 1; i++)
        if (strcmp(argv[1], figures[i].name) == 0 && argc == 2 + figures[i].args) {
            figures[i].say(argv + 2);
            return 0;
        }
    fprintf(stderr, "metrics_bridge: see the top of metrics_bridge.c\n");
    return 2;
}
