// op_bridge OPERATION PARAMS FOLDER: runs one operation on the device, for the checks against PyTorch.
//   PARAMS  the operation's params struct as hexadecimal bytes
//   FOLDER  holds <argument>.bin for every input, raw elements; receives <argument>.bin for every output
// Scratch is made here. Prints one line per argument: name, role, type, elements. The device is the default
// one, the kernel family as MOGRAPH_KERNELS says. Exit status 0 only when every output was written.
#include "runtime/layout.h"
#include "runtime/log.h"
#include "runtime/open.h"
#include "runtime/transfer.h"
#include "shaders/op_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bridge {
    enum op_id id;
    unsigned char params[OP_MAX_PARAMS];
    const char *folder;
    struct rt_context *context;
    struct rt_device *device;
    struct op_library *library;
    struct rt_stream *stream;
    struct rt_arena *arena;
    struct op_signature signature;
    struct rt_buffer args[OP_MAX_ARGS];
};

static void on_log(void *user, enum rt_log_level level, const char *text) {
    (void)user;
    if (level <= RT_LOG_WARNING)
        fprintf(stderr, "%s\n", text);
}

static bool find_operation(const char *name, enum op_id *id) {
    for (int i = 0; i < OP_COUNT; i++)
        if (strcmp(op_table[i]->name, name) == 0) {
            *id = (enum op_id)i;
            return true;
        }
    fprintf(stderr, "op_bridge: no operation is called \"%s\"\n", name);
    return false;
}

static bool parse_params(struct bridge *b, const char *hex) {
    size_t want = op_table[b->id]->params_size;
    if (strlen(hex) != 2 * want) {
        fprintf(stderr, "op_bridge: the params of %s have %zu bytes, got %zu hexadecimal digits\n",
                op_table[b->id]->name, want, strlen(hex));
        return false;
    }
    for (size_t i = 0; i < want; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'}, *end;
        b->params[i] = (unsigned char)strtoul(digits, &end, 16);
        if (end != digits + 2) {
            fprintf(stderr, "op_bridge: \"%s\" is not hexadecimal\n", digits);
            return false;
        }
    }
    return true;
}

static bool is_input(const struct op_arg *arg) {
    return arg->count > 0 && (arg->role == OP_IN || arg->role == OP_INOUT);
}

static bool is_output(const struct op_arg *arg) {
    return arg->count > 0 && (arg->role == OP_OUT || arg->role == OP_INOUT);
}

// Reads or writes exactly `bytes` of FOLDER/<name>.bin; a longer file is refused too.
static bool transfer_file(const struct bridge *b, const char *name, bool write, void *data, uint64_t bytes) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.bin", b->folder, name);
    FILE *file = fopen(path, write ? "wb" : "rb");
    bool ok = file != NULL;
    if (ok)
        ok = (write ? fwrite(data, 1, bytes, file) : fread(data, 1, bytes, file)) == bytes;
    if (ok && !write)
        ok = fgetc(file) == EOF;
    if (file != NULL && fclose(file) != 0)
        ok = false;
    if (!ok)
        fprintf(stderr, "op_bridge: cannot %s %s, exactly %llu bytes\n", write ? "write" : "read", path,
                (unsigned long long)bytes);
    return ok;
}

static bool transfer(struct bridge *b, uint32_t i, bool write) {
    const struct op_arg *arg = &b->signature.args[i];
    uint64_t bytes = op_arg_bytes(arg);
    void *data = malloc(bytes);
    bool ok = data != NULL;
    if (write) {
        ok = ok && rt_buffer_download(b->device, b->args[i], data, bytes) == RT_OK &&
             transfer_file(b, arg->name, true, data, bytes);
    } else {
        ok = ok && transfer_file(b, arg->name, false, data, bytes) &&
             rt_buffer_upload(b->device, b->args[i], data, bytes) == RT_OK;
    }
    free(data);
    return ok;
}

static bool open_device(struct bridge *b) {
    const struct rt_device_info *info;
    return rt_context_create(NULL, &b->context) == RT_OK &&
           rt_context_find_device(b->context, NULL, &info) == RT_OK &&
           rt_device_create(b->context, info, NULL, &b->device) == RT_OK &&
           op_library_create(b->device, &b->library) == RT_OK &&
           rt_stream_create(b->device, NULL, &b->stream) == RT_OK;
}

static bool describe(struct bridge *b) {
    struct op_refusal refusal;
    if (!op_describe(&b->library->target, b->id, b->params, &b->signature, &refusal)) {
        fprintf(stderr, "op_bridge: %s: %s\n", op_table[b->id]->name, refusal.text);
        return false;
    }
    static const char *const roles[] = {"in", "out", "inout", "scratch"};
    static const char *const types[] = {"f32", "bf16", "u8", "u32"};
    for (uint32_t i = 0; i < b->signature.arg_count; i++) {
        const struct op_arg *arg = &b->signature.args[i];
        printf("%s %s %s %llu\n", arg->name, roles[arg->role], types[arg->dtype],
               (unsigned long long)arg->count);
    }
    return true;
}

static void list_arguments(void *owner, struct rt_layout *layout) {
    struct bridge *b = owner;
    for (uint32_t i = 0; i < b->signature.arg_count; i++)
        rt_layout_add(layout, &b->args[i], op_arg_buffer_bytes(&b->signature.args[i]));
}

static bool allocate(struct bridge *b) {
    return rt_layout_create(b->device, RT_MEMORY_DEVICE, "arguments", list_arguments, b, &b->arena) == RT_OK;
}

static bool run(struct bridge *b) {
    for (uint32_t i = 0; i < b->signature.arg_count; i++)
        if (is_input(&b->signature.args[i]) && !transfer(b, i, false))
            return false;
    struct op_recorder recorder = {b->library, b->stream};
    rt_stream_begin(b->stream);
    op_record(&recorder, b->id, b->params, b->args);
    if (rt_stream_run(b->stream) != RT_OK)
        return false;
    for (uint32_t i = 0; i < b->signature.arg_count; i++)
        if (is_output(&b->signature.args[i]) && !transfer(b, i, true))
            return false;
    return true;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: op_bridge OPERATION PARAMS FOLDER\n");
        return 2;
    }
    struct bridge b = {.folder = argv[3]};
    rt_log_set_callback(on_log, NULL);
    bool ok = find_operation(argv[1], &b.id) && parse_params(&b, argv[2]) && open_device(&b) &&
              describe(&b) && allocate(&b) && run(&b);
    rt_stream_destroy(&b.stream);
    op_library_destroy(&b.library);
    rt_arena_destroy(&b.arena);
    rt_device_destroy(&b.device);
    rt_context_destroy(&b.context);
    return ok ? 0 : 1;
}
