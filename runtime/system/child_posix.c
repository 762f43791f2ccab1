// Starts programs by posix_spawn.
#include "runtime/system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/types.h>
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

static int spawn(struct sys_child *child, char *const arguments[], int end, enum sys_pipe pipe) {
    posix_spawn_file_actions_t actions;
    pid_t program;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0)
        return code;
    int ours = pipe == SYS_PIPE_READ ? STDOUT_FILENO : STDIN_FILENO;
    int other = pipe == SYS_PIPE_READ ? STDIN_FILENO : STDOUT_FILENO;
    code = posix_spawn_file_actions_adddup2(&actions, end, ours);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(&actions, other, "/dev/null", O_RDWR, 0);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&actions, fileno(child->errors), STDERR_FILENO);
    if (code == 0)
        code = posix_spawnp(&program, arguments[0], &actions, NULL, arguments, environ);
    if (code == 0)
        child->program = program;
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// Everything that can fail comes before the program starts. Takes over `end`.
static int open_streams(struct sys_child *child, int end, enum sys_pipe pipe) {
    child->input = end;
    child->errors = tmpfile();
    if (child->errors == NULL)
        return errno;
    if (pipe == SYS_PIPE_WRITE)
        return 0;
    child->output = fdopen(end, "rb");
    if (child->output == NULL)
        return errno;
    child->input = -1;
    return 0;
}

// What is written to the program ends here; `errors` stays.
static void close_pipe(struct sys_child *child) {
    if (child->output != NULL)
        fclose(child->output);
    if (child->input >= 0)
        close((int)child->input);
}

int sys_child_start(struct sys_child *child, char *const arguments[], enum sys_pipe pipe) {
    *child = (struct sys_child){.input = -1};
    int ends[2];
    if (!open_pair(ends))
        return errno;
    int code = open_streams(child, ends[0], pipe);
    if (code == 0)
        code = spawn(child, arguments, ends[1], pipe);
    close(ends[1]);
    if (code != 0) {
        close_pipe(child);
        if (child->errors != NULL)
            fclose(child->errors);
    }
    return code;
}

bool sys_child_write(struct sys_child *child, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t sent = send((int)child->input, (const char *)bytes + done, size - done, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        done += (size_t)sent;
    }
    return true;
}

bool sys_child_finish(struct sys_child *child) {
    int status = -1;
    close_pipe(child);
    while (waitpid((pid_t)child->program, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
