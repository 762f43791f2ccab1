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

static void last_line(FILE *file, char *line, size_t capacity) {
    char buffer[1024];
    if (fseek(file, 0, SEEK_SET) != 0)
        return;
    while (fgets(buffer, sizeof buffer, file) != NULL) {
        buffer[strcspn(buffer, "\r\n")] = '\0';
        if (buffer[0] != '\0')
            snprintf(line, capacity, "%s", buffer);
    }
}

bool process_finish(struct process *process, char *reason, size_t capacity) {
    close_pipe(process);
    int status = -1;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    snprintf(reason, capacity, "%s failed without saying why", process->name);
    last_line(process->errors, reason, capacity);
    fclose(process->errors);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
