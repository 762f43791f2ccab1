// The reader: every rule of the format broken once, and refused by name. The writer: round trips to the byte,
// and the old file whole whatever fails. With `--write FILE`: the file that
// tests/pytorch/check_safetensors.py judges.
#include "model/files/atomic_file.h"
#include "model/files/safetensors.h"
#include "tests/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[TEST_TEMPORARY];

static const char *in_folder(const char *name) {
    static char paths[4][TEST_TEMPORARY + 64];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%.60s", folder, name);
    return path;
}

// --- files as bytes ---

struct bytes {
    uint8_t *at;
    size_t size;
};

static struct bytes bytes_load(const char *path) {
    struct bytes bytes = {malloc(1 << 16), 0};
    FILE *file = fopen(path, "rb");
    if (file != NULL) {
        bytes.size = fread(bytes.at, 1, 1 << 16, file);
        fclose(file);
    }
    return bytes;
}

static bool same_bytes(const char *a, const char *b) {
    struct bytes left = bytes_load(a), right = bytes_load(b);
    bool same = left.size > 0 && left.size == right.size && memcmp(left.at, right.at, left.size) == 0;
    free(left.at);
    free(right.at);
    return same;
}

// A header of `length` bytes behind its length, then `data_bytes` zeroes.
static struct bytes make_file(const char *header, size_t length, size_t data_bytes) {
    struct bytes bytes = {calloc(1, 8 + length + data_bytes), 8 + length + data_bytes};
    for (int i = 0; i < 8; i++)
        bytes.at[i] = (uint8_t)((uint64_t)length >> 8 * i);
    memcpy(bytes.at + 8, header, length);
    return bytes;
}

static bool accepts(struct bytes bytes) {
    struct safetensors *file;
    test_clear_log();
    enum rt_status status = safetensors_open_memory("memory", bytes.at, bytes.size, &file);
    bool ok = status == RT_OK && file != NULL && test_last_error()[0] == '\0';
    safetensors_close(&file);
    return ok;
}

// Whether the reader refuses, with `reason` in its one line.
static bool refuses(struct bytes bytes, const char *reason) {
    struct safetensors *file;
    test_clear_log();
    enum rt_status status = safetensors_open_memory("memory", bytes.at, bytes.size, &file);
    const char *line = test_last_error();
    bool ok = status == RT_ERROR_INVALID && file == NULL && strncmp(line, "memory: ", 8) == 0 &&
              strstr(line, reason) != NULL && strchr(line, '\n') == NULL;
    if (!ok)
        fprintf(stderr, "expected \"%s\", got %d \"%s\"\n", reason, (int)status, line);
    safetensors_close(&file);
    return ok;
}

// --- the rules ---

