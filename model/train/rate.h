// Rate control: holds a level's KL divergence at a target by moving its weight beta, a constraint with a
// multiplier in the manner of GECO (Rezende & Viola 2018, "Taming VAEs"). A video has so many pixels that at
// beta = 1 its likelihood drowns the KL: what matters is the rate, not beta.
#ifndef MOGRAPH_MODEL_TRAIN_RATE_H
#define MOGRAPH_MODEL_TRAIN_RATE_H

#include <stdbool.h>

struct rate_control {
    float target; // nats a clip; 0: beta stays as it is
    float beta;   // the KL's weight in the loss
    float mean;   // running mean of the KL, nats
    bool started; // mean holds something
};

// `kl`: mean over the step's samples that used the level. What is not finite changes nothing.
//   mean = .9 mean + .1 kl;  beta *= exp(speed clamp(mean / target - 1, -1, 1))
void rate_update(struct rate_control *rate, float kl, float speed);

#endif
