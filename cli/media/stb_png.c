// The one place where stb_image_write is compiled; its warnings are not ours.
//
// It does not look whether its allocations succeed. They are made here, and one that fails ends the encoding
// by longjmp; what had been allocated is then freed from a list.
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next, *previous;
};

struct heap {
    jmp_buf no_memory;
    struct block blocks; // the list's head
};

// Of the encoding that runs on this thread: stb hands nothing of ours to its allocator.
static _Thread_local struct heap *heap;

static void *heap_allocate(size_t size) {
    struct block *block = malloc(sizeof *block + size), *head = &heap->blocks;
    if (block == NULL)
        longjmp(heap->no_memory, 1);
    *block = (struct block){head->next, head};
    head->next->previous = block;
    head->next = block;
    return block + 1;
}

static void heap_free(void *bytes) {
    if (bytes == NULL)
        return;
    struct block *block = (struct block *)bytes - 1;
    block->previous->next = block->next;
    block->next->previous = block->previous;
    free(block);
}

static void *heap_grow(void *bytes, size_t old_size, size_t size) {
    void *grown = heap_allocate(size);
    if (bytes != NULL)
        memcpy(grown, bytes, old_size);
    heap_free(bytes);
    return grown;
}

#define STBIW_MALLOC(size) heap_allocate(size)
#define STBIW_FREE(bytes) heap_free(bytes)
#define STBIW_REALLOC_SIZED(bytes, old_size, size) heap_grow(bytes, old_size, size)
#define STBIW_REALLOC(bytes, size) NULL // stb wants the name and uses the one above
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#if !defined(__clang_analyzer__) // nor are they clang-tidy's
#define STB_IMAGE_WRITE_IMPLEMENTATION
#endif
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "cli/media/buffer.h"
#include "cli/media/png_chunk.h"
#include "cli/media/write.h"

#include <limits.h>

enum { PNG_HEAD = 33 }; // signature and IHDR

static void add_number(struct buffer *buffer, uint32_t value) {
    const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value};
    buffer_add(buffer, bytes, sizeof bytes);
}

static bool is_ascii(const char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > 0x7e)
            return false;
    return true;
}

// A tEXt chunk, which all programs read, or where its Latin-1 will not do an iTXt chunk, not compressed and
// without a language.
static void add_comment(struct buffer *png, const char *comment) {
    static const char plain[] = "tEXtComment", international[] = "iTXtComment\0\0\0\0"; // and a last 0
    struct buffer chunk = {0};
    if (is_ascii(comment))
        buffer_add(&chunk, plain, sizeof plain);
    else
        buffer_add(&chunk, international, sizeof international);
    buffer_add(&chunk, comment, strlen(comment));
    if (!chunk.failed) {
        add_number(png, (uint32_t)chunk.size - 4);
        buffer_add(png, chunk.bytes, chunk.size);
        add_number(png, png_checksum(chunk.bytes, chunk.size));
    }
    png->failed = png->failed || chunk.failed;
    free(chunk.bytes);
}

// Puts the comment behind the header of a finished file.
static void insert_comment(struct buffer *png, const char *comment) {
    struct buffer with = {0};
    buffer_add(&with, png->bytes, PNG_HEAD);
    add_comment(&with, comment);
    buffer_add(&with, png->bytes + PNG_HEAD, png->size - PNG_HEAD);
    free(png->bytes);
    *png = with;
}

static void add_piece(void *user, void *bytes, int size) {
    buffer_add(user, bytes, (size_t)size);
}

static bool encode(struct buffer *png, const uint8_t *rgb, uint32_t height, uint32_t width) {
    struct heap mine;
    volatile bool ok = false;
    mine.blocks = (struct block){&mine.blocks, &mine.blocks};
    heap = &mine;
    if (setjmp(mine.no_memory) == 0)
        ok = stbi_write_png_to_func(add_piece, png, (int)width, (int)height, 3, rgb, (int)width * 3) != 0;
    for (struct block *block = mine.blocks.next, *next; block != &mine.blocks; block = next) {
        next = block->next;
        free(block);
    }
    heap = NULL;
    return ok && !png->failed;
}

bool png_encode(const uint8_t *rgb, uint32_t height, uint32_t width, const char *comment, uint8_t **bytes,
                size_t *size, struct cli_error *error) {
    *bytes = NULL;
    *size = 0;
    // stb_image_write counts bytes in int.
    if (width == 0 || height == 0 || (uint64_t)height * (3 * (uint64_t)width + 1) > INT_MAX / 2)
        return cli_fail(error, NULL, "%ux%u pixels do not fit in one PNG", width, height);
    struct buffer buffer = {0};
    bool ok = encode(&buffer, rgb, height, width);
    if (ok && comment != NULL)
        insert_comment(&buffer, comment);
    if (!ok || buffer.failed) {
        free(buffer.bytes);
        return cli_fail(error, NULL, "no memory for a PNG of %ux%u", width, height);
    }
    *bytes = buffer.bytes;
    *size = buffer.size;
    return true;
}
