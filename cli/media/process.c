// Starts another program with a pipe to it, without a shell, and keeps its last words on stderr.
#include "cli/media/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// A socket pair serves both directions, and writing to one can fail without SIGPIPE.
static bool open_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

static int spawn(struct process *process, char *const arguments[], int end, enum process_pipe pipe) {
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    int ours = pipe == PROCESS_READ ? STDOUT_FILENO : STDIN_FILENO;
    int other = pipe == PROCESS_READ ? STDIN_FILENO : STDOUT_FILENO;
    code = posix_spawn_file_actions_adddup2(&actions, end, ours);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(&actions, other, "/dev/null", O_RDWR, 0);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&actions, fileno(process->errors), STDERR_FILENO);
    if (code == 0)
        code = posix_spawnp(&process->pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// Everything that can fail comes before the program starts. Takes over `end`.
static int open_streams(struct process *process, int end, enum process_pipe pipe) {
    process->socket = end;
    process->errors = tmpfile();
    if (process->errors == NULL)
        return errno;
    if (pipe == PROCESS_WRITE)
        return 0;
    process->output = fdopen(end, "rb");
    if (process->output == NULL)
        return errno;
    process->socket = -1;
    return 0;
}

// What is written to the program ends here; `errors` stays.
static void close_pipe(struct process *process) {
    if (process->output != NULL)
        fclose(process->output);
    if (process->socket >= 0)
        close(process->socket);
}

static void close_streams(struct process *process) {
    close_pipe(process);
    if (process->errors != NULL)
        fclose(process->errors);
}

bool process_start(struct process *process, char *const arguments[], enum process_pipe pipe,
                   const char *purpose, struct cli_error *error) {
    *process = (struct process){.name = arguments[0], .socket = -1};
    int ends[2];
    if (!open_pair(ends))
        return cli_fail(error, NULL, "cannot start %s: %s", process->name, strerror(errno));
    int code = open_streams(process, ends[0], pipe);
    if (code == 0)
        code = spawn(process, arguments, ends[1], pipe);
    close(ends[1]);
    if (code != 0) {
        close_streams(process);
        if (code == ENOENT)
            return cli_fail(error, NULL, "%s is needed %s and is not installed (or not on PATH)",
                            process->name, purpose);
        return cli_fail(error, NULL, "cannot start %s: %s", process->name, strerror(code));
    }
    return true;
}

bool process_write(struct process *process, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t sent = send(process->socket, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return true;
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
    if (fseek(process->errors, 0, SEEK_SET) != 0)
        return;
    while (fgets(buffer, sizeof buffer, process->errors) != NULL) {
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
    close_pipe(process);
    int status = -1;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    snprintf(reason, capacity, "%s failed without saying why", process->name);
    last_useful_line(process, reason, capacity);
    fclose(process->errors);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
