// Walking folders: each file once, whatever leads to it; what is not taken is told; import and the list of a
// data set go by the same rules.
#include "cli/data/import.h"
#include "cli/data/scan.h"
#include "cli/media/read.h"
#include "tests/media/tools.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What was told, a line each: "skipped PATH: why" or "left out PATH: why".
static char told[65536];
static struct import_report report;
static struct cli_error error;

static void on_told(void *user, enum walk_telling telling, const char *text) {
    size_t used = strlen(told);
    (void)user;
    snprintf(told + used, sizeof told - used, "%s %s\n", telling == WALK_SKIPPED ? "skipped" : "left out",
             text);
}

static bool tells(const char *words) {
    if (strstr(told, words) != NULL)
        return true;
    fprintf(stderr, "nothing says \"%s\" in:\n%s", words, told);
    return false;
}

// Imports; yields whether the counts are these.
static bool imports(const char *const *sources, uint32_t count, const char *out, uint32_t imported,
                    uint32_t skipped, uint32_t left_out) {
    static const struct import import = {.size = {8, 8, 2}};
    told[0] = '\0';
    report = (struct import_report){.tell = on_told};
    error = (struct cli_error){.text = ""};
    bool done = import_write(&import, sources, count, out, true, &report, NULL, &error);
    bool right = done && report.imported_count == imported && report.skipped_count == skipped &&
                 report.left_out_count == left_out;
    if (!right)
        fprintf(stderr, "%s: imported %u, skipped %u, left out %u\n%s%s\n", sources[0], report.imported_count,
                report.skipped_count, report.left_out_count, told, error.text);
    return right;
}

static bool imports_one(const char *source, const char *out, uint32_t imported, uint32_t skipped,
                        uint32_t left_out) {
    return imports(&source, 1, out, imported, skipped, left_out);
}

// Fails to import, and leaves nothing behind.
static bool import_fails(const char *source, const char *words) {
    static const struct import import = {.size = {8, 8, 2}};
    told[0] = '\0';
    report = (struct import_report){.tell = on_told};
    bool failed = !import_write(&import, &source, 1, "refused", false, &report, NULL, &error) &&
                  access("refused", F_OK) != 0 && access("refused.partial", F_OK) != 0;
    if (failed && strstr(error.text, words) != NULL)
        return true;
    fprintf(stderr, "not refused for \"%s\": %s\n", words, error.text);
    return false;
}

