// test_report PYTHON CHECK_PAGE: metrics.csv from writing to reading back,
// and report.html, judged by check_page.py.
#include "cli/train/history.h"
#include "cli/train/metrics.h"
#include "cli/train/report.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { LEVELS = 2, STEPS = 300 };

static const char *python, *judge;

// --- metrics.csv

static struct trainer_report step_report(uint64_t step) {
    float s = (float)step;
    struct trainer_report r = {.step = step,
                               .nll = -1e5f - 300.0f * s,
                               .mse = 0.05f / (1.0f + s),
                               .sigma = sqrtf(0.05f / (1.0f + s)),
                               .kl = {40.0f + s, 20.0f},
                               .beta = {1.0f + 0.01f * s, 2.0f},
                               .lr = 0.003f,
                               .gradient_norm = 1e6f,
                               .grad_clip_factor = 1.0f};
    if (step == 5) { // what is not finite is left out
        r.skipped = true;
        r.nll = NAN;
        r.gradient_norm = INFINITY;
    }
    return r;
}

static struct validation validate(uint64_t step) {
    return (struct validation){.done = step % 10 == 9,
                               .psnr = 20.0f + 0.01f * (float)step,
                               .foreground_psnr = NAN,
                               .ssim = 0.9f,
                               .bits_per_dimension = 1.5f,
                               .kl = {49.5f, 30.25f},
                               .active_units = {7, 100}};
}

static void write_steps(const char *path, uint64_t from, uint64_t to) {
    struct metrics metrics;
    struct cli_error error;
    if (!CHECK(metrics_open(&metrics, path, LEVELS, from, &error)))
        return;
    for (uint64_t step = from; step < to; step++) {
        const struct trainer_report report = step_report(step);
        const struct validation validation = validate(step);
        CHECK(metrics_add(&metrics, &report, step / 10 + 1, &validation, &error));
    }
    metrics_close(&metrics);
}

static void check_history(void) {
    struct history h;
    struct cli_error error = {.text = ""};
    size_t row = 0;
    write_steps("whole.csv", 0, STEPS);
    if (!CHECK(history_read(&h, "whole.csv", &error)))
        return;
    CHECK(h.rows == STEPS);
    const double *step = history_column(&h, "step"), *nll = history_column(&h, "nll"),
                 *kl = history_column(&h, "kl_1"), *psnr = history_column(&h, "val_psnr");
    if (CHECK(step != NULL && nll != NULL && kl != NULL && psnr != NULL)) {
        for (size_t i = 0; i < STEPS; i++) {
            CHECK(step[i] == (double)i && kl[i] == 20.0);
            CHECK(i == 5 ? isnan(nll[i]) : fabs(nll[i] + 1e5 + 300.0 * (double)i) < 1.0);
            CHECK(isnan(psnr[i]) == (i % 10 != 9));
        }
        CHECK(isnan(history_column(&h, "gradient_norm")[5]));
    }
    CHECK(history_column(&h, "kl") == NULL && history_column(&h, "val_active_1") != NULL);
    CHECK(fabs(history_newest(&h, "val_psnr", 0, &row) - 22.99) < 1e-3 && row == 299);
    CHECK(fabs(history_newest(&h, "val_psnr", 1, &row) - 22.89) < 1e-3 && row == 289);
    CHECK(isnan(history_newest(&h, "val_psnr", 30, NULL)));
    CHECK(isnan(history_newest(&h, "val_foreground_psnr", 0, NULL)));
    CHECK(isnan(history_newest(&h, "nothing", 0, NULL)));
    history_destroy(&h);
}

static void append(const char *path, const char *text) {
    FILE *file = fopen(path, "a");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        exit(1);
}

static void check_refusal(const char *text, const char *words) {
    struct history h;
    struct cli_error error = {.text = ""};
    write_file("bad.csv", text, strlen(text));
    CHECK(!history_read(&h, "bad.csv", &error));
    if (!CHECK(strstr(error.text, words) != NULL))
        fprintf(stderr, "no \"%s\" in: %s\n", words, error.text);
}