#define A(offsets) "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":" offsets "}"
#define B(offsets) "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" offsets "}"
#define SHAPE(dtype, shape, offsets)                                                                         \
    "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static const struct {
    const char *header;
    size_t data_bytes;
    const char *reason; // NULL: accepted
} headers[] = {
    {"{}", 0, NULL},
    {"{}      ", 0, NULL},
    {" {}", 0, "does not start with '{'"},
    {"[]", 0, "does not start with '{'"},
    {"{", 0, "is not valid JSON"},
    {"{\n\t\"\\u0061\\n\" : {\"shape\" : [ 2 ] , \"data_offsets\":[0,8],\"dtype\":\"F32\"}\r}", 8, NULL},
    {"{" A("[0,8]") "," B("[8,12]") "}", 12, NULL},
    {"{" B("[0,4]") "," A("[4,12]") "}", 12, NULL},
    {"{" A("[0,8]") "}\n", 8, "only spaces may follow"},
    {"{" A("[0,8]") "}{}", 8, "only spaces may follow"},
    {"{" A("[0,8]") ",}", 8, "is not valid JSON"},
    {"{" A("[0,8]") " " B("[8,12]") "}", 12, "',' or '}'"},
    {"{'a':1}", 0, "is not valid JSON"},
    {"{\"a\":1}", 0, "the object of a tensor"},
    {"{\"a", 0, "the string does not end"},
    {"{\"a\n\":{}}", 0, "allowed in a string"},
    {"{\"\\x\":{}}", 0, "not an escape"},
    {"{\"\\u12g4\":{}}", 0, "hexadecimal digit"},
    {"{\"\\u0000\":{}}", 0, "\\u0000"},
    {"{\"\\udc00\":{}}", 0, "surrogate"},
    {"{\"\\ud800x\":{}}", 0, "surrogate pair"},
    {"{\"\xc0\xaf\":{}}", 0, "not valid UTF-8"},
    {"{\"\xed\xa0\x80\":{}}", 0, "not valid UTF-8"},
    {"{\"\xf4\x90\x80\x80\":{}}", 0, "not valid UTF-8"},
    {"{\"\xe2\x82\":{}}", 0, "not valid UTF-8"},
    {"{\"\xff\":{}}", 0, "not valid UTF-8"},
    // keys
    {"{" A("[0,8]") "," A("[0,8]") "}", 8, "tensor 'a': duplicate key"},
    {"{" A("[0,8]") ",\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[8,8]}}", 8,
     "tensor 'a': duplicate key"},
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     "tensor 'a': duplicate key 'dtype'"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8,
     "tensor 'a': unknown key 'x'"},
    {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "tensor 'a': dtype is missing"},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "tensor 'a': shape is missing"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "tensor 'a': data_offsets is missing"},
    {"{\"a\\nb\":{}}", 0, "tensor 'a?b': dtype is missing"},
    // metadata
    {"{\"__metadata__\":{}}", 0, NULL},
    {"{\"__metadata__\":{\"k\":\"v\",\"l\":\"\"}}", 0, NULL},
    {"{\"__metadata__\":[]}", 0, "the object of __metadata__"},
    {"{\"__metadata__\":{\"k\":1}}", 0, "the value of 'k' is not a string"},
    {"{\"__metadata__\":{\"k\":\"v\",\"k\":\"v\"}}", 0, "duplicate key 'k'"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "duplicate key '__metadata__'"},
    // types and shapes
    {SHAPE("Q7", "[2]", "[0,8]"), 8, "tensor 'a': dtype 'Q7' is not one of"},
    {SHAPE("f32", "[2]", "[0,8]"), 8, "tensor 'a': dtype 'f32' is not one of"},
    {SHAPE("F64", "[]", "[0,8]"), 8, NULL},
    {SHAPE("I64", "[1,1,1,1,1,1,1,1]", "[0,8]"), 8, NULL},
    {SHAPE("U64", "[1,1,1,1,1,1,1,1,1]", "[0,8]"), 8, "more than 8 dimensions"},
    {SHAPE("I32", "[0,9007199254740992]", "[0,0]"), 0, NULL},
    {SHAPE("F32", "[-2]", "[0,8]"), 8, "tensor 'a': shape has a negative entry"},
    {SHAPE("F32", "[2.0]", "[0,8]"), 8, "tensor 'a': shape has an entry that is not an integer"},
    {SHAPE("F32", "[2e0]", "[0,8]"), 8, "tensor 'a': shape has an entry that is not an integer"},
    {SHAPE("F32", "[\"2\"]", "[0,8]"), 8, "tensor 'a': shape has an entry that is not an integer"},
    {SHAPE("F32", "[2,]", "[0,8]"), 8, "tensor 'a': shape has an entry that is not an integer"},
    {SHAPE("F32", "[02]", "[0,8]"), 8, "tensor 'a': shape has an integer with leading zeros"},
    {SHAPE("F32", "[2 2]", "[0,8]"), 8, "',' or ']'"},
    {SHAPE("F32", "2", "[0,8]"), 8, "not '[', the shape"},
    {SHAPE("F32", "[9007199254740993]", "[0,8]"), 8, "tensor 'a': shape has an entry above 2^53"},
    {SHAPE("F32", "[18446744073709551618]", "[0,8]"), 8, "tensor 'a': shape has an entry above 2^53"},
    {SHAPE("F32", "[4294967296,4294967296]", "[0,8]"), 8, "tensor 'a': shape overflows"},
    {SHAPE("F32", "[4503599627370496]", "[0,8]"), 8, "tensor 'a': shape overflows"},
    // every type of the format, with its size; nothing here asks for most of them
    {SHAPE("BOOL", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("I8", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("F8_E5M2", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("F8_E4M3", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("F8_E8M0", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("F8_E4M3FNUZ", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("F8_E5M2FNUZ", "[3]", "[0,3]"), 3, NULL},
    {SHAPE("I16", "[3]", "[0,6]"), 6, NULL},
    {SHAPE("U16", "[3]", "[0,6]"), 6, NULL},
    {SHAPE("U32", "[3]", "[0,12]"), 12, NULL},
    {SHAPE("C64", "[3]", "[0,24]"), 24, NULL},
    {SHAPE("F4", "[2,3]", "[0,3]"), 3, NULL},
    {SHAPE("F6_E2M3", "[4]", "[0,3]"), 3, NULL},
    {SHAPE("F6_E3M2", "[2,4]", "[0,6]"), 6, NULL},
    {SHAPE("F4", "[0,3]", "[0,0]"), 0, NULL},
    {SHAPE("F4", "[3]", "[0,2]"), 2,
     "tensor 'a': shape overflows 2^53 bytes, or is no whole number of bytes"},
    {SHAPE("F6_E2M3", "[3]", "[0,3]"), 3, "no whole number of bytes"},
    {SHAPE("F4", "[9007199254740992]", "[0,8]"), 8, "data_offsets span 8 bytes"},
    {SHAPE("BOOL", "[3]", "[0,2]"), 2, "data_offsets span 2 bytes, but dtype and shape need 3"},
    {SHAPE("C64", "[3]", "[0,12]"), 12, "data_offsets span 12 bytes, but dtype and shape need 24"},
    {SHAPE("F8", "[3]", "[0,3]"), 3, "tensor 'a': dtype 'F8' is not one of"},
    {SHAPE("bool", "[3]", "[0,3]"), 3, "tensor 'a': dtype 'bool' is not one of"},
    // places
    {SHAPE("F32", "[2]", "[8,0]"), 8, "tensor 'a': data_offsets are reversed"},
    {SHAPE("F32", "[2]", "[0,-8]"), 8, "tensor 'a': data_offsets has a negative entry"},
    {SHAPE("F32", "[2]", "[0.5,8]"), 8, "tensor 'a': data_offsets has an entry that is not an integer"},
    {SHAPE("F32", "[2]", "[0,8,16]"), 8, "']', after two data_offsets"},
    {SHAPE("F32", "[2]", "[0]"), 8, "',', between two data_offsets"},
    {SHAPE("F32", "[2]", "[0,7]"), 8, "tensor 'a': data_offsets span 7 bytes, but dtype and shape need 8"},
    {SHAPE("F32", "[2]", "[0,8]"), 7, "tensor 'a': data_offsets end at 8, outside the 7 bytes"},
    {SHAPE("F32", "[2]", "[9007199254740984,9007199254740992]"), 8, "tensor 'a': data_offsets end at"},
    {"{" A("[0,8]") "," B("[4,8]") "}", 8, "tensor 'b': overlap: begins at 4, before 'a' ends at 8"},
    {"{" A("[0,8]") "," B("[0,4]") "}", 8, "tensor 'a': overlap"},
    {"{" A("[0,8]") "," B("[9,13]") "}", 13, "tensor 'b': hole: begins at 9"},
    {"{" A("[1,9]") "}", 9, "tensor 'a': hole: begins at 1"},
    {"{" A("[0,8]") "}", 9, "wrong end"},
    {"{}", 1, "wrong end"},
};

static void broken_headers(void) {
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct bytes bytes = make_file(headers[i].header, strlen(headers[i].header), headers[i].data_bytes);
        bool ok = headers[i].reason == NULL ? accepts(bytes) : refuses(bytes, headers[i].reason);
        if (!CHECK(ok))
            fprintf(stderr, "header %zu: %s: %s\n", i, headers[i].header, test_last_error());
        free(bytes.at);
    }
}

static void broken_lengths(void) {
    struct bytes bytes = make_file("{}      ", 8, 0);
    static const struct {
        uint64_t length;
        const char *reason;
    } cases[] = {{0, "header length is 0"},
                 {9, "header length 9 reaches beyond the file's 16 bytes"},
                 {(UINT64_C(16) << 20) + 1, "above 16 MiB"},
                 {UINT64_MAX, "above 16 MiB"},
                 {1, "is not valid JSON"},
                 {7, "wrong end"}};
    CHECK(accepts(bytes));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int k = 0; k < 8; k++)
            bytes.at[k] = (uint8_t)(cases[i].length >> 8 * k);
        CHECK(refuses(bytes, cases[i].reason));
    }
    for (size_t size = 1; size < 8; size++)
        CHECK(refuses((struct bytes){bytes.at, size}, "is too short"));
    CHECK(refuses((struct bytes){bytes.at, 0}, "is empty"));
    free(bytes.at);
    bytes = make_file("{\0}", 3, 0);
    CHECK(refuses(bytes, "is not valid JSON"));
    free(bytes.at);
}

// Whether tensor 'a' of five elements can be loaded; without, that the line names its last element, and that
// nothing was written.
static bool loads(struct bytes bytes, enum safetensors_dtype dtype, bool finite) {
    struct safetensors *file;
    uint64_t room[5] = {42};
    test_clear_log();
    if (safetensors_open_memory("memory", bytes.at, bytes.size, &file) != RT_OK)
        return false;
    enum rt_status status = safetensors_load(file, "a", dtype, 1, (uint64_t[]){5}, room);
    safetensors_close(&file);
    if (finite)
        return status == RT_OK && room[0] != 42;
    return status == RT_ERROR_INVALID && room[0] == 42 &&
           strstr(test_last_error(), "memory: tensor 'a': element 4 is not finite") != NULL;
}

// The last of five elements is an infinity, a NaN, or the largest number there is. Whoever asks for it is
// refused; a file that holds it for nobody is well-formed.
static void non_finite(void) {
    static const struct {
        enum safetensors_dtype dtype;
        size_t bytes;
        uint64_t infinity, nan, largest;
    } types[] = {
        {SAFETENSORS_F16, 2, 0xfc00, 0x7e00, 0x7bff},
        {SAFETENSORS_BF16, 2, 0xff80, 0x7fc0, 0x7f7f},
        {SAFETENSORS_F32, 4, 0xff800000, 0x7f800001, 0x7f7fffff},
        {SAFETENSORS_F64, 8, 0xfff0000000000000, 0x7ff8000000000000, 0x7fefffffffffffff},
    };
    for (size_t i = 0; i < 4; i++) {
        char header[128];
        snprintf(header, sizeof header, SHAPE("%s", "[5]", "[0,%zu]"), safetensors_dtype_name(types[i].dtype),
                 5 * types[i].bytes);
        struct bytes bytes = make_file(header, strlen(header), 5 * types[i].bytes);
        uint8_t *last = bytes.at + bytes.size - types[i].bytes;
        memcpy(last, &types[i].largest, types[i].bytes);
        CHECK(accepts(bytes) && loads(bytes, types[i].dtype, true));
        memcpy(last, &types[i].infinity, types[i].bytes);
        CHECK(accepts(bytes) && loads(bytes, types[i].dtype, false));
        memcpy(last, &types[i].nan, types[i].bytes);
        CHECK(accepts(bytes) && loads(bytes, types[i].dtype, false));
        free(bytes.at);
    }
}

// Beside tensors of every type the one that is asked for is found at its place; and all are written back.
static void every_type(void) {
    static const uint8_t zeros[64];
    struct safetensors_writer *writer;
    struct safetensors *file;
    const uint64_t eight = 8;
    CHECK(safetensors_begin(in_folder("types"), &writer) == RT_OK);
    for (int i = 0; i < SAFETENSORS_DTYPE_COUNT; i++)
        safetensors_add(writer, safetensors_dtype_name((enum safetensors_dtype)i), (enum safetensors_dtype)i,
                        1, &eight, zeros);
    if (!CHECK(safetensors_commit(&writer) == RT_OK) ||
        !CHECK(safetensors_open(in_folder("types"), &file) == RT_OK))
        return;
    CHECK(SAFETENSORS_DTYPE_COUNT == 22 && safetensors_count(file) == SAFETENSORS_DTYPE_COUNT);
    for (uint32_t i = 0, before = 64; i < safetensors_count(file); i++) {
        const struct safetensors_tensor *tensor = safetensors_at(file, i);
        uint32_t bits = safetensors_dtype_bits(tensor->dtype);
        CHECK(strcmp(tensor->name, safetensors_dtype_name(tensor->dtype)) == 0);
        CHECK(tensor->size_bytes == bits && bits <= before && bits >= 4); // 8 elements: alignment falls
        before = bits;
    }
    float room[8] = {1};
    CHECK(safetensors_load(file, "F32", SAFETENSORS_F32, 1, &eight, room) == RT_OK && room[0] == 0);
    CHECK(safetensors_load(file, "BOOL", SAFETENSORS_F32, 1, &eight, room) == RT_ERROR_INVALID &&
          strstr(test_last_error(), "is BOOL [8], but F32 [8] is wanted") != NULL);
    safetensors_close(&file);
    unlink(in_folder("types"));
}

static bool open_fails(const char *path, enum rt_status status, const char *reason) {
    struct safetensors *file = (struct safetensors *)&file;
    test_clear_log();
    bool ok = safetensors_open(path, &file) == status && file == NULL;
    return ok && strstr(test_last_error(), path) != NULL && strstr(test_last_error(), reason) != NULL;
}

static void broken_paths(void) {
    CHECK(open_fails(in_folder("nothing"), RT_ERROR_IO, "No such file"));
    CHECK(open_fails(folder, RT_ERROR_IO, "is a folder"));
    CHECK(open_fails("/dev/null", RT_ERROR_IO, "not a regular file but a device"));
    CHECK(mkfifo(in_folder("pipe"), 0600) == 0);
    CHECK(open_fails(in_folder("pipe"), RT_ERROR_IO, "not a regular file but a pipe"));
    unlink(in_folder("pipe"));
    int fd = open(in_folder("empty"), O_WRONLY | O_CREAT, 0600);
    CHECK(open_fails(in_folder("empty"), RT_ERROR_INVALID, "is empty"));
    // Sparse: no disk is used, and none must be read.
    if (CHECK(ftruncate(fd, (off_t)SAFETENSORS_MAX_FILE_BYTES + 1) == 0))
        CHECK(open_fails(in_folder("empty"), RT_ERROR_INVALID, "larger than 4 GiB"));
    close(fd);
    unlink(in_folder("empty"));
}

// --- the writer ---

static const float weights[12] = {-2, -1.5f, -1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f};
static const uint64_t weight_shape[5] = {2, 3, 1, 1, 2};
static const int32_t step = -7;

// `reversed`: the same content, added the other way round.
static enum rt_status write_sample(const char *path, bool reversed) {
    static const uint16_t halves[2] = {0x3f80, 0xc000};
    static const uint8_t classes[3] = {1, 2, 3};
    struct safetensors_writer *writer;
    if (safetensors_begin(path, &writer) != RT_OK)
        return RT_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < 6; i++)
        switch (reversed ? 5 - i : i) {
        case 0:
            safetensors_add(writer, "class", SAFETENSORS_U8, 2, (uint64_t[]){1, 3}, classes);
            break;
        case 1:
            safetensors_add(writer, "step", SAFETENSORS_I32, 0, NULL, &step);
            break;
        case 2:
            safetensors_add_metadata(writer, "quote", "\"\\\n\x01\xc3\xa9\xf0\x9f\x99\x82");
            break;
        case 3:
            safetensors_add(writer, "encoder.0.conv.weight", SAFETENSORS_F32, 5, weight_shape, weights);
            break;
        case 4:
            safetensors_add(writer, "half.bf16", SAFETENSORS_BF16, 1, (uint64_t[]){2}, halves);
            break;
        default:
            safetensors_add_metadata(writer, "format", "pt");
        }
    return safetensors_commit(&writer);
}

static void copy_file(const struct safetensors *file, const char *path) {
    struct safetensors_writer *writer;
    CHECK(safetensors_begin(path, &writer) == RT_OK);
    for (uint32_t i = safetensors_count(file); i-- > 0;) {
        const struct safetensors_tensor *tensor = safetensors_at(file, i);
        safetensors_add(writer, tensor->name, tensor->dtype, tensor->rank, tensor->shape, tensor->data);
    }
    for (uint32_t i = safetensors_metadata_count(file); i-- > 0;) {
        struct safetensors_pair pair = safetensors_metadata_at(file, i);
        safetensors_add_metadata(writer, pair.key, pair.value);
    }
    CHECK(safetensors_commit(&writer) == RT_OK && writer == NULL);
}

static void check_loads(const struct safetensors *file) {
    float loaded[12];
    int32_t loaded_step = 0;
    const char *name = "encoder.0.conv.weight";
    CHECK(safetensors_load(file, name, SAFETENSORS_F32, 5, weight_shape, loaded) == RT_OK);
    CHECK(memcmp(loaded, weights, sizeof weights) == 0);
    CHECK(safetensors_load(file, "step", SAFETENSORS_I32, 0, NULL, &loaded_step) == RT_OK);
    CHECK(loaded_step == -7);
    const char *quote = safetensors_metadata(file, "quote");
    CHECK(quote != NULL && strcmp(quote, "\"\\\n\x01\xc3\xa9\xf0\x9f\x99\x82") == 0);
    CHECK(safetensors_metadata(file, "quot") == NULL && safetensors_find(file, "") == NULL);
    CHECK(safetensors_at(file, 4) == NULL && safetensors_metadata_at(file, 2).key == NULL);

    loaded[0] = 42;
    test_quiet(true);
    CHECK(safetensors_load(file, "encoder.1.conv.weight", SAFETENSORS_F32, 5, weight_shape, loaded) != RT_OK);
    CHECK(strstr(test_last_error(), "tensor 'encoder.1.conv.weight': is missing") != NULL);
    CHECK(safetensors_load(file, name, SAFETENSORS_BF16, 5, weight_shape, loaded) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "is F32 [2, 3, 1, 1, 2], but BF16 [2, 3, 1, 1, 2] is wanted") != NULL);
    CHECK(safetensors_load(file, name, SAFETENSORS_F32, 4, weight_shape, loaded) == RT_ERROR_INVALID);
    CHECK(safetensors_load(file, name, SAFETENSORS_F32, 5, (uint64_t[]){3, 2, 1, 1, 2}, loaded) != RT_OK);
    CHECK(loaded[0] == 42);
    test_quiet(false);
}

