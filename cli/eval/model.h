// The model that is judged: its weights on the device, and how its classes are named in the data.
#ifndef MOGRAPH_CLI_EVAL_MODEL_H
#define MOGRAPH_CLI_EVAL_MODEL_H

#include "cli/eval/data.h"
#include "model/sample/generator.h"
#include "model/sample/points.h"

struct eval_model {
    struct weights *weights;
    struct generator *generator;
    uint32_t *class_of;     // [kinds of the data] the model's class
    uint32_t *val_classes;  // [val.source.count]
    struct clip_source val; // the validation part with the model's classes
    struct op_library *library;
};

// Opens a weights file for a data set: clips of its size, kinds that it knows. Destroy it in either case.
bool eval_model_open(struct eval_model *model, struct op_library *library, const char *path,
                     const struct eval_data *data, struct cli_error *error);
void eval_model_close(struct eval_model *model);

// Room for points. Destroy it in either case.
bool eval_points_create(struct points *points, const struct eval_model *model, uint32_t count,
                        struct cli_error *error);
// Point `at`: a sample of a kind of the data, as `mograph generate` makes it of the same seed.
void eval_points_draw(struct points *points, uint32_t at, const struct eval_model *model, uint32_t kind,
                      const struct point_draw *how);
// Point `at`: a clip of a kind of the data, encoded.
bool eval_points_encode(struct points *points, uint32_t at, const struct eval_model *model, uint32_t kind,
                        const uint8_t *rgb, struct cli_error *error);

// Decodes points first to first + count to rgb [count][d][h][w][3]. Unlike generator_decode it takes black
// clips for what they are.
bool eval_points_decode(const struct points *points, const struct eval_model *model, uint32_t first,
                        uint32_t count, uint8_t *rgb, struct cli_error *error);

#endif
