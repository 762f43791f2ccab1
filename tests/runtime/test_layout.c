// Layouts: what is counted is what is handed out, and no more.
#include "runtime/align.h"
#include "runtime/layout.h"
#include "tests/test.h"

#include <string.h>

enum { PIECES = 5 };

struct pieces {
    uint64_t sizes[PIECES];
    struct rt_buffer buffers[PIECES];
};

static void list_pieces(void *owner, struct rt_layout *layout) {
    struct pieces *p = owner;
    for (int i = 0; i < PIECES; i++)
        rt_layout_add(layout, &p->buffers[i], p->sizes[i]);
}

static void places_keep_to_chunks(void) {
    CHECK(rt_div_up(0, 3) == 0 && rt_div_up(6, 3) == 2 && rt_div_up(7, 3) == 3);
    CHECK(rt_align_up(0, 16) == 0 && rt_align_up(16, 16) == 16 && rt_align_up(17, 16) == 32);
    CHECK(rt_place(1, 10, 0) == RT_ALIGNMENT);
    CHECK(rt_place(1, 4096 - RT_ALIGNMENT, 4096) == RT_ALIGNMENT); // fits to the byte
    CHECK(rt_place(1, 4097 - RT_ALIGNMENT, 4096) == 4096);
}

static void counted_is_handed_out(struct rt_device *device) {
    struct pieces pieces = {.sizes = {16, 1, 0, 300, 256}}, untouched;
    struct rt_arena *arena;
    memset(pieces.buffers, 0x5a, sizeof pieces.buffers);
    untouched = pieces;
    uint64_t bytes = rt_layout_bytes(device, list_pieces, &pieces);
    CHECK(bytes == 5 * RT_ALIGNMENT); // 16, 1, 300 in two, 256
    CHECK(memcmp(&pieces, &untouched, sizeof pieces) == 0);
    CHECK(rt_layout_create(device, RT_MEMORY_DEVICE, "a test", list_pieces, &pieces, &arena) == RT_OK);
    uint64_t end = 0;
    for (int i = 0; i < PIECES; i++) {
        const struct rt_buffer *b = &pieces.buffers[i];
        CHECK(b->size_bytes == pieces.sizes[i] && (b->address != 0) == (b->size_bytes > 0));
        if (b->size_bytes == 0)
            continue;
        CHECK(b->arena == arena && b->offset_bytes >= end && b->offset_bytes % RT_ALIGNMENT == 0);
        end = b->offset_bytes + b->size_bytes;
    }
    CHECK(end == bytes);
    CHECK(rt_arena_buffer(arena, bytes, 1).address == 0); // nothing is left over
    rt_arena_destroy(&arena);
}

static void too_much_is_refused(struct rt_device *device) {
    struct pieces pieces = {.sizes = {16, rt_arena_chunk_bytes(device) + 1}};
    struct rt_arena *arena;
    test_quiet(true);
    test_clear_log();
    CHECK(rt_layout_create(device, RT_MEMORY_DEVICE, "everything", list_pieces, &pieces, &arena) ==
          RT_ERROR_OUT_OF_MEMORY);
    CHECK(arena == NULL && pieces.buffers[0].address == 0);
    CHECK(strstr(test_last_error(), "everything") != NULL && strstr(test_last_error(), "MiB") != NULL);
    pieces.sizes[1] = 16;
    pieces.sizes[3] = pieces.sizes[4] = rt_arena_chunk_bytes(device);
    CHECK(rt_layout_bytes(device, list_pieces, &pieces) ==
          3 * rt_arena_chunk_bytes(device)); // no part of one
    test_quiet(false);
}

int main(void) {
    test_begin();
    places_keep_to_chunks();
    struct rt_context *context;
    struct rt_device *device = test_device(&context, 0);
    counted_is_handed_out(device);
    too_much_is_refused(device);
    test_close(&context, &device);
    return test_end();
}
