// The model that is judged: its weights on the device, and how its classes are named in the data.
#ifndef MOGRAPH_CLI_EVAL_MODEL_H
#define MOGRAPH_CLI_EVAL_MODEL_H

#include "cli/eval/data.h"
#include "model/sample/generator.h"

struct eval_model {
    struct weights *weights;
    struct generator *generator;
    uint32_t *class_of;     // [kinds of the data] the model's class
    uint32_t *val_classes;  // [val.source.count]
    struct clip_source val; // the validation part with the model's classes
    struct op_library *library;
};

// Opens a weights file for a data set: clips of its size, kinds that it knows. False with a line printed.
// Destroy it in either case.
bool eval_model_open(struct eval_model *model, struct op_library *library, const char *path,
                     const struct eval_data *data);
void eval_model_close(struct eval_model *model);

// Points of the noise space with what they are of.
struct eval_points {
    uint32_t count, numbers, classes;
    float *noise;   // [count][numbers]
    float *weights; // [count][classes] of the model, adding up to 1
};
// Room for points; false with a line logged. Destroy it in either case.
bool eval_points_create(struct eval_points *points, const struct eval_model *model, uint32_t count);
void eval_points_destroy(struct eval_points *points);

// How samples are drawn: seeds, seed + 1, ... of a kind are what `mograph generate` makes of them.
struct eval_drawing {
    uint64_t seed;
    float temperature, fine;
};
// Point `at`: a sample of a kind of the data.
void eval_points_draw(struct eval_points *points, uint32_t at, const struct eval_model *model, uint32_t kind,
                      const struct eval_drawing *how);
// Point `at`: a clip of a kind of the data, encoded.
enum rt_status eval_points_encode(struct eval_points *points, uint32_t at, const struct eval_model *model,
                                  uint32_t kind, const uint8_t *rgb);
// Point `at`: (1 - t) a + t b, of two points of another set.
void eval_points_mix(struct eval_points *points, uint32_t at, const struct eval_points *from, uint32_t a,
                     uint32_t b, float t);

// Decodes points first to first + count to rgb [count][d][h][w][3]. Unlike generator_decode it takes black
// clips for what they are.
enum rt_status eval_points_decode(const struct eval_points *points, const struct eval_model *model,
                                  uint32_t first, uint32_t count, uint8_t *rgb);

#endif
