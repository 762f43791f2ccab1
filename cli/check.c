// Statuses of the library as errors: the line that it logged, or what was being done.
#include "cli/check.h"

#include "runtime/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cli_cause_init(struct cli_cause *cause) {
    pthread_mutex_init(&cause->lock, NULL);
    cause->text[0] = cause->waiting[0] = '\0';
    cause->held = false;
}

void cli_cause_destroy(struct cli_cause *cause) {
    pthread_mutex_destroy(&cause->lock);
}

static bool take(struct cli_cause *cause, char text[CLI_ERROR_TEXT]) {
    bool there = cause->text[0] != '\0';
    snprintf(text, CLI_ERROR_TEXT, "%s", cause->text);
    cause->text[0] = '\0';
    return there;
}

bool cli_cause_keep(struct cli_cause *cause, const char *line, char older[CLI_ERROR_TEXT]) {
    pthread_mutex_lock(&cause->lock);
    bool there = take(cause, older);
    snprintf(cause->text, sizeof cause->text, "%s", line);
    pthread_mutex_unlock(&cause->lock);
    return there;
}

bool cli_cause_take(struct cli_cause *cause, char text[CLI_ERROR_TEXT]) {
    text[0] = '\0';
    if (cause == NULL)
        return false;
    pthread_mutex_lock(&cause->lock);
    bool there = take(cause, text);
    pthread_mutex_unlock(&cause->lock);
    return there;
}

void cli_cause_hold(struct cli_cause *cause, bool held) {
    if (cause == NULL)
        return;
    pthread_mutex_lock(&cause->lock);
    cause->held = held;
    if (!held)
        fputs(cause->waiting, stderr);
    cause->waiting[0] = '\0';
    pthread_mutex_unlock(&cause->lock);
}

bool cli_cause_wait(struct cli_cause *cause, const char *line) {
    pthread_mutex_lock(&cause->lock);
    size_t used = strlen(cause->waiting);
    bool held = cause->held;
    if (held && used + strlen(line) < sizeof cause->waiting)
        memcpy(cause->waiting + used, line, strlen(line) + 1);
    pthread_mutex_unlock(&cause->lock);
    return held;
}

bool cli_check(struct cli_error *error, enum rt_status status, const char *doing, ...) {
    char text[CLI_ERROR_TEXT];
    va_list args;
    if (status == RT_OK)
        return true;
    if (cli_cause_take(error->cause, text))
        return cli_fail(error, NULL, "%s", text);
    va_start(args, doing);
    vsnprintf(text, sizeof text, doing, args);
    va_end(args);
    return cli_fail(error, NULL, "%s: %s", text, rt_status_text(status));
}

void cli_warn(struct cli_error *error, const char *format, ...) {
    char cause[CLI_ERROR_TEXT], text[CLI_ERROR_TEXT];
    bool there = cli_cause_take(error->cause, cause);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rt_log(RT_LOG_WARNING, "%s%s%s", cause, there ? "; " : "", text);
}