static void round_trip(void) {
    struct safetensors *file;
    CHECK(write_sample(in_folder("first"), false) == RT_OK);
    CHECK(write_sample(in_folder("second"), true) == RT_OK);
    CHECK(same_bytes(in_folder("first"), in_folder("second")));
    if (!CHECK(safetensors_open(in_folder("first"), &file) == RT_OK))
        return;
    CHECK(safetensors_count(file) == 4 && safetensors_metadata_count(file) == 2);
    check_loads(file);
    copy_file(file, in_folder("second")); // over what is there
    CHECK(same_bytes(in_folder("first"), in_folder("second")));
    safetensors_close(&file);
    CHECK(file == NULL);
    safetensors_close(&file);
}

// Nothing, and metadata alone, are files too; a header is padded to a multiple of 8.
static void small_files(void) {
    struct safetensors_writer *writer;
    struct safetensors *file;
    for (int pairs = 0; pairs < 9; pairs++) {
        CHECK(safetensors_begin(in_folder("small"), &writer) == RT_OK);
        if (pairs > 0)
            safetensors_add_metadata(writer, "k", &"12345678"[pairs - 1]);
        CHECK(safetensors_commit(&writer) == RT_OK);
        struct bytes bytes = bytes_load(in_folder("small"));
        CHECK(bytes.size % 8 == 0 && bytes.size >= 16);
        free(bytes.at);
        if (CHECK(safetensors_open(in_folder("small"), &file) == RT_OK))
            CHECK(safetensors_count(file) == 0 && safetensors_metadata_count(file) == (pairs > 0));
        safetensors_close(&file);
    }
    unlink(in_folder("small"));
}

