// The hinge loss of a discriminator and its generator (Lim & Ye 2017; Miyato et al. 2018), and the LeCam
// regulariser (Tseng et al. 2021), which pulls the logits of one side towards the moving average of the
// other's. Logits x are fp32 [rows][c]; channels from c_used on are padding: they count nothing and their
// gradient is 0. Means are over the rows x c_used elements.
#ifndef MOGRAPH_SHADERS_HINGE_HINGE_H
#define MOGRAPH_SHADERS_HINGE_HINGE_H

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

// result f32[4].
enum {
    OP_HINGE_LOSS,  // mean of the loss above
    OP_HINGE_LECAM, // mean of (x - moving average of the other side)^2; 0 without lecam
    OP_HINGE_MEAN,  // mean of x
    OP_HINGE_RIGHT, // share of elements above 0 (real, generator) or below 0 (fake)
    OP_HINGE_RESULTS
};

// anchors f32[4], kept between steps, zeros at first.
enum {
    OP_HINGE_ANCHOR_REAL, // moving average of the mean logit of real clips
    OP_HINGE_ANCHOR_FAKE, // and of generated ones
    OP_HINGE_ANCHOR_UPDATES,
    OP_HINGE_ANCHOR_UNUSED,
    OP_HINGE_ANCHORS
};

// anchors: absent without lecam. Elements of the scratch `partials` (fp32) follow from op_describe.
void op_hinge_forward(struct op_recorder *recorder, const struct op_hinge *params, struct rt_buffer x,
                      struct rt_buffer anchors, struct rt_buffer result, struct rt_buffer partials);

// d_result f32[2]: the weights of OP_HINGE_LOSS and OP_HINGE_LECAM in the loss, a slice of what is uploaded
// before every step. d_x may be x unless accumulating. The anchors are constants here.
void op_hinge_backward(struct op_recorder *recorder, const struct op_hinge *params, struct rt_buffer x,
                       struct rt_buffer anchors, struct rt_buffer d_result, struct rt_buffer d_x);

struct op_hinge_track {
    float decay; // of the moving averages, 0 to 1; 0: 0.99
};

// Moves the anchors towards the means in the results of the two sides; the first update sets them. A mean
// that is not finite changes nothing.
void op_hinge_track(struct op_recorder *recorder, const struct op_hinge_track *params, struct rt_buffer real,
                    struct rt_buffer fake, struct rt_buffer anchors);

#endif
