// test_malformed [--device]: params that no caller should send. Without --device, describe() judges a
// thousand mutations of every operation's examples, for several kinds of device: each is either refused with
// a reason or described with numbers that hang together. With --device, op_record refuses by name.
#include "runtime/align.h"
#include "shaders/op_record.h"
#include "shaders/op_shapes.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 1000, MAX_PARAMS_BYTES = OP_MAX_PARAMS };

// splitmix64 (Steele, Lea & Flood 2014).
static uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

// Params end with their flags. A bool holds 0 or 1 in C, whatever is asked for, so only the members before
// the flags are mutated (op_info.flags_at); where it is missing the sanitizer names the type.
static size_t bytes_before_flags(enum op_id id) {
    return op_table[id]->flags_at > 0 ? op_table[id]->flags_at : op_table[id]->params_size;
}

// Numbers at the edges of every type that a member may have, as 32-bit words (and what they are as a float).
static uint32_t extreme(uint64_t *state) {
    static const uint32_t words[] = {
        0,          1,     2,          3,          4,          5,          7,
        8,          255,   256,        4095,       4096,       4097,       4100,
        65535,      65536, 0x7ffffffe, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc,
        0x3f800000, // 1.0
        0xbf800000, // -1.0
        0x7f800000, // infinity
        0x7fc00000, // NaN
        0x7f7fffff, // the largest float
        0x00000001, // the smallest
    };
    uint64_t choice = next_random(state);
    if (choice % 4 == 0)
        return (uint32_t)next_random(state);
    return words[(choice >> 8) % (sizeof words / sizeof words[0])];
}

static uint32_t example_count(enum op_id id) {
    uint32_t count = 0;
    while (op_shape_at(id, OP_DOCTOR, count) != NULL)
        count++;
    return count;
}

static void mutate(enum op_id id, uint64_t seed, void *params) {
    const struct op_info *op = op_table[id];
    uint64_t state = seed * 1000003u + (uint64_t)id;
    uint32_t examples = example_count(id);
    if (!CHECK(examples > 0))
        return;
    uint32_t example = (uint32_t)(next_random(&state) % examples);
    memcpy(params, op_shape_at(id, OP_DOCTOR, example)->params, op->params_size);
    size_t words = bytes_before_flags(id) / 4;
    for (uint64_t left = 1 + next_random(&state) % 3; left > 0; left--) {
        uint32_t word = extreme(&state);
        memcpy((char *)params + next_random(&state) % words * 4, &word, 4);
    }
}

// Elements are counted by 32 bits, but for the bytes of a data set, whose clips are found by 64.
static bool argument_is_sound(const struct op_arg *arg) {
    uint64_t most = arg->dtype == OP_U8 ? (uint64_t)1 << 40 : UINT32_MAX;
    return arg->name != NULL && arg->name[0] != '\0' && arg->role <= OP_SCRATCH && arg->dtype <= OP_U32 &&
           arg->count <= most;
}

static bool signature_is_sound(const struct op_signature *signature) {
    bool sound = signature->arg_count > 0 && signature->arg_count <= OP_MAX_ARGS &&
                 signature->text[0] != '\0' &&
                 memchr(signature->text, '\0', sizeof signature->text) != NULL &&
                 isfinite(signature->flops) && signature->flops >= 0.0;
    bool has_output = false;
    for (uint32_t i = 0; i < signature->arg_count && sound; i++) {
        sound = argument_is_sound(&signature->args[i]);
        has_output |= signature->args[i].count > 0 &&
                      (signature->args[i].role == OP_OUT || signature->args[i].role == OP_INOUT);
    }
    return sound && has_output;
}

// Whether describe() accepted; counts a failure when its answer does not hang together.
static bool judge(const struct op_target *target, enum op_id id, uint64_t seed) {
    _Alignas(max_align_t) char params[MAX_PARAMS_BYTES] = {0};
    struct op_signature signature;
    struct op_refusal refusal = {{0}};
    mutate(id, seed, params);
    bool accepted = op_describe(target, id, params, &signature, &refusal);
    bool sound = accepted
                     ? signature_is_sound(&signature)
                     : refusal.text[0] != '\0' && memchr(refusal.text, '\0', sizeof refusal.text) != NULL;
    if (!CHECK(sound))
        fprintf(stderr, "  %s seed %llu, %s: %s\n", op_table[id]->name, (unsigned long long)seed,
                accepted ? "accepted" : "refused", accepted ? signature.text : refusal.text);
    return accepted;
}

static void describe_thousand(const struct op_target *target, enum op_id id) {
    unsigned accepted = 0;
    if (!CHECK(op_table[id]->params_size <= MAX_PARAMS_BYTES && example_count(id) > 0)) {
        fprintf(stderr, "  %s: no row of its shapes is for doctor\n", op_table[id]->name);
        return;
    }
    for (uint64_t seed = 0; seed < MUTATIONS; seed++)
        accepted += judge(target, id, seed);
    // Both answers must have been exercised, or the mutations are too wild or too tame.
    if (!CHECK(accepted > 0 && accepted < MUTATIONS))
        fprintf(stderr, "  %s accepted %u of %d\n", op_table[id]->name, accepted, MUTATIONS);
}

