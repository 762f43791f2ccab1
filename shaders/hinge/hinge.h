// The hinge loss of a discriminator and its generator (Lim & Ye 2017; Miyato et al. 2018), and the LeCam
// regulariser (Tseng et al. 2021), which pulls the logits of one side towards the moving average of the
// other's. Logits x are fp32 [rows][c]; channels from c_used on are padding: they count nothing and their
// gradient is 0. Means are over the rows x c_used elements.
#ifndef MOGRAPH_SHADERS_HINGE_HINGE_H
#define MOGRAPH_SHADERS_HINGE_HINGE_H

#include "shaders/hinge/hinge_structs.h"
#include "shaders/op.h"

enum op_hinge_side {
    OP_HINGE_REAL,      // discriminator, real clips: max(0, 1 - x)
    OP_HINGE_FAKE,      // discriminator, generated clips: max(0, 1 + x)
    OP_HINGE_GENERATOR, // -x
    OP_HINGE_SIDES
};

struct op_hinge {
    enum op_hinge_side side;
    uint32_t rows, c;
    uint32_t c_used; // channels that count, 0: all; 1 of 4 for one logit per patch
    bool lecam;      // with the regulariser; not for the generator
    bool accumulate; // backward only: add to d_x
};

// Where arrays of floats hold the members of struct hinge_result, and of struct hinge_anchors.
enum {
    OP_HINGE_LOSS = SHARED_INDEX(hinge_result, loss),
    OP_HINGE_LECAM = SHARED_INDEX(hinge_result, lecam),
    OP_HINGE_MEAN = SHARED_INDEX(hinge_result, mean),
    OP_HINGE_RIGHT = SHARED_INDEX(hinge_result, right),
    OP_HINGE_RESULTS = SHARED_FLOATS
};
enum {
    OP_HINGE_ANCHOR_REAL = SHARED_INDEX(hinge_anchors, real),
    OP_HINGE_ANCHOR_FAKE = SHARED_INDEX(hinge_anchors, fake),
    OP_HINGE_ANCHOR_UPDATES = SHARED_INDEX(hinge_anchors, updates),
    OP_HINGE_ANCHORS = SHARED_FLOATS
};

// anchors: struct hinge_anchors, absent without lecam. result: struct hinge_result.
#define OP_ARGS_hinge_forward(IN, OUT, INOUT, SCRATCH) IN(x) IN(anchors) OUT(result) SCRATCH(partials)
OP_DECLARE(hinge_forward, struct op_hinge);

// d_result f32[2]: the weights of OP_HINGE_LOSS and OP_HINGE_LECAM in the loss, a slice of what is uploaded
// before every step. d_x may be x unless accumulating. The anchors are constants here.
#define OP_ARGS_hinge_backward(IN, OUT, INOUT, SCRATCH) IN(x) IN(anchors) IN(d_result) OUT(d_x)
OP_DECLARE(hinge_backward, struct op_hinge);

struct op_hinge_track {
    float decay; // of the moving averages, 0 to 1; 0: 0.99
};

// Moves the anchors towards the means in the results of the two sides; the first update sets them. A mean
// that is not finite changes nothing.
#define OP_ARGS_hinge_track(IN, OUT, INOUT, SCRATCH) IN(real) IN(fake) INOUT(anchors)
OP_DECLARE(hinge_track, struct op_hinge_track);

extern const struct op_shapes op_hinge_shapes; // hinge_shapes.c
extern const struct op_shapes op_hinge_track_shapes;

#endif