// Lists a data set into `told`; yields whether it has these counts.
static bool lists(const char *folder, uint32_t kinds, uint32_t clips, uint32_t skipped, uint32_t left_out) {
    struct data_set set;
    told[0] = '\0';
    error = (struct cli_error){.text = ""};
    if (!data_set_scan(&set, folder, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return false;
    }
    for (uint32_t i = 0; i < set.note_count; i++)
        on_told(NULL, set.notes[i].telling, set.notes[i].text);
    bool right = set.kind_count == kinds && set.clip_count == clips && set.skipped == skipped &&
                 set.left_out == left_out;
    if (!right)
        fprintf(stderr, "%s: %u kinds, %u clips, %u skipped, %u left out\n%s", folder, set.kind_count,
                set.clip_count, set.skipped, set.left_out, told);
    data_set_destroy(&set);
    return right;
}

// A folder of its own with "k/a.webp" and "k/b.webp".
static void begin(const char *name) {
    tool("mkdir -p %s/k && cp clip.webp %s/k/a.webp && cp clip.webp %s/k/b.webp", name, name, name);
    if (!CHECK(chdir(name) == 0))
        exit(1);
}

static void end(void) {
    CHECK(chdir("..") == 0);
}

static void circles(void) {
    begin("circles");
    tool("ln -s . k/self");
    CHECK(imports_one("k", "../one", 2, 1, 0) && tells("k/self: a circle: it leads back to"));
    tool("ln -s . k/self2 && ln -s .. k/up && mkdir l && cp k/a.webp l && ln -s ../k l/y && ln -s ../l k/x");
    CHECK(imports_one(".", "../many", 3, 5, 0) && tells("k/up: a circle") &&
          tells("/l/y: the same folder as"));
    CHECK(lists("../many", 2, 3, 0, 0));
    CHECK(lists(".", 2, 3, 5, 0) && tells("./k/up: a circle: it leads back to .\n"));
    end();
}

// By device and inode. A clip has the kind of the folder where it lies, however early a link's name sorts.
static void links(void) {
    begin("links");
    tool(
        "ln k/a.webp k/hard.webp && mkdir a && ln -s ../k/b.webp a/soft.webp && ln -s nowhere k/gone.webp && "
        "ln -s loop.webp k/loop.webp && mkfifo k/pipe.mp4");
    CHECK(imports_one(".", "../linked", 2, 5, 0));
    CHECK(tells("a/soft.webp: the same file as") && tells("k/hard.webp: the same file as"));
    CHECK(tells("k/gone.webp: cannot open: No such file") &&
          tells("k/loop.webp: cannot open: Too many levels"));
    CHECK(tells("k/pipe.mp4: neither a file nor a folder"));
    CHECK(lists("../linked", 1, 2, 0, 0) && access("../linked/train/k", F_OK) == 0);
    CHECK(lists(".", 2, 2, 5, 0) && tells("./k/pipe.mp4: neither a file nor a folder"));
    tool("rm -r a k/* && cp ../clip.webp k && ln -s k early");
    CHECK(imports_one(".", "../linked", 1, 1, 0) && tells("early: the same folder as"));
    CHECK(access("../linked/train/k/0001.webp", F_OK) == 0);
    struct data_set set;
    if (CHECK(data_set_scan(&set, ".", &error))) {
        CHECK(set.kind_count == 1 && strcmp(set.kinds[0], "k") == 0 && set.skipped == 1);
        data_set_destroy(&set);
    }
    const char *const twice[] = {"k", "k/clip.webp", "."};
    CHECK(imports(twice, 3, "../linked", 1, 3, 0) && tells("k/clip.webp: taken already"));
    end();
}

// A clip that is in both parts would tell nothing.
static void both_parts(void) {
    begin("parts");
    tool("mkdir train val && mv k train && mkdir val/k && ln -s ../../train/k/a.webp val/k/a.webp && "
         "ln train/k/b.webp val/k/b.webp && ln -s ../train/k val/all");
    CHECK(lists(".", 1, 2, 3, 0) && tells("skipped ./val/k/b.webp: the same file as ./train/k/b.webp"));
    end();
}

// Windows', macOS' and other systems' files are no reason to stop being a folder of frames.
static void passed_over(void) {
    begin("systems");
    tool("mkdir k/frames __MACOSX k/more && for i in 1 2 3; do convert -size 9x9 xc:red k/frames/$i.png && "
         "echo x >k/frames/._$i.png; done && "
         "touch k/frames/Thumbs.db k/frames/DESKTOP.INI k/frames/.DS_Store && "
         "touch __MACOSX/x k/.directory && cp k/frames/1.png k/more && touch k/more/ehthumbs.db");
    CHECK(imports_one(".", "../out", 4, 0, 9));
    CHECK(tells(
        "k/frames: hidden, or of the system: .DS_Store, ._1.png, ._2.png, ._3.png, DESKTOP.INI; and 1 more"));
    CHECK(tells("k/more: hidden, or of the system: ehthumbs.db") && tells("__MACOSX") && tells(".directory"));
    CHECK(lists("../out", 1, 4, 0, 0));
    CHECK(lists(".", 1, 4, 0, 9) && tells("./k/frames: hidden, or of the system:"));
    struct clip clip;
    if (read_clip("k/frames", &clip)) {
        CHECK(clip.frames == 3);
        clip_destroy(&clip);
    }
    tool("echo x >k/frames/x.txt");
    CHECK(lists(".", 1, 3, 1, 3) && tells("skipped ./k/frames: a folder in a kind's folder"));
    end();
}

// A hidden kind is taken when it is named, without its dots, and told when it is not.
static void hidden(void) {
    begin("hidden");
    tool("cp -r k .h && cp -r k .h/.deep && cp k/a.webp k/.c.webp");
    const char *const both[] = {".h", "k"};
    CHECK(imports(both, 2, "../named", 4, 0, 2) && lists("../named", 2, 4, 0, 0));
    CHECK(access("../named/train/h/0001.webp", F_OK) == 0);
    CHECK(imports_one(".", "../unnamed", 2, 0, 2) && lists("../unnamed", 1, 2, 0, 0));
    CHECK(lists(".", 1, 2, 0, 2) && tells("left out .: hidden, or of the system: .h\n"));
    CHECK(imports_one("k/.c.webp", "../file", 1, 0, 0) && access("../file/train/k/0001.webp", F_OK) == 0);
    CHECK(chdir(".h") == 0 && imports_one(".", "../../inside", 2, 0, 1) && lists("../../inside", 1, 2, 0, 0));
    CHECK(chdir("..") == 0);
    end();
}

// The target grows by nothing that it holds, and sheets and samples are no clips.
static void own_output(void) {
    begin("own");
    for (int i = 0; i < 3; i++)
        CHECK(imports_one(".", "mine", 2, 0, i > 0) && lists("mine", 1, 2, 0, 0));
    CHECK(imports_one(".", "./k/../mine", 2, 0, 1) && tells("/mine: what the data set is written to"));
    CHECK(imports_one(".", "k/inner", 2, 0, 1) && tells("/mine: a data set that mograph made; name it"));
    tool(
        "mkdir -p run/checkpoints run/samples half.partial/train/k && echo '{}' >run/config.json && "
        "cp k/a.webp run/samples && cp k/a.webp half.partial/train/k && touch half.partial/.mograph-partial");
    CHECK(imports_one(".", "other", 2, 0, 4) && tells("/run: a run of `mograph train`; name it"));
    CHECK(tells("/half.partial: a data set that is not finished"));
    CHECK(lists(".", 1, 2, 0, 5) && tells("./k/inner: a data set that mograph made"));
    CHECK(imports_one("mine", "named", 2, 0, 0) && imports_one("mine", "mine", 2, 0, 0));
    CHECK(lists("named", 1, 2, 0, 0) && lists("mine", 1, 2, 0, 0)); // no kind of its sheet
    end();
}

static void beside(void) {
    begin("beside");
    tool("mkdir train val test train/k2 && mv k train && cp ../clip.webp train/k2/10.webp && "
         "cp ../clip.webp train/k2/9.webp && cp ../clip.webp train/loose.webp && echo x >README.md && "
         "echo x >train/k/notes.txt && mkdir train/k/deep && "
         "touch sheet.png manifest.json && cp ../clip.webp x.webp");
    CHECK(lists(".", 2, 4, 5, 1));
    CHECK(tells("skipped ./test: neither train/ nor val/") &&
          tells("skipped ./train/k/notes.txt: not a clip"));
    CHECK(tells("skipped ./train/loose.webp: a clip in no kind's folder") &&
          tells("skipped ./x.webp: a clip in no"));
    CHECK(tells("skipped ./train/k/deep: a folder in a kind's folder") &&
          tells("left out ./README.md: not a clip"));
    struct data_set set;
    if (CHECK(data_set_scan(&set, ".", &error))) { // numbers in numeric order, as ever
        CHECK(strcmp(set.clips[2].path, "./train/k2/9.webp") == 0 && set.clips[2].kind == 1);
        CHECK(strcmp(set.clips[3].path, "./train/k2/10.webp") == 0);
        data_set_destroy(&set);
    }
    tool("rm -r train && mkdir train && touch train/a.gif");
    CHECK(!data_set_scan(&set, ".", &error) && strstr(error.text, "no clips here") != NULL);
    CHECK(strstr(error.text, "; skipped ./train/a.gif: a clip in no kind's folder") != NULL);
    end();
}

static void depth(void) {
    begin("depth");
    tool("d=k; for i in $(seq 40); do d=$d/d; done; mkdir -p $d && cp k/a.webp $d");
    CHECK(imports_one("k", "../deep", 2, 1, 0) && tells("too many folders inside each other"));
    end();
}

// Whether the list of a data set takes it, and training does not.
static bool check_fails(const char *folder, const char *words) {
    struct data_set set;
    struct cli_error refused = {.text = ""};
    if (!CHECK(data_set_scan(&set, folder, &error)))
        return false;
    bool failed = !data_set_check(&set, folder, &refused) && strstr(refused.text, words) != NULL;
    if (!failed)
        fprintf(stderr, "not refused for \"%s\": %s\n", words, refused.text);
    data_set_destroy(&set);
    return failed;
}

// The same names by import, before its work, and by who trains.
static void names(void) {
    static const struct {
        const char *make, *words;
    } rows[] = {
        {"mv k \"$(printf 'lat\\351in')\"", "\"lat?in\" cannot be a kind's name"},
        {"mv k \"$(printf '\\033[31mred')\"", "\"?[31mred\" cannot be a kind's name"},
        {"mv k \"$(printf 'two\\nlines')\"", "\"two?lines\" cannot be a kind's name"},
        {"mv k \"$(printf 'c1 \\302\\233')\"", "\"c1 ?\" cannot be a kind's name"},
        {"mv k \"$(printf 'over\\300\\257long')\"", "\"over??long\" cannot be a kind's name"},
        {"mv k Rain && cp -r Rain rain", "\"Rain\" and \"rain\" differ in nothing but case"},
        {"mv k \"$(printf '\\303\\234b')\" && mkdir \"$(printf '\\303\\274b')\" && cp ../clip.webp "
         "\"$(printf '\\303\\274b')\"",
         "differ in nothing but case"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin("names");
        tool("%s", rows[i].make);
        CHECK(import_fails(".", rows[i].words));
        CHECK(check_fails(".", rows[i].words));
        end();
        tool("rm -r names");
    }
    begin("names");
    tool("mv k \"$(printf 'caf\\303\\251 \\346\\227\\245')\" && "
         "cp ../clip.webp \"$(printf 'lat\\351in.webp')\"");
    CHECK(imports_one(".", "../good", 3, 0, 0) && lists("../good", 2, 3, 0, 0));
    tool("iconv -f UTF-8 -t UTF-8 ../good/manifest.json >/dev/null && "
         "grep -q 'lat?in.webp' ../good/manifest.json");
    end();
}

static void no_training(void) {
    begin("untrained");
    tool("mkdir training val && cp -r k training && mv k val");
    CHECK(lists(".", 1, 2, 1, 0) && tells("./training: neither train/ nor val/"));
    CHECK(check_fails(".", "no training clips: there is no train/ beside val/"));
    tool("mkdir -p train/k");
    CHECK(check_fails(".", "no training clips: train/ holds none"));
    end();
}

int main(void) {
    test_begin();
    scratch_begin();
    tool("ffmpeg -nostdin -v error -f lavfi -i testsrc=s=16x16:r=25:d=0.12 clip.webp");
    circles();
    links();
    both_parts();
    passed_over();
    hidden();
    own_output();
    beside();
    depth();
    names();
    no_training();
    scratch_end();
    return test_end();
}
