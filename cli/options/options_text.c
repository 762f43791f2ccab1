// Writes parsed options down as a command line again.
#include "cli/options/options_text.h"

#include <stdarg.h>
#include <string.h>

struct writer {
    char *text;
    size_t size, used;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
add(struct writer *w, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (w->used < w->size) {
        int written = vsnprintf(w->text + w->used, w->size - w->used, format, args);
        w->used += written > 0 ? (size_t)written : 0;
    }
    va_end(args);
}

// The part behind the last slash; a text that ends in one stays whole.
static const char *without_folders(const char *text) {
    const char *slash = strrchr(text, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : text;
}

// As a POSIX shell reads it back. Control characters become '?', so that the line stays one.
static void add_word(struct writer *w, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:=@%+/";
    bool quote = word[0] == '\0' || word[strspn(word, plain)] != '\0';
    add(w, "%s", quote ? "'" : "");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            add(w, "'\\''");
        else
            add(w, "%c", (unsigned char)*word < 32 || *word == 127 ? '?' : *word);
    add(w, "%s", quote ? "'" : "");
}

static void add_choice(struct writer *w, const char *choices, int index) {
    for (; index > 0; index--)
        choices = strchr(choices, '|') + 1;
    add(w, "%.*s", (int)strcspn(choices, "|"), choices);
}

static void add_value(struct writer *w, const struct option *option, const void *values) {
    const void *field = (const char *)values + option->offset;
    const struct cli_size *side = field;
    switch (option->kind) {
    case OPTION_FLAG:
        break;
    case OPTION_INTEGER:
        add(w, " %lld", (long long)*(const int64_t *)field);
        break;
    case OPTION_NUMBER:
        add(w, " %.9g", *(const double *)field);
        break;
    case OPTION_STRING:
        add(w, " ");
        add_word(w, without_folders(*(const char *const *)field));
        break;
    case OPTION_CHOICE:
        add(w, " ");
        add_choice(w, option->choices, *(const int *)field);
        break;
    case OPTION_SIZE:
        add(w, " %ux%ux%u", side->width, side->height, side->frames);
        break;
    }
}

static bool listed(const char *name, const char *const *list) {
    for (; list != NULL && *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

void options_to_text(const char *start, const struct option *options, const void *values, uint64_t given,
                     const char *const *without, char *const *args, int arg_count, char *text, size_t size) {
    struct writer w = {text, size, 0};
    text[0] = '\0';
    add(&w, "%s", start);
    for (int i = 0; i < arg_count; i++) {
        add(&w, " ");
        add_word(&w, without_folders(args[i]));
    }
    for (int i = 0; options[i].name != NULL; i++)
        if (given >> i & 1 && !listed(options[i].name, without)) {
            add(&w, " --%s", options[i].name);
            add_value(&w, &options[i], values);
        }
}