static void check_damage(void) {
    struct history h;
    struct cli_error error = {.text = ""};
    // A killed run leaves a torn line: it does not count, and going on removes it.
    write_steps("torn.csv", 0, 120);
    append("torn.csv", "120,13,-136000,0.000");
    if (CHECK(history_read(&h, "torn.csv", &error))) {
        CHECK(h.rows == 120);
        history_destroy(&h);
    }
    write_steps("torn.csv", 100, STEPS); // from the checkpoint of step 100
    tool("cmp whole.csv torn.csv");
    check_refusal("step,nll\n0,1\n1\n", "line 3 does not hold 2 numbers");
    check_refusal("step,nll\n0,1,2\n", "line 2");
    check_refusal("step,nll\n0,abc\n", "line 2");
    check_refusal("", "no header");
    CHECK(!history_read(&h, "nowhere.csv", &error) && strstr(error.text, "nowhere.csv") != NULL);
}

// A disk that takes no more: a limit on the size of files stands for it. The rows that there are stay.
static void check_full_disk(void) {
    struct metrics metrics;
    struct cli_error error = {.text = ""};
    struct rlimit all, few = {.rlim_cur = 100};
    write_steps("full.csv", 0, STEPS);
    tool("cp full.csv full-kept.csv");
    signal(SIGXFSZ, SIG_IGN);
    if (!CHECK(getrlimit(RLIMIT_FSIZE, &all) == 0))
        return;
    few.rlim_max = all.rlim_max;
    CHECK(setrlimit(RLIMIT_FSIZE, &few) == 0);
    for (uint64_t steps = 0; steps <= STEPS; steps += STEPS / 2)
        CHECK(!metrics_open(&metrics, "full.csv", LEVELS, steps, &error) &&
              strcmp(error.text, "full.csv: cannot be written: File too large") == 0);
    CHECK(setrlimit(RLIMIT_FSIZE, &all) == 0);
    tool("cmp full.csv full-kept.csv");
    write_steps("full.csv", STEPS / 2, STEPS); // goes on when there is room again
    tool("cmp full.csv full-kept.csv");
    tool("test \"$(ls -A | grep -c '^[.]full')\" = 0");
}

// No file, an empty one, one of other columns, none at all: rows are never put under a header that is not
// theirs.
static void check_odd_files(void) {
    struct metrics metrics;
    struct cli_error error = {.text = ""};
    struct history h;
    write_file("empty.csv", "", 0);
    write_steps("empty.csv", 10, 20);
    write_steps("missing.csv", 10, 20);
    tool("cmp empty.csv missing.csv");
    if (CHECK(history_read(&h, "empty.csv", &error))) {
        CHECK(h.rows == 10);
        history_destroy(&h);
    }
    write_file("old.csv", "step,nll\n0,1\n", 13);
    CHECK(!metrics_open(&metrics, "old.csv", LEVELS, 1, &error) && strstr(error.text, "rename it") != NULL);
    tool("mkdir folder.csv");
    CHECK(!metrics_open(&metrics, "folder.csv", LEVELS, 1, &error) &&
          strstr(error.text, "folder.csv") != NULL);
    tool("test -d folder.csv && test \"$(cat old.csv | wc -l)\" = 2");
}

// --- report.html

static struct run_folder folder;

static struct train_values make_values(void) {
    struct train_values values = {.out = NULL};
    struct cli_error error;
    int count;
    bool help;
    CHECK(options_parse(train_options, 0, NULL, &values, &count, &help, NULL, &error));
    values.data = "/sets/sparks & <glow>";
    values.epochs = 40;
    values.batch = 4;
    return values;
}

static struct train_report make_report(const struct train_values *values) {
    return (struct train_report){.folder = &folder,
                                 .values = values,
                                 .data = "sparks & <glow>",
                                 .renew = 0.25,
                                 .device = "llvmpipe <256 bits>",
                                 .clips = 40,
                                 .val_clips = 8,
                                 .kinds = 6,
                                 .frames = 8,
                                 .height = 32,
                                 .width = 32,
                                 .parameters = 190000,
                                 .levels = LEVELS,
                                 .units = {8, 256},
                                 .target = {50.0f, 0.0f},
                                 .steps = STEPS,
                                 .step_count = 400,
                                 .seconds_per_clip = 0.9};
}