static void writer_refusals(void) {
    static const float bad[3] = {0, 1, INFINITY};
    static const uint64_t three = 3, huge[2] = {UINT64_C(1) << 32, UINT64_C(1) << 32};
    static const uint64_t long_shape[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const struct {
        const char *name, *reason;
        enum safetensors_dtype dtype;
        uint32_t rank;
        const uint64_t *shape;
        const void *data;
    } cases[] = {{"bad", "tensor 'bad': element 2 is not finite", SAFETENSORS_F32, 1, &three, bad},
                 {"__metadata__", "reserved", SAFETENSORS_F32, 0, NULL, bad},
                 {"\xff", "not valid UTF-8", SAFETENSORS_F32, 0, NULL, bad},
                 {"kept", "tensor 'kept': was added twice", SAFETENSORS_F32, 0, NULL, bad},
                 {"huge", "tensor 'huge': shape overflows", SAFETENSORS_U8, 2, huge, bad},
                 {"large", "tensor 'large': makes the file larger", SAFETENSORS_F64, 1, huge, bad},
                 {"long", "more than 8 dimensions", SAFETENSORS_F32, 9, long_shape, bad},
                 {"none", "has no data", SAFETENSORS_F32, 1, &three, NULL},
                 {"type", "unknown dtype", SAFETENSORS_DTYPE_COUNT, 0, NULL, bad}};
    CHECK(write_sample(in_folder("kept"), false) == RT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct safetensors_writer *writer;
        CHECK(safetensors_begin(in_folder("kept"), &writer) == RT_OK);
        safetensors_add(writer, "kept", SAFETENSORS_F32, 0, NULL, bad);
        safetensors_add(writer, cases[i].name, cases[i].dtype, cases[i].rank, cases[i].shape, cases[i].data);
        safetensors_add_metadata(writer, "k", "v");
        CHECK(safetensors_commit(&writer) == RT_ERROR_INVALID && writer == NULL);
        if (!CHECK(strstr(test_last_error(), cases[i].reason) != NULL))
            fprintf(stderr, "%s: %s\n", cases[i].name, test_last_error());
    }
    struct safetensors_writer *writer;
    CHECK(safetensors_begin(in_folder("kept"), &writer) == RT_OK);
    safetensors_add_metadata(writer, "k", "v");
    safetensors_add_metadata(writer, "k", "w");
    CHECK(safetensors_commit(&writer) == RT_ERROR_INVALID);
    CHECK(strstr(test_last_error(), "'k' was added twice") != NULL);
    CHECK(safetensors_begin(in_folder("kept"), &writer) == RT_OK);
    safetensors_discard(&writer);
    CHECK(writer == NULL && same_bytes(in_folder("kept"), in_folder("first")));
}

// --- the old file stays ---

// Entries of the folder, "." and ".." not counted.
static int entries(void) {
    int count = -2;
    DIR *stream = opendir(folder);
    if (!CHECK(stream != NULL))
        return 0;
    while (readdir(stream) != NULL)
        count++;
    closedir(stream);
    return count;
}

static enum rt_status write_large(const char *path) {
    static float values[1 << 16];
    static const uint64_t count = 1 << 16;
    struct safetensors_writer *writer;
    if (safetensors_begin(path, &writer) != RT_OK)
        return RT_ERROR_OUT_OF_MEMORY;
    safetensors_add(writer, "large", SAFETENSORS_F32, 1, &count, values);
    return safetensors_commit(&writer);
}

// The limit on a file's size makes write() fail in the middle, as a full disk does.
static void full_disk(void) {
    struct rlimit old, limit;
    int before = entries();
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && getrlimit(RLIMIT_FSIZE, &old) == 0);
    for (rlim_t bytes = 1; bytes < 1 << 18; bytes = bytes * 8 + 5) {
        limit = (struct rlimit){bytes, old.rlim_max};
        CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        enum rt_status status = write_large(in_folder("kept"));
        CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
        CHECK(status == RT_ERROR_IO && strstr(test_last_error(), "cannot be written: ") != NULL);
        CHECK(same_bytes(in_folder("kept"), in_folder("first")) && entries() == before);
    }
}

