// How close a reconstruction comes to its clip, and what the latent carries: sums over clips that are pooled
// before a figure is read from them, so that a black clip does not outweigh the others.
//
// A figure with nothing to say (no clips, no foreground, frames smaller than the window) is NAN: whoever
// writes a file leaves it out. Every other figure is finite.
#ifndef MOGRAPH_MODEL_METRICS_RECONSTRUCTION_H
#define MOGRAPH_MODEL_METRICS_RECONSTRUCTION_H

#include "model/metrics/clip_view.h"
#include "runtime/status.h"

// A pixel is foreground when its brightest channel exceeds this in either clip.
#define RECONSTRUCTION_FOREGROUND 0.1f
// Decibels of clips that are equal, and the most that is ever said:
// bytes rounded from the same numbers are at 59 dB.
#define RECONSTRUCTION_MAX_DB 100.0
// Burda, Grosse & Salakhutdinov 2016: variance of a posterior mean from which on a unit counts as active.
#define RECONSTRUCTION_ACTIVE 0.01

// Zero-initialise, add clips, read the figures. Sums of two sets add up member by member.
struct reconstruction {
    double squared_error, foreground_squared_error;
    double numbers, foreground_numbers; // RGB numbers that went into them
    double ssim;                        // summed over frames
    double frames;
};

// Adds a pair of clips of one shape. Errors, with nothing added: RT_ERROR_INVALID (another shape, numbers
// that are not finite), RT_ERROR_OUT_OF_MEMORY.
enum rt_status reconstruction_add(struct reconstruction *sums, const struct clip_view *a,
                                  const struct clip_view *b);

// Decibels of the pooled mean squared error, of range 1: 10 log10(1 / mse), at most RECONSTRUCTION_MAX_DB.
double reconstruction_psnr(const struct reconstruction *sums);
double reconstruction_foreground_psnr(const struct reconstruction *sums);

// Mean over frames of the structural similarity of luma (Wang, Bovik, Sheikh & Simoncelli 2004): Gaussian
// window 11x11 of sigma 1.5, K1 0.01, K2 0.03, range 1, over the pixels whose window lies inside the frame.
double reconstruction_ssim(const struct reconstruction *sums);

// How many of `count` numbers have a posterior mean that varies over n clips by more than
// RECONSTRUCTION_ACTIVE (variance with divisor n). The first clip's numbers are at mean, the next one's
// `stride` numbers further. 0 for fewer than two clips.
uint32_t reconstruction_active_units(const float *mean, uint32_t n, size_t stride, uint32_t count);

// Bits per dimension of the negative evidence lower bound nll + kl, in nats, of a clip of `numbers`
// RGB numbers. nll is of a continuous density on [0, 1] taken at the grid of 8-bit values,
// which are 1 / 256 wide as bits are counted: (nll + kl) / (numbers log 2) + 8.
// (Without dequantisation noise, hence no strict bound.)
double reconstruction_bits_per_dimension(double nll, double kl, double numbers);

#endif
