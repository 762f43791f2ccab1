// Writes metrics.csv.
#include "cli/train/metrics.h"

#include "model/files/atomic_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool fail(const struct metrics *m, struct cli_error *error) {
    return cli_fail(error, m->path, "%s", strerror(errno));
}

static void write_names(FILE *file, const char *what, uint32_t levels) {
    for (uint32_t i = 0; i < levels; i++)
        fprintf(file, ",%s_%u", what, i);
}

static void write_header(FILE *file, uint32_t levels) {
    fputs("step,epoch,nll,mse,sigma", file);
    write_names(file, "kl", levels);
    write_names(file, "beta", levels);
    fputs(",lr,gradient_norm,clip_factor,adv_loss,adv_right,adv_scale,skipped,val_psnr,val_foreground_psnr,"
          "val_ssim,val_bits_per_dim",
          file);
    write_names(file, "val_kl", levels);
    write_names(file, "val_active", levels);
    fputc('\n', file);
}

// Copies the header and the rows of steps below `steps`; a last line without its end is left out.
static bool copy_rows(FILE *from, struct atomic_file *to, uint64_t steps) {
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool copied = true;
    for (uint64_t row = 0; copied && (length = getline(&line, &capacity, from)) > 0; row++) {
        bool kept = row == 0 || strtoull(line, NULL, 10) < steps;
        if (kept && line[length - 1] == '\n')
            copied = atomic_file_write(to, line, (size_t)length) == 0;
    }
    free(line);
    return copied && !ferror(from);
}

// False without a message when there is no file yet.
static bool cut_back(const struct metrics *m, uint64_t steps) {
    struct atomic_file whole = {.temporary = ""};
    FILE *file = fopen(m->path, "r");
    if (file == NULL)
        return false;
    bool done = atomic_file_begin(&whole, m->path, false) == 0 && copy_rows(file, &whole, steps) &&
                atomic_file_commit(&whole, true) == 0;
    atomic_file_discard(&whole);
    fclose(file);
    return done;
}

bool metrics_open(struct metrics *m, const char *path, uint32_t levels, uint64_t steps,
                  struct cli_error *error) {
    *m = (struct metrics){.levels = levels};
    snprintf(m->path, sizeof m->path, "%s", path);
    bool goes_on = steps > 0 && cut_back(m, steps);
    m->file = fopen(path, goes_on ? "a" : "w");
    if (m->file == NULL)
        return fail(m, error);
    if (!goes_on)
        write_header(m->file, levels);
    return fflush(m->file) == 0 || fail(m, error);
}

static void number(FILE *file, float value) {
    if (isfinite(value))
        fprintf(file, ",%.7g", (double)value);
    else
        fputc(',', file);
}

static void numbers(FILE *file, const float *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        number(file, values[i]);
}

static void write_validation(FILE *file, const struct validation *v, uint32_t levels) {
    if (!v->done) {
        for (uint32_t i = 0; i < 4 + 2 * levels; i++)
            fputc(',', file);
        return;
    }
    numbers(file, (const float[]){v->psnr, v->foreground_psnr, v->ssim, v->bits_per_dimension}, 4);
    numbers(file, v->kl, levels);
    for (uint32_t i = 0; i < levels; i++)
        fprintf(file, ",%u", v->active_units[i]);
}

bool metrics_add(struct metrics *m, const struct trainer_report *r, uint64_t epoch,
                 const struct validation *validation, struct cli_error *error) {
    fprintf(m->file, "%" PRIu64 ",%" PRIu64, r->step, epoch);
    numbers(m->file, (const float[]){r->nll, r->mse, r->sigma}, 3);
    numbers(m->file, r->kl, m->levels);
    numbers(m->file, r->beta, m->levels);
    numbers(m->file, (const float[]){r->lr, r->gradient_norm, r->grad_clip_factor}, 3);
    const struct adversary_report *a = &r->adversary;
    if (r->has_adversary)
        numbers(m->file, (const float[]){a->loss, a->right, a->scale}, 3);
    else
        fputs(",,,", m->file);
    fprintf(m->file, ",%d", r->skipped ? 1 : 0);
    write_validation(m->file, validation, m->levels);
    fputc('\n', m->file);
    return fflush(m->file) == 0 || fail(m, error);
}

void metrics_close(struct metrics *m) {
    if (m->file != NULL)
        fclose(m->file);
    m->file = NULL;
}
