// Starts another program with a pipe to it, without a shell, and keeps its last words on stderr.
#include "cli/media/process.h"

#include <errno.h>
#include <string.h>

bool process_start(struct process *process, char *const arguments[], enum sys_pipe pipe, const char *purpose,
                   struct cli_error *error) {
    *process = (struct process){.name = arguments[0]};
    int code = sys_child_start(&process->child, arguments, pipe);
    process->output = process->child.output;
    if (code == ENOENT)
        return cli_fail(error, NULL, "%s is needed %s and is not installed (or not on PATH)", process->name,
                        purpose);
    return code == 0 || cli_fail(error, NULL, "cannot start %s: %s", process->name, strerror(code));
}

bool process_write(struct process *process, const void *bytes, size_t size) {
    return sys_child_write(&process->child, bytes, size);
}

// Takes out "\033[31m" and its like, which AV_LOG_FORCE_COLOR brings into every line.
static void drop_colors(char *line) {
    char *out = line;
    for (const char *c = line; *c != '\0'; c++) {
        size_t length = *c == '\033' && c[1] == '[' ? strspn(c + 2, "0123456789;") : 0;
        if (*c == '\033' && c[1] == '[' && c[2 + length] == 'm')
            c += 2 + length;
        else
            *out++ = *c;
    }
    *out = '\0';
}

// "[h264 @ 0x55d0] ", as often as it stands there: where in the program, which is another number each time.
static const char *skip_places(const char *line) {
    const char *end;
    while (*line == '[' && (end = strstr(line, "] ")) != NULL &&
           memchr(line, '@', (size_t)(end - line)) != NULL)
        line = end + 2;
    return line;
}

static const char *skip_subject(const struct process *process, const char *line) {
    size_t length = process->subject != NULL ? strlen(process->subject) : 0;
    bool leads = length > 0 && strncmp(line, process->subject, length) == 0 && line[length] == ':';
    return leads ? line + length + strspn(line + length, ": ") : line;
}

// 0: ffmpeg says only that it stops, 1: what it says of anything it cannot read, 2: a reason.
static int weight_of(const char *line) {
    static const char *const empty[] = {"",
                                        "Conversion failed",
                                        "Last message repeated",
                                        "Nothing was written into output file",
                                        "Error opening input file",
                                        "Error opening output file",
                                        "Error while filtering",
                                        "Error while opening decoder",
                                        "Error while decoding stream",
                                        "Error initializing a simple filtergraph",
                                        "Error reinitializing filters",
                                        "Task finished with error",
                                        "Terminating thread",
                                        "Error marking filters as finished",
                                        "Error sending frames to consumers",
                                        "Error muxing a packet",
                                        "Error submitting"};
    if (line[0] == '\0')
        return 0;
    for (size_t i = 1; i < sizeof empty / sizeof *empty; i++)
        if (strncmp(line, empty[i], strlen(empty[i])) == 0)
            return 0;
    return strstr(line, "Invalid data found when processing input") != NULL ? 1 : 2;
}

static void last_useful_line(const struct process *process, char *line, size_t capacity) {
    char buffer[1024];
    int weight = -1;
    if (fseek(process->child.errors, 0, SEEK_SET) != 0)
        return;
    while (fgets(buffer, sizeof buffer, process->child.errors) != NULL) {
        buffer[strcspn(buffer, "\r\n")] = '\0';
        drop_colors(buffer);
        const char *text = skip_subject(process, skip_places(buffer + strspn(buffer, " ")));
        int its = weight_of(text);
        if (its < weight || text[0] == '\0')
            continue;
        weight = its;
        snprintf(line, capacity, "%s", text);
    }
}

bool process_finish(struct process *process, char *reason, size_t capacity) {
    FILE *errors = process->child.errors;
    bool done = sys_child_finish(&process->child);
    snprintf(reason, capacity, "%s failed without saying why", process->name);
    last_useful_line(process, reason, capacity);
    process->spoke = fseek(errors, 0, SEEK_END) == 0 && ftell(errors) > 0;
    fclose(errors);
    return done;
}