static void check_report(const struct train_report *report, const char *options) {
    struct cli_error error = {.text = ""};
    if (!CHECK(train_report_write(report, &error)))
        fprintf(stderr, "%s\n", error.text);
    char command[4096];
    snprintf(command, sizeof command, "%s %s 'run <1>/report.html' %s", python, judge, options);
    CHECK(system(command) == 0);
}

// Looks like a GIF from outside; no two alike.
static void make_gif(unsigned epoch, const char *what, size_t size) {
    char path[100];
    uint8_t *bytes = malloc(size);
    if (bytes == NULL)
        exit(1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 7 + epoch + (uint8_t)what[0]);
    static const uint8_t head[] = {'G', 'I', 'F', '8', '9', 'a', 32, 0, 16, 0}; // 32 x 16
    memcpy(bytes, head, sizeof head);
    snprintf(path, sizeof path, "run <1>/samples/%04u-%s.gif", epoch, what);
    write_file(path, bytes, size);
    free(bytes);
}

// Before the first step, and before the first pictures.
static void check_beginning(void) {
    const struct train_values values = make_values();
    struct train_report report = make_report(&values);
    struct cli_error error = {.text = ""};
    CHECK(!train_report_write(&report, &error) && strstr(error.text, "metrics.csv") != NULL);
    report.steps = 0;
    write_steps("run <1>/metrics.csv", 0, 0);
    check_report(&report, "--charts 0 --text 'run <1>running' --text '0%epoch 0 of 40'");
    write_steps("run <1>/metrics.csv", 0, 1);
    check_report(&report, "--charts 7 --text 'KL, top latent40 nats'");
}

static void check_whole(void) {
    const struct train_values values = make_values();
    struct train_report report = make_report(&values);
    tool("cp whole.csv 'run <1>/metrics.csv'");
    write_file("run <1>/samples/0040-samples.gif", "no GIF at all", 13);
    write_file("run <1>/samples/notes.txt", "x", 1);
    for (unsigned epoch = 10; epoch <= 30; epoch += 10) {
        make_gif(epoch, "samples", 5 << 20);
        make_gif(epoch, "reconstructions", 5 << 20);
        make_gif(epoch, "morph", 1 << 20);
    }
    tool("rm 'run <1>/samples/0040-samples.gif'");
    // 11 of 12 MiB for epoch 20, and the morphs of epoch 10.
    check_report(&report, "--charts 9 --gifs 'run <1>/samples' 7 --text 'sparks & <glow>' "
                          "--text 'llvmpipe <256 bits>' --text 'PSNR22.99 dB+0.10 since epoch 29' "
                          "--text 'KL, top latent49.5 natstarget 50, 7 of 8 units active' "
                          "--text 'KL, level 130.2 nats100 of 256 units active' "
                          "--text 'samples/0010-samples.gif (5.2 MB)' --text '1 step was skipped' "
                          "--text '75%epoch 30 of 40step 300 of 400900 ms a clip6 min 00 s left' "
                          "--text 'batch4 instead of 8clips a step'");
    report.state = TRAIN_DONE;
    report.steps = 400;
    report.device = NULL;
    check_report(&report, "--text 'run <1>done' --text '100%'");
}

int main(int argc, char **argv) {
    struct cli_error error;
    test_begin();
    if (argc != 3) {
        fprintf(stderr, "usage: test_report PYTHON CHECK_PAGE\n");
        return 2;
    }
    python = argv[1];
    judge = argv[2];
    scratch_begin();
    CHECK(run_folder_create(&folder, "run <1>", &error) && run_folder_fill(&folder, &error));
    check_history();
    check_damage();
    check_full_disk();
    check_odd_files();
    check_beginning();
    check_whole();
    scratch_end();
    return test_end();
}
