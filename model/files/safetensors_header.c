// The JSON of a safetensors header: exactly this grammar, nothing else of JSON.
//
// A parser of its own rather than cJSON, which keeps the last of duplicate keys without a word, makes numbers
// doubles ("1e1", "1.0" and 2^53 + 1 all pass as integers), lets invalid UTF-8 through and allocates a node
// per value before anything can be judged. This one allocates only its two tables and is bounded by the
// header. Grammar: RFC 8259. It never recurses: the depth of the format is fixed.
#include "model/files/safetensors_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct parser {
    struct safetensors *file;
    char *text; // a NUL follows the last byte, so that looking one ahead is always allowed
    uint64_t at;
    enum rt_status status;
};

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static bool
refuse(struct parser *parser, const char *tensor, const char *format, ...) {
    char text[320];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    parser->status = safetensors_refuse(RT_ERROR_INVALID, parser->file->path, tensor, "%s", text);
    return false;
}

static bool refuse_syntax(struct parser *parser, const char *expected) {
    return refuse(parser, NULL, "the header is not valid JSON: byte %llu is not %s",
                  (unsigned long long)parser->at, expected);
}

static char peek(struct parser *parser) {
    while (parser->text[parser->at] != '\0' && strchr(" \t\r\n", parser->text[parser->at]) != NULL)
        parser->at++;
    return parser->text[parser->at];
}

static bool take(struct parser *parser, char c, const char *expected) {
    if (peek(parser) != c)
        return refuse_syntax(parser, expected);
    parser->at++;
    return true;
}

// Whether another element of an object or array follows; false at its end and after an error.
static bool more(struct parser *parser, char close, bool *first) {
    char c = peek(parser);
    bool was_first = *first;
    *first = false;
    if (c == close) {
        parser->at++;
        return false;
    }
    if (was_first)
        return true;
    if (c != ',')
        return refuse_syntax(parser, close == '}' ? "',' or '}'" : "',' or ']'");
    parser->at++;
    return true;
}