static void describe_everywhere(void) {
    static const struct op_target targets[] = {
        {.family = OP_FAMILY_LANE,
         .cpu = true,
         .subgroup_size = 8,
         .max_invocations = 1024,
         .max_shared_bytes = 32768}, // lavapipe
        {.family = OP_FAMILY_TILE,
         .cpu = true,
         .subgroup_size = 8,
         .max_invocations = 1024,
         .max_shared_bytes = 32768}, // lavapipe, the other family
        {.family = OP_FAMILY_TILE,
         .subgroup_size = 32,
         .max_invocations = 1024,
         .max_shared_bytes = 49152}, // a GPU
        {.family = OP_FAMILY_TILE,
         .subgroup_size = 64,
         .max_invocations = 128,
         .max_shared_bytes = 16384}, // what Vulkan 1.2 guarantees
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        for (int id = 0; id < OP_COUNT; id++)
            describe_thousand(&targets[i], (enum op_id)id);
}

// --- through op_record ---

struct session {
    struct op_library *library;
    struct rt_stream *stream;
    struct rt_arena *arena;
};

// Records one operation alone and tells whether it was refused, by the operation's name.
static bool refused(struct session *session, enum op_id id, const void *params,
                    const struct rt_buffer *args) {
    struct op_recorder recorder = {session->library, session->stream};
    test_clear_log();
    rt_stream_begin(session->stream);
    op_record(&recorder, id, params, args);
    return rt_stream_run(session->stream) == RT_ERROR_INVALID &&
           strncmp(test_last_error(), op_table[id]->name, strlen(op_table[id]->name)) == 0;
}

static void refuse_mutations(struct session *session, enum op_id id) {
    static const struct rt_buffer none[OP_MAX_ARGS];
    for (uint64_t seed = 0; seed < 50; seed++) {
        _Alignas(max_align_t) char params[MAX_PARAMS_BYTES] = {0};
        mutate(id, seed, params);
        // Without buffers even possible params must be refused.
        if (!CHECK(refused(session, id, params, none)))
            fprintf(stderr, "  %s seed %llu: %s\n", op_table[id]->name, (unsigned long long)seed,
                    test_last_error());
    }
}

// Every argument in turn: absent, too short, at an odd address. How many there are is the type's to say: a
// form has exactly the fields of the argument list.
static void refuse_buffers(struct session *session, enum op_id id) {
    const void *params = op_shape_at(id, OP_DOCTOR, 0)->params;
    struct op_signature signature;
    struct op_refusal refusal;
    struct rt_buffer args[OP_MAX_ARGS + 1] = {0};
    CHECK(op_describe(&session->library->target, id, params, &signature, &refusal));
    uint64_t offset = 0;
    for (uint32_t i = 0; i < signature.arg_count; i++) {
        if (signature.args[i].count > 0)
            args[i] = rt_arena_buffer(session->arena, offset, op_arg_buffer_bytes(&signature.args[i]) + 16);
        offset += rt_align_up(args[i].size_bytes, RT_ALIGNMENT);
    }
    for (uint32_t i = 0; i < signature.arg_count; i++) {
        struct rt_buffer whole = args[i];
        if (signature.args[i].count == 0)
            continue;
        args[i] = (struct rt_buffer){0};
        CHECK(refused(session, id, params, args));
        args[i] = rt_buffer_slice(whole, 0, op_arg_bytes(&signature.args[i]) - 1);
        CHECK(refused(session, id, params, args));
        args[i] = rt_buffer_slice(whole, 4, whole.size_bytes - 4);
        CHECK(refused(session, id, params, args));
        args[i] = whole;
    }
}

static void record_on_device(void) {
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    struct session session = {0};
    if (CHECK(op_library_create(device, &session.library) == RT_OK &&
              rt_stream_create(device, NULL, &session.stream) == RT_OK &&
              rt_arena_create(device, RT_MEMORY_DEVICE, 64 << 20, "a test", &session.arena) == RT_OK)) {
        test_quiet(true);
        for (int id = 0; id < OP_COUNT; id++) {
            refuse_mutations(&session, (enum op_id)id);
            refuse_buffers(&session, (enum op_id)id);
        }
        test_quiet(false);
    }
    rt_stream_destroy(&session.stream);
    rt_arena_destroy(&session.arena);
    op_library_destroy(&session.library);
    test_close(&context, &device);
}

int main(int argc, char **argv) {
    test_begin();
    if (argc > 1 && strcmp(argv[1], "--device") == 0)
        record_on_device();
    else
        describe_everywhere();
    return test_end();
}