// Root may write anywhere, so as somebody else.
static void unwritable_folder(void) {
    bool root = geteuid() == 0;
    CHECK(chmod(folder, 0555) == 0 && (!root || seteuid(65534) == 0));
    enum rt_status status = write_sample(in_folder("kept"), false);
    CHECK((!root || seteuid(0) == 0) && chmod(folder, 0700) == 0);
    CHECK(status == RT_ERROR_IO && strstr(test_last_error(), "Permission denied") != NULL);
    CHECK(write_sample(in_folder("none/kept"), false) == RT_ERROR_IO);
    CHECK(same_bytes(in_folder("kept"), in_folder("first")));
    CHECK(mkdir(in_folder("taken"), 0700) == 0 && write_sample(in_folder("taken"), false) == RT_ERROR_IO);
    CHECK(rmdir(in_folder("taken")) == 0);
}

// A process that dies in the middle leaves its temporary; the next writer removes it, but not that of a
// process that is still at work.
static void leftovers(void) {
    int ready[2], before = entries();
    CHECK(pipe(ready) == 0);
    for (int living = 0; living < 2; living++) {
        pid_t child = fork();
        if (child == 0) {
            struct atomic_file file;
            if (atomic_file_begin(&file, in_folder("kept"), false) == 0 &&
                atomic_file_write(&file, "half", 4) == 0 && write(ready[1], "", 1) == 1)
                for (;;)
                    pause();
            _exit(1);
        }
        char byte;
        CHECK(read(ready[0], &byte, 1) == 1 && entries() == before + 1);
        if (living)
            CHECK(write_sample(in_folder("kept"), false) == RT_OK && entries() == before + 1);
        CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
        CHECK(write_sample(in_folder("kept"), false) == RT_OK && entries() == before);
    }
    close(ready[0]);
    close(ready[1]);
    CHECK(same_bytes(in_folder("kept"), in_folder("first")));
}