// Four hexadecimal digits; -1 when there are none.
static int take_hex(struct parser *parser) {
    int value = 0;
    for (int i = 0; i < 4; i++, parser->at++) {
        char c = parser->text[parser->at];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

// UTF-8 is never longer than the escape it replaces.
static char *put_utf8(char *out, int code) {
    int length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const int lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (int i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead[length] | code);
    return out + length;
}

// Behind "\u": a character, or a pair of surrogates.
static bool take_unicode(struct parser *parser, char **out) {
    int code = take_hex(parser);
    if (code < 0)
        return refuse_syntax(parser, "a hexadecimal digit");
    if (code >= 0xd800 && code < 0xdc00) {
        bool escaped = strncmp(parser->text + parser->at, "\\u", 2) == 0;
        parser->at += escaped ? 2 : 0;
        int low = escaped ? take_hex(parser) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return refuse_syntax(parser, "the second half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code == 0 || (code >= 0xdc00 && code < 0xe000)) {
        return refuse(parser, NULL, "the header has a string with \\u%04x, which is %s", (unsigned)code,
                      code == 0 ? "not allowed here" : "half of a surrogate pair");
    }
    *out = put_utf8(*out, code);
    return true;
}

static bool take_escape(struct parser *parser, char **out) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char c = parser->text[++parser->at];
    if (c == 'u') {
        parser->at++;
        return take_unicode(parser, out);
    }
    const char *found = c != '\0' ? strchr(names, c) : NULL;
    if (found == NULL)
        return refuse_syntax(parser, "an escape");
    *(*out)++ = values[found - names];
    parser->at++;
    return true;
}

// Unescapes in place; the NUL takes at the latest the closing quote's room.
static bool take_string(struct parser *parser, const char **string, const char *expected) {
    if (!take(parser, '"', expected))
        return false;
    char *out = parser->text + parser->at;
    *string = out;
    for (char c; (c = parser->text[parser->at]) != '"';) {
        if ((unsigned char)c < 0x20)
            return refuse_syntax(parser, "allowed in a string, or the string does not end");
        if (c == '\\') {
            if (!take_escape(parser, &out))
                return false;
            continue;
        }
        *out++ = c;
        parser->at++;
    }
    parser->at++;
    *out = '\0';
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A whole number from 0 to 2^53, written as one.
static bool take_integer(struct parser *parser, const char *tensor, const char *what, uint64_t *value) {
    char c = peek(parser);
    if (c == '-')
        return refuse(parser, tensor, "%s has a negative entry", what);
    if (!is_digit(c))
        return refuse(parser, tensor, "%s has an entry that is not an integer", what);
    if (c == '0' && is_digit(parser->text[parser->at + 1]))
        return refuse(parser, tensor, "%s has an integer with leading zeros", what);
    *value = 0;
    for (; is_digit(c = parser->text[parser->at]); parser->at++) {
        *value = *value * 10 + (uint64_t)(c - '0');
        if (*value > SAFETENSORS_MAX_INTEGER)
            return refuse(parser, tensor, "%s has an entry above 2^53", what);
    }
    if (c == '.' || c == 'e' || c == 'E')
        return refuse(parser, tensor, "%s has an entry that is not an integer", what);
    return true;
}

static bool take_dtype(struct parser *parser, struct safetensors_tensor *tensor) {
    const char *name;
    if (!take_string(parser, &name, "a string, the dtype"))
        return false;
    tensor->dtype = safetensors_dtype_of(name);
    if (tensor->dtype == SAFETENSORS_DTYPE_COUNT)
        return refuse(parser, tensor->name,
                      "dtype '%.32s' is not one of BOOL U8 I8 I16 U16 F16 BF16 I32 U32 F32 F64 I64 U64 C64, "
                      "nor one of F4 F6_* F8_*",
                      name);
    return true;
}

static bool take_shape(struct parser *parser, struct safetensors_tensor *tensor) {
    if (!take(parser, '[', "'[', the shape"))
        return false;
    for (bool first = true; more(parser, ']', &first); tensor->rank++) {
        if (tensor->rank == SAFETENSORS_MAX_RANK)
            return refuse(parser, tensor->name, "shape has more than %d dimensions", SAFETENSORS_MAX_RANK);
        if (!take_integer(parser, tensor->name, "shape", &tensor->shape[tensor->rank]))
            return false;
    }
    return parser->status == RT_OK;
}

static bool take_offsets(struct parser *parser, struct safetensors_tensor *tensor) {
    uint64_t begin = 0, end = 0;
    if (!take(parser, '[', "'[', the data_offsets") ||
        !take_integer(parser, tensor->name, "data_offsets", &begin) ||
        !take(parser, ',', "',', between two data_offsets") ||
        !take_integer(parser, tensor->name, "data_offsets", &end) ||
        !take(parser, ']', "']', after two data_offsets"))
        return false;
    if (begin > end)
        return refuse(parser, tensor->name, "data_offsets are reversed: %llu to %llu",
                      (unsigned long long)begin, (unsigned long long)end);
    tensor->offset_bytes = begin;
    tensor->size_bytes = end - begin;
    return true;
}

// A member of a tensor's object; `seen` has a bit for each.
static bool take_member(struct parser *parser, struct safetensors_tensor *tensor, unsigned *seen) {
    static const struct {
        const char *key;
        bool (*take)(struct parser *, struct safetensors_tensor *);
    } members[] = {{"dtype", take_dtype}, {"shape", take_shape}, {"data_offsets", take_offsets}};
    const char *key;
    if (!take_string(parser, &key, "a string, the key") || !take(parser, ':', "':'"))
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(key, members[i].key) != 0)
            continue;
        if (*seen & 1u << i)
            return refuse(parser, tensor->name, "duplicate key '%s'", key);
        *seen |= 1u << i;
        return members[i].take(parser, tensor);
    }
    return refuse(parser, tensor->name, "unknown key '%.64s'", key);
}

static bool check_size(struct parser *parser, struct safetensors_tensor *tensor) {
    uint64_t announced = tensor->size_bytes;
    if (!safetensors_measure(tensor))
        return refuse(parser, tensor->name, SAFETENSORS_NO_SIZE);
    if (announced != tensor->size_bytes)
        return refuse(parser, tensor->name, "data_offsets span %llu bytes, but dtype and shape need %llu",
                      (unsigned long long)announced, (unsigned long long)tensor->size_bytes);
    return true;
}

static bool take_tensor(struct parser *parser, const char *name) {
    struct safetensors *file = parser->file;
    struct safetensors_tensor tensor = {.name = name};
    unsigned seen = 0;
    if (!take(parser, '{', "'{', the object of a tensor"))
        return false;
    for (bool first = true; more(parser, '}', &first);)
        if (!take_member(parser, &tensor, &seen))
            return false;
    if (parser->status != RT_OK)
        return false;
    if (seen != 7)
        return refuse(parser, name, "%s is missing",
                      !(seen & 1)   ? "dtype"
                      : !(seen & 2) ? "shape"
                                    : "data_offsets");
    if (!check_size(parser, &tensor))
        return false;
    struct safetensors_tensor *grown =
        safetensors_grow(file->tensors, file->tensor_count, &file->tensor_capacity, sizeof tensor);
    if (grown == NULL) {
        parser->status = safetensors_no_memory(file->path, sizeof tensor * (file->tensor_count + 1));
        return false;
    }
    file->tensors = grown;
    file->tensors[file->tensor_count++] = tensor;
    return true;
}

static bool take_pair(struct parser *parser) {
    struct safetensors *file = parser->file;
    struct safetensors_pair pair;
    if (!take_string(parser, &pair.key, "a string, the key") || !take(parser, ':', "':'"))
        return false;
    if (peek(parser) != '"')
        return refuse(parser, NULL, SAFETENSORS_METADATA_KEY ": the value of '%.120s' is not a string",
                      pair.key);
    if (!take_string(parser, &pair.value, "a string"))
        return false;
    struct safetensors_pair *grown =
        safetensors_grow(file->metadata, file->metadata_count, &file->metadata_capacity, sizeof pair);
    if (grown == NULL) {
        parser->status = safetensors_no_memory(file->path, sizeof pair * (file->metadata_count + 1));
        return false;
    }
    file->metadata = grown;
    file->metadata[file->metadata_count++] = pair;
    return true;
}

static bool take_metadata(struct parser *parser, bool *seen) {
    if (*seen)
        return refuse(parser, NULL, "duplicate key '" SAFETENSORS_METADATA_KEY "'");
    *seen = true;
    if (!take(parser, '{', "'{', the object of " SAFETENSORS_METADATA_KEY))
        return false;
    for (bool first = true; more(parser, '}', &first);)
        if (!take_pair(parser))
            return false;
    return parser->status == RT_OK;
}

static bool take_header(struct parser *parser) {
    bool metadata_seen = false;
    if (!take(parser, '{', "'{'"))
        return false;
    for (bool first = true; more(parser, '}', &first);) {
        const char *name;
        if (!take_string(parser, &name, "a string, the name of a tensor") || !take(parser, ':', "':'"))
            return false;
        if (strcmp(name, SAFETENSORS_METADATA_KEY) == 0 ? !take_metadata(parser, &metadata_seen)
                                                        : !take_tensor(parser, name))
            return false;
    }
    return parser->status == RT_OK;
}

enum rt_status safetensors_parse_header(struct safetensors *file, uint64_t length) {
    struct parser parser = {.file = file, .text = file->header};
    if (!take_header(&parser))
        return parser.status;
    for (; parser.at < length; parser.at++)
        if (parser.text[parser.at] != ' ') {
            refuse(&parser, NULL, "byte %llu of the header: only spaces may follow the JSON object",
                   (unsigned long long)parser.at);
            break;
        }
    return parser.status;
}
