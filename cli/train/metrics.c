// Writes metrics.csv.
#include "cli/train/metrics.h"

#include "model/files/atomic_file.h"
#include "runtime/system/files.h"
#include "runtime/system/text_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool fail(const struct metrics *m, struct cli_error *error) {
    return cli_fail(error, m->path, "cannot be written: %s", strerror(errno));
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

// Copies the rows of steps below `steps`; a last line without its end is left out.
static int copy_rows(FILE *from, FILE *to, uint64_t steps) {
    char *line = NULL;
    size_t capacity = 0;
    ptrdiff_t length;
    int code = 0;
    errno = EIO; // in case the library fails without a word
    while (code == 0 && !feof(from) && !ferror(from)) {
        length = sys_read_line(&line, &capacity, from);
        if (length <= 0)
            break;
        bool kept = strtoull(line, NULL, 10) < steps && line[length - 1] == '\n';
        if (kept && fwrite(line, 1, (size_t)length, to) != (size_t)length)
            code = errno;
    }
    if (code == 0 && ferror(from))
        code = errno;
    free(line);
    return code;
}

// Whether the file begins with the line that `header` holds, or holds nothing.
static bool same_header(FILE *file, const char *header) {
    char *line = NULL;
    size_t capacity = 0;
    bool same = sys_read_line(&line, &capacity, file) <= 0 || strcmp(line, header) == 0;
    free(line);
    return same;
}

static char *header_text(uint32_t levels) {
    struct sys_text_stream stream;
    if (!sys_text_begin(&stream))
        return NULL;
    write_header(stream.file, levels);
    sys_text_end(&stream);
    return stream.text;
}

// The header, and the rows of `old`, which may be NULL, below `steps`, in the place of the file: whole or
// not at all. Closes `old`: not every system replaces a file that is open.
static int replace(const struct metrics *m, const char *header, FILE *old, uint64_t steps) {
    struct atomic_file whole;
    atomic_file_sweep(m->path);
    int code = atomic_file_begin(&whole, m->path, false);
    if (code == 0)
        code = atomic_file_write(&whole, header, strlen(header));
    if (code == 0 && old != NULL)
        code = copy_rows(old, whole.file, steps);
    if (old != NULL)
        fclose(old);
    if (code == 0)
        return atomic_file_commit(&whole, true);
    atomic_file_discard(&whole);
    return code;
}

// Takes `old` over, which may be NULL.
static bool begin_file(struct metrics *m, const char *header, FILE *old, uint64_t steps,
                       struct cli_error *error) {
    if (old != NULL && !same_header(old, header)) {
        fclose(old);
        return cli_fail(error, m->path,
                        "its columns are not those that this version writes: rename it, and the run goes on "
                        "with a new one");
    }
    errno = replace(m, header, old, steps);
    if (errno == 0)
        m->file = sys_fopen(m->path, "a");
    return m->file != NULL || fail(m, error);
}

bool metrics_open(struct metrics *m, const char *path, uint32_t levels, uint64_t steps,
                  struct cli_error *error) {
    *m = (struct metrics){.levels = levels};
    snprintf(m->path, sizeof m->path, "%s", path);
    FILE *old = steps > 0 ? sys_fopen(path, "r") : NULL;
    // A run that goes on without a file begins a new one: its rows are lost already.
    if (steps > 0 && old == NULL && errno != ENOENT)
        return fail(m, error);
    char *header = header_text(levels);
    if (header != NULL) {
        bool opened = begin_file(m, header, old, steps, error);
        free(header);
        return opened;
    }
    if (old != NULL)
        fclose(old);
    return cli_no_memory(error, "the header of metrics.csv");
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

bool metrics_sync(struct metrics *m, struct cli_error *error) {
    return sys_sync(m->file) || errno == EINVAL || fail(m, error);
}

void metrics_close(struct metrics *m) {
    if (m->file != NULL)
        fclose(m->file);
    m->file = NULL;
}
