// A data set takes its name when it is whole, replaces nothing but one of ours, and survives being killed.
#define _XOPEN_SOURCE 700

#include "cli/data/ours.h"
#include "cli/data/staging.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 60 };

static struct cli_error error;

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

// A set of FILES files that all hold `version`, and a manifest as mograph writes it.
static bool fill(const struct staging *staging, int version) {
    char folder[PATH_CAPACITY], path[PATH_CAPACITY];
    bool ok = staging_folder(staging, "train/k", folder, &error);
    for (int i = 0; ok && i < FILES; i++) {
        snprintf(path, sizeof path, "%.4000s/%d.txt", folder, i);
        FILE *file = fopen(path, "w");
        ok = file != NULL && fprintf(file, "%d\n", version) > 0;
        ok = file != NULL && fclose(file) == 0 && ok;
    }
    snprintf(path, sizeof path, "%.4000s/manifest.json", staging->folder);
    FILE *file = fopen(path, "w");
    ok = ok && file != NULL && fputs("{\"generator\": \"mograph test\"}", file) >= 0;
    return file != NULL && fclose(file) == 0 && ok;
}

static bool make(const char *target, bool force, int version) {
    struct staging staging;
    error = (struct cli_error){.text = ""};
    bool ok = staging_begin(&staging, target, force, &error) && fill(&staging, version) &&
              staging_commit(&staging, &error);
    staging_end(&staging);
    return ok;
}

// The version of a whole set, 0 when it is not whole or a mixture.
static int version_of(const char *target) {
    int version = 0;
    if (folder_made_by_us(target) != FOLDER_DATA_SET)
        return 0;
    for (int i = 0; i < FILES; i++) {
        char path[PATH_CAPACITY];
        int found = 0;
        snprintf(path, sizeof path, "%s/train/k/%d.txt", target, i);
        FILE *file = fopen(path, "r");
        bool read = file != NULL && fscanf(file, "%d", &found) == 1;
        if (file != NULL)
            fclose(file);
        if (!read || (i > 0 && found != version))
            return 0;
        version = found;
    }
    return version;
}

static bool clean(const char *target) {
    char partial[64], replaced[64];
    snprintf(partial, sizeof partial, "%s.partial", target);
    snprintf(replaced, sizeof replaced, "%s.replaced", target);
    return !exists(partial) && !exists(replaced) && !ours_is_marked(target);
}

static void whole_or_not(void) {
    struct staging staging;
    CHECK(make("a", false, 1) && version_of("a") == 1 && clean("a"));
    CHECK(!make("a", false, 2) && strstr(error.text, "--force") != NULL && version_of("a") == 1 &&
          clean("a"));
    CHECK(make("a/", true, 2) && version_of("a") == 2 && clean("a"));
    CHECK(staging_begin(&staging, "a", true, &error) && fill(&staging, 3));
    CHECK(version_of("a") == 2 && staging_is_folder(&staging, "./a.partial") &&
          staging_is_target(&staging, "./a"));
    staging_end(&staging);
    staging_end(&staging);
    CHECK(version_of("a") == 2 && clean("a"));
    tool("mkdir empty && mkdir finder && touch finder/.DS_Store");
    CHECK(make("empty", false, 1) && version_of("empty") == 1 && clean("empty"));
    CHECK(make("finder", true, 1) && version_of("finder") == 1 && clean("finder"));
}

