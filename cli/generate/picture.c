// Lays decoded clips out in a grid, scales them and writes the file.
#include "cli/generate/picture.h"

#include "cli/media/write.h"
#include "cli/memory.h"

#include <math.h>

enum { GAP = 2, SHADE = 20 };

double picture_fps(const struct work *work) {
    return work->values->fps > 0.0 ? work->values->fps : PICTURE_FPS;
}

uint32_t picture_columns(const struct work *work, uint32_t count) {
    const struct vae_config *c = weights_config(work->weights);
    double square = ceil(sqrt((double)count * c->h / c->w) - 1e-9);
    return (uint32_t)fmin(fmax(square, 1.0), (double)count);
}

static struct grid laid(const struct work *work, const struct grid *grid) {
    struct grid result = *grid;
    bool alone = grid->columns * grid->rows == 1;
    result.scale = (uint32_t)work->values->scale;
    result.gap = alone ? 0 : GAP * result.scale;
    result.shade = SHADE;
    return result;
}

// The picture's size is that of the file; names in its margins are known later and judged then.
static bool check_memory(const struct work *work, const struct grid *grid, uint32_t frames, uint64_t held,
                         struct cli_error *error) {
    const struct vae_config *c = weights_config(work->weights);
    uint64_t cell = (uint64_t)c->w * grid->scale * c->h * grid->scale * 3;
    uint64_t bytes = held * work_clip_bytes(work) + (uint64_t)grid->columns * grid->rows * frames * cell;
    return memory_check(bytes, "the clips", error);
}

bool picture_check(const struct work *work, const struct grid *grid, uint32_t frames, uint64_t held,
                   struct cli_error *error) {
    const struct vae_config *c = weights_config(work->weights);
    struct grid l = laid(work, grid);
    uint32_t height, width;
    grid_size(&l, c->h, c->w, &height, &width);
    return grid_check(&l, frames, c->h, c->w, error) && check_memory(work, &l, frames, held, error) &&
           clip_format_check(work->values->out, frames, height, width, picture_fps(work), error);
}

bool picture_lay_out(const struct work *work, const struct grid *grid, uint32_t frames, const uint8_t *rgb,
                     uint32_t count, struct clip *out, struct cli_error *error) {
    const struct vae_config *c = weights_config(work->weights);
    struct grid l = laid(work, grid);
    if (!grid_compose(&l, frames, c->h, c->w, rgb, count, out, error))
        return false;
    clip_set_fps(out, picture_fps(work));
    return true;
}

bool picture_write(const struct work *work, struct clip *clip, const char *path, const char *what,
                   struct cli_error *error) {
    char comment[CLIP_COMMENT_BYTES];
    work_comment(work, what, comment);
    clip->comment = comment;
    bool ok = clip_write(clip, path, work->values->force, error);
    clip->comment = NULL;
    return ok;
}

bool picture_write_one(const struct work *work, const uint8_t *rgb, const char *path, const char *what,
                       struct cli_error *error) {
    const struct grid grid = {.columns = 1, .rows = 1};
    struct clip clip;
    if (!picture_lay_out(work, &grid, weights_config(work->weights)->d, rgb, 1, &clip, error))
        return false;
    bool ok = picture_write(work, &clip, path, what, error);
    clip_destroy(&clip);
    return ok;
}