// Without `replace`, an existing file is refused at the commit.
static void no_replacement(void) {
    struct atomic_file file;
    CHECK(atomic_file_begin(&file, in_folder("kept"), false) == 0);
    CHECK(atomic_file_write(&file, "new", 3) == 0 && atomic_file_commit(&file, false) == EEXIST);
    CHECK(same_bytes(in_folder("kept"), in_folder("first")));
    CHECK(atomic_file_begin(&file, in_folder("new"), false) == 0);
    CHECK(atomic_file_write(&file, "new", 3) == 0 && atomic_file_commit(&file, false) == 0);
    CHECK(unlink(in_folder("new")) == 0);
    CHECK(atomic_file_begin(&file, "", false) == ENOENT);
}

// --- any bytes at all ---

static void damage(void) {
    struct bytes good = bytes_load(in_folder("first"));
    srand(1);
    CHECK(good.size > 0 && accepts(good));
    for (size_t size = 0; size < good.size; size++) {
        struct bytes cut = {malloc(size ? size : 1), size}; // exact, for the sanitizers
        memcpy(cut.at, good.at, size);
        CHECK(!accepts(cut));
        free(cut.at);
    }
    for (int round = 0; round < 20000 && good.size > 0; round++) {
        struct bytes bad = {malloc(good.size), good.size};
        memcpy(bad.at, good.at, good.size);
        for (int i = rand() % 4; i >= 0; i--)
            bad.at[(size_t)rand() % bad.size] =
                (uint8_t)(rand() % 3 ? " \"{}[],:0919\\"[rand() % 13] : rand());
        if (!accepts(bad))
            CHECK(strncmp(test_last_error(), "memory: ", 8) == 0);
        free(bad.at);
    }
    free(good.at);
}

static int run(void) {
    test_temporary(folder);
    test_begin();
    if (!CHECK(mkdtemp(folder) != NULL))
        return test_end();
    round_trip();
    small_files();
    test_quiet(true);
    broken_headers();
    broken_lengths();
    non_finite();
    every_type();
    broken_paths();
    writer_refusals();
    full_disk();
    unwritable_folder();
    leftovers();
    no_replacement();
    damage();
    CHECK(entries() == 3);
    unlink(in_folder("first"));
    unlink(in_folder("second"));
    unlink(in_folder("kept"));
    CHECK(rmdir(folder) == 0);
    return test_end();
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        test_begin();
        return write_sample(argv[2], false) != RT_OK;
    }
    return run();
}