// What may not be replaced stays, with and without force, and the reason is said before any work.
static void refusals(void) {
    static const struct {
        const char *make, *words;
    } rows[] = {
        {"echo precious >t", "is not a folder"},
        {"mkfifo t", "is not a folder"},
        {"mkdir t && echo precious >t/x", "not a data set that mograph made"},
        {"mkdir -p t/.git && echo precious >t/.git/x", "not a data set that mograph made"},
        {"mkdir other && echo precious >other/x && ln -s other t", "is a link"},
        {"ln -s nowhere t", "is a link"},
        {"mkdir t && echo '{\"generator\": \"some other\"}' >t/manifest.json",
         "not a data set that mograph made"},
        {"cp -r a t && echo precious >t/notes.txt", "holds notes.txt, which mograph did not put there"},
        {"cp -r a t && mkdir t/test && echo precious >t/test/x",
         "holds test, which mograph did not put there"},
        {"cp -r a t && mkdir t/.git && echo precious >t/.git/x",
         "holds .git, which mograph did not put there"},
        {"mkdir t.partial && echo precious >t.partial/x", "t.partial: is in the way"},
        {"echo precious >t.partial", "t.partial: is in the way"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct staging staging;
        tool("%s && ls -lR t* >before", rows[i].make);
        for (int force = 0; force < 2; force++) {
            CHECK(!staging_begin(&staging, "t", force == 1, &error));
            staging_end(&staging);
        }
        if (!CHECK(strstr(error.text, rows[i].words) != NULL))
            fprintf(stderr, "%s: %s\n", rows[i].make, error.text);
        tool("ls -lR t* >after && cmp before after && rm -rf t t.partial other");
    }
    struct staging staging;
    CHECK(!staging_begin(&staging, "", true, &error) && !staging_begin(&staging, "/", true, &error));
    CHECK(!staging_begin(&staging, ".", true, &error) && !staging_begin(&staging, "a/..", true, &error));
    struct stat shm, dev; // a mount point, unless this is a bare chroot
    if (stat("/dev/shm", &shm) == 0 && stat("/dev", &dev) == 0 && shm.st_dev != dev.st_dev)
        CHECK(!staging_begin(&staging, "/dev/shm", true, &error));
    staging_end(&staging);
}

// Somebody else takes the name while the set is made.
static void race(void) {
    struct staging staging;
    CHECK(staging_begin(&staging, "raced", true, &error) && fill(&staging, 1));
    tool("echo theirs >raced");
    CHECK(!staging_commit(&staging, &error) && strstr(error.text, "raced: is not a folder") == error.text);
    staging_end(&staging);
    tool("grep -q theirs raced && test ! -e raced.partial && rm raced");
}

static void leftovers(void) {
    // Of a process that was killed while it wrote, or while it removed the old set.
    tool("mkdir -p b.partial/train/k && cd b.partial && touch .mograph-partial train/k/x .hidden");
    CHECK(make("b", false, 1) && version_of("b") == 1 && clean("b"));
    tool("mkdir b.partial"); // between the making and the mark
    CHECK(make("b", true, 2) && version_of("b") == 2 && clean("b"));
    // In two steps: the old one had stepped aside, and the new one had not come.
    tool("mv b b.replaced && touch b.replaced/.mograph-partial");
    CHECK(!make("b", false, 3) && version_of("b") == 2 && clean("b"));
    tool("cp -r b b.replaced && touch b.replaced/.mograph-partial");
    CHECK(make("b", true, 3) && version_of("b") == 3 && clean("b"));
    // Nothing says that it is ours: it stays, and is in nobody's way.
    tool("mkdir -p b.replaced/train/k && echo precious >b.replaced/train/k/0001.webp");
    CHECK(make("b", true, 4) && version_of("b") == 4);
    tool("grep -q precious b.replaced/train/k/0001.webp && rm -r b.replaced");
    // What cannot be removed as a whole keeps its mark, so that it is known the next time, too.
    tool("mkdir deep && touch deep/.mograph-partial && cd deep && d=d; for i in $(seq 70); do d=$d/d; done; "
         "mkdir -p $d && touch a b c d/e");
    CHECK(!ours_remove("deep") && ours_is_marked("deep") && !exists("deep/b"));
    tool("rm -r deep");
    // A link in a leftover is removed, what it leads to is not.
    tool("mkdir keep b.partial && touch keep/x b.partial/.mograph-partial && ln -s ../keep b.partial/link");
    CHECK(make("b", true, 5) && exists("keep/x") && clean("b"));
}

static void one_at_a_time(void) {
    struct staging first, second;
    CHECK(staging_begin(&first, "c", true, &error) && fill(&first, 1));
    CHECK(!staging_begin(&second, "c", true, &error));
    CHECK(strstr(error.text, "c.partial: another mograph is making this data set") == error.text);
    staging_end(&second);
    CHECK(staging_commit(&first, &error));
    staging_end(&first);
    CHECK(version_of("c") == 1 && clean("c") && make("c", true, 2) && version_of("c") == 2);
}

static void wait_us(long microseconds) {
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    nanosleep(&time, NULL);
}

// Killed at many moments, the target is always one whole version, never an older one, and the next run works.
static void kills(void) {
    int last = 1, replaced = 0, kept = 0;
    CHECK(make("killed", false, last));
    // A slow machine needs more rounds until both have been seen.
    for (int round = 0; round < 60 || ((replaced == 0 || kept == 0) && round < 1000); round++) {
        pid_t child = fork();
        if (child == 0) {
            for (int version = last + 1;; version++)
                if (!make("killed", true, version))
                    _exit(1);
        }
        wait_us(2000 + round * 331 % (30000 + 200 * round));
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        int now = version_of("killed");
        if (!CHECK(WIFSIGNALED(status) && now >= last))
            fprintf(stderr, "round %d: version %d after %d\n", round, now, last);
        replaced += now > last;
        kept += exists("killed.partial");
        last = now > 0 ? now : last;
    }
    CHECK(replaced > 0 && kept > 0); // else nothing was tried
    CHECK(make("killed", true, ++last) && version_of("killed") == last && clean("killed"));
}

int main(void) {
    test_begin();
    scratch_begin();
    whole_or_not();
    refusals();
    race();
    leftovers();
    one_at_a_time();
    kills();
    scratch_end();
    return test_end();
}
