// Listing a data set, and importing one over another: each allocation and call of ours failing once. Whatever
// fails, the old set stays, nothing is left beside it, and no clip is missed without a word.
#include "cli/data/import.h"
#include "cli/data/scan.h"
#include "tests/faults/faults.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

static bool list_it(void *user, uint64_t *digest) {
    struct data_set set;
    struct cli_error error = {.status = 0};
    (void)user;
    fault_watch(true);
    bool ok = data_set_scan(&set, "source", &error);
    fault_watch(false);
    if (error.text[0] != '\0')
        fault_say(error.text);
    for (uint32_t i = 0; ok && i < set.clip_count; i++)
        *digest = fault_digest(*digest, set.clips[i].path, strlen(set.clips[i].path));
    for (uint32_t i = 0; ok && i < set.note_count; i++)
        *digest = fault_digest(*digest, set.notes[i].text, strlen(set.notes[i].text));
    if (ok)
        data_set_destroy(&set);
    return ok;
}

// The reason why a clip was skipped is the line of a failure; the one that is always there is none.
static void on_told(void *user, enum walk_telling telling, const char *text) {
    unsigned *skipped = user;
    if (telling == WALK_SKIPPED && strstr(text, "again.webp: the same file") == NULL && (*skipped)++ == 0)
        fault_say(text);
}

static uint64_t set_digest(const char *folder) {
    static const char *const files[] = {"manifest.json", "train/k/0001.webp", "train/k/0002.webp"};
    uint64_t digest = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        digest = 3 * digest + fault_file_digest(path);
    }
    return digest;
}

static bool import_it(void *user, uint64_t *digest) {
    static const struct import import = {.size = {8, 8, 2}};
    static const char *const source = "source";
    unsigned skipped = 0;
    struct import_report report = {.tell = on_told, .user = &skipped};
    struct cli_error error = {.status = 0};
    (void)user;
    fault_watch(true);
    bool ok = import_write(&import, &source, 1, "out", true, &report, NULL, &error);
    fault_watch(false);
    if (error.text[0] != '\0' && skipped == 0)
        fault_say(error.text);
    *digest = set_digest("out");
    CHECK(!exists("out.replaced") && (ok || !exists("out.partial")));
    if (ok) // an old set that could not be removed is left to the next run
        tool("rm -rf out out.partial && cp -r old out");
    else
        CHECK(*digest == set_digest("old") && fault_files("out") == fault_files("old"));
    return ok && skipped == 0;
}

int main(void) {
    static const char *const source = "source/k/frames";
    static const struct import import = {.size = {8, 8, 2}};
    struct import_report report = {.tell = NULL};
    struct cli_error error = {.status = 0};
    test_begin();
    scratch_begin();
    tool(
        "mkdir -p source/k/frames && convert -size 9x9 xc:red source/k/frames/1.png && "
        "cp source/k/frames/1.png source/k/frames/2.png && touch source/k/frames/Thumbs.db source/.DS_Store && "
        "ffmpeg -nostdin -v error -f lavfi -i testsrc=s=16x16:r=25:d=0.08 source/k/a.webp && "
        "ln source/k/a.webp source/k/again.webp");
    CHECK(import_write(&import, &source, 1, "old", false, &report, NULL, &error));
    tool("cp -r old out");
    struct fault_trial trial = {"listing a data set", list_it, NULL, 0};
    fault_try(&trial, FAULT_MEMORY, ENOMEM);
    trial = (struct fault_trial){"importing over another", import_it, NULL, 0};
    fault_try(&trial, FAULT_MEMORY, ENOMEM);
    trial.tolerated = 20; // the same as for clips (test_media.c), once a file, and an old set that stays
    fault_try(&trial, FAULT_SYSTEM, ENOSPC);
    scratch_end();
    return test_end();
}
