// Measures one clip: sharpness, brightness, blobs of light, differences between frames.
#include "model/metrics/picture.h"

#include "runtime/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 3 }; // frames that a second difference looks at

struct scratch {
    size_t h, w, pixels;
    float *planes[RING]; // [3][h][w], frame t in planes[t % RING]
    float *brightest;    // [h][w]
    float *top;          // [top_capacity], a heap whose root is the smallest
    uint32_t *stack;     // [pixels], of pixels to visit
    bool *open;          // [pixels], in a blob and not visited
    size_t top_count, top_capacity;
};

struct sums {
    double laplacian, laplacian_numbers;
    double blobs, first, second;
};

static void scratch_free(struct scratch *s) {
    free(s->planes[0]);
    free(s->stack);
    free(s->open);
}

static bool scratch_init(struct scratch *s, const struct clip_view *clip) {
    size_t pixels = clip_view_pixels(clip), top = pixels * clip->d / 1000;
    *s = (struct scratch){.h = clip->h, .w = clip->w, .pixels = pixels, .top_capacity = top > 0 ? top : 1};
    float *memory = malloc((3 * RING * pixels + pixels + s->top_capacity) * sizeof *memory);
    s->planes[0] = memory;
    s->stack = malloc(pixels * sizeof *s->stack);
    s->open = calloc(pixels, sizeof *s->open);
    if (memory == NULL || s->stack == NULL || s->open == NULL) {
        scratch_free(s);
        return false;
    }
    for (size_t i = 1; i < RING; i++)
        s->planes[i] = memory + 3 * i * pixels;
    s->brightest = memory + 3 * RING * pixels;
    s->top = s->brightest + pixels;
    return true;
}

// --- sharpness

static double laplacian_at(const float *p, size_t w) {
    double value = (double)p[1] + (double)*(p - 1) + (double)p[w] + (double)*(p - w) - 4.0 * (double)p[0];
    return value * value;
}

static void add_laplacian(const struct scratch *s, const float *planes, struct sums *sums) {
    for (size_t y = 1; y + 1 < s->h; y++)
        for (size_t x = 1; x + 1 < s->w; x++) {
            size_t i = y * s->w + x;
            if (!(s->brightest[i] > PICTURE_FOREGROUND))
                continue;
            for (size_t c = 0; c < 3; c++)
                sums->laplacian += laplacian_at(planes + c * s->pixels + i, s->w);
            sums->laplacian_numbers += 3.0;
        }
}

// --- the brightest pixels

static void sift_up(float *heap, size_t i) {
    for (size_t parent; i > 0 && heap[i] < heap[parent = (i - 1) / 2]; i = parent) {
        float value = heap[i];
        heap[i] = heap[parent];
        heap[parent] = value;
    }
}

static void sift_down(float *heap, size_t count) {
    float value = heap[0];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < count; i = child) {
        if (child + 1 < count && heap[child + 1] < heap[child])
            child++;
        if (!(heap[child] < value))
            break;
        heap[i] = heap[child];
    }
    heap[i] = value;
}

static void add_brightest(struct scratch *s) {
    for (size_t i = 0; i < s->pixels; i++)
        if (s->top_count < s->top_capacity) {
            s->top[s->top_count] = s->brightest[i];
            sift_up(s->top, s->top_count++);
        } else if (s->brightest[i] > s->top[0]) {
            s->top[0] = s->brightest[i];
            sift_down(s->top, s->top_count);
        }
}

static double mean_of_brightest(const struct scratch *s) {
    double sum = 0.0;
    for (size_t i = 0; i < s->top_count; i++)
        sum += (double)s->top[i];
    return sum / (double)s->top_count;
}

// --- blobs

static size_t push_neighbours(struct scratch *s, size_t pixel, size_t depth) {
    size_t y = pixel / s->w, x = pixel % s->w;
    size_t y1 = y + 1 < s->h ? y + 1 : y, x1 = x + 1 < s->w ? x + 1 : x;
    for (size_t v = y > 0 ? y - 1 : y; v <= y1; v++)
        for (size_t u = x > 0 ? x - 1 : x; u <= x1; u++)
            if (s->open[v * s->w + u]) {
                s->open[v * s->w + u] = false;
                s->stack[depth++] = (uint32_t)(v * s->w + u);
            }
    return depth;
}

static void close_blob(struct scratch *s, size_t pixel) {
    size_t depth = 1;
    s->open[pixel] = false;
    s->stack[0] = (uint32_t)pixel;
    while (depth > 0) {
        depth--;
        depth = push_neighbours(s, s->stack[depth], depth);
    }
}

static void add_blobs(struct scratch *s, struct sums *sums) {
    for (size_t i = 0; i < s->pixels; i++)
        s->open[i] = s->brightest[i] > PICTURE_BLOB;
    for (size_t i = 0; i < s->pixels; i++)
        if (s->open[i]) {
            close_blob(s, i);
            sums->blobs += 1.0;
        }
}

// --- motion

static void add_differences(const struct scratch *s, uint32_t frame, struct sums *sums) {
    const float *now = s->planes[frame % RING], *before = s->planes[(frame + RING - 1) % RING];
    const float *earlier = s->planes[(frame + RING - 2) % RING];
    double first = 0.0, second = 0.0;
    for (size_t i = 0; i < 3 * s->pixels && frame >= 1; i++)
        first += ((double)now[i] - (double)before[i]) * ((double)now[i] - (double)before[i]);
    for (size_t i = 0; i < 3 * s->pixels && frame >= 2; i++) {
        double d = (double)now[i] - 2.0 * (double)before[i] + (double)earlier[i];
        second += d * d;
    }
    sums->first += first;
    sums->second += second;
}

// --- clips

// Before anything compares them: a NaN is neither above nor below.
static bool is_finite(const struct scratch *s, const float *planes) {
    double sum = 0.0;
    for (size_t i = 0; i < 3 * s->pixels; i++)
        sum += fabs((double)planes[i]);
    return isfinite(sum);
}

static bool add_frame(struct scratch *s, const struct clip_view *clip, uint32_t frame, struct sums *sums) {
    float *planes = s->planes[frame % RING];
    clip_view_frame(clip, frame, planes);
    if (!is_finite(s, planes))
        return false;
    clip_view_brightest(planes, s->pixels, s->brightest);
    add_laplacian(s, planes, sums);
    add_brightest(s);
    add_blobs(s, sums);
    add_differences(s, frame, sums);
    return true;
}

static struct picture figures(const struct scratch *s, const struct sums *sums, uint32_t frames) {
    double numbers = 3.0 * (double)s->pixels;
    struct picture p = {.peak = mean_of_brightest(s),
                        .blobs = sums->blobs / frames,
                        .first_difference = (double)NAN,
                        .second_difference = (double)NAN};
    if (sums->laplacian_numbers > 0.0)
        p.laplacian = sums->laplacian / sums->laplacian_numbers;
    if (frames >= 2)
        p.first_difference = sums->first / (numbers * (frames - 1));
    if (frames >= 3)
        p.second_difference = sums->second / (numbers * (frames - 2));
    return p;
}

enum rt_status picture_measure(const struct clip_view *clip, struct picture *out) {
    struct scratch s;
    struct sums sums = {0};
    bool finite = true;
    if (!scratch_init(&s, clip)) {
        rt_log(RT_LOG_ERROR, "no memory to measure frames of %ux%u", clip->w, clip->h);
        return RT_ERROR_OUT_OF_MEMORY;
    }
    for (uint32_t frame = 0; frame < clip->d && finite; frame++)
        finite = add_frame(&s, clip, frame, &sums);
    if (finite)
        *out = figures(&s, &sums, clip->d);
    else
        rt_log(RT_LOG_ERROR, "a clip to be measured holds numbers that are not finite");
    scratch_free(&s);
    return finite ? RT_OK : RT_ERROR_INVALID;
}
