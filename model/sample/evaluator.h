// Running a model that does not change: encoding clips, decoding noise. While training it holds the averaged
// weights; from a file it is the generator.
//
// Noise vectors are flat, one sample behind the other: [sample][level, top first][d][h][w][c_used].
#ifndef MOGRAPH_MODEL_SAMPLE_EVALUATOR_H
#define MOGRAPH_MODEL_SAMPLE_EVALUATOR_H

#include "model/net/vae.h"
#include "model/net/vae_inputs.h"

struct evaluator;

// Writes the models down for batches of n; no device memory yet. The caller owns *out.
enum rt_status evaluator_create(struct op_library *library, const struct vae_config *config, uint32_t n,
                                struct evaluator **out);
void evaluator_destroy(struct evaluator **evaluator);

// Bytes on the device: activations (which may be shared with whatever does not run at the same time),
// parameters, and buffers for clips.
uint64_t evaluator_activation_bytes(const struct evaluator *evaluator);
uint64_t evaluator_parameter_bytes(const struct evaluator *evaluator);
uint64_t evaluator_input_bytes(const struct evaluator *evaluator);

// Takes memory of evaluator_activation_bytes and the inputs of a batch, both of which must outlive it, and
// allocates the rest. The contents of the parameters are undefined until one of the next two.
enum rt_status evaluator_attach(struct evaluator *evaluator, struct rt_arena *activations,
                                const struct vae_inputs *inputs);

// Takes the averaged weights and the state of a model of the same configuration in training.
enum rt_status evaluator_take(struct evaluator *evaluator, const struct parameters *from);
struct parameters *evaluator_parameters(const struct evaluator *evaluator);

struct rt_device *evaluator_device(const struct evaluator *evaluator);
const struct vae_config *evaluator_config(const struct evaluator *evaluator);
uint32_t evaluator_batch(const struct evaluator *evaluator);
// The shapes that vae_inputs_create wants.
const struct vae *evaluator_shapes(const struct evaluator *evaluator);
uint32_t evaluator_level_count(const struct evaluator *evaluator);
const struct vae_level *evaluator_level(const struct evaluator *evaluator, uint32_t level);
uint32_t evaluator_noise_count(const struct evaluator *evaluator); // numbers of one sample

// Clips to look at, count of them at most a batch: uint8 [count][d][h][w][3], a class each.
struct evaluator_clips {
    uint32_t count;
    const uint8_t *rgb;
    const uint32_t *classes;
};

// What encoding gives; NULL pointers are left out.
struct evaluation {
    float *output;        // [count][d][h][w][4], the reconstruction
    float *squared_error; // [count], summed over a clip's numbers
    float *nll;           // [count], nats
    float *kl;            // [count][level_count], nats
    float *mean;          // [count][noise_count], means of the posterior
    float *noise;         // [count][noise_count], the noise that gives the same clip from the prior
};

// Encodes clips and reconstructs them. eps [count][noise_count] is the posterior's noise, NULL for its mean;
// of the finer levels only the first `kept` are used. A frozen model: results do not depend on the batch.
enum rt_status evaluator_encode(struct evaluator *evaluator, const struct evaluator_clips *clips,
                                const float *eps, uint32_t kept, const struct evaluation *out);

// Decodes noise [count][noise_count] to rgb uint8 [count][d][h][w][3]. Weights [count][classes] say how much
// of each class's embedding conditions a sample; all on one class is that class, to the bit. Errors:
// RT_ERROR_DRIVER when a clip holds a number that is not finite, with what is likely at fault named: noise
// that no prior draws, else the device, or what evaluator_set_advice says.
enum rt_status evaluator_decode(struct evaluator *evaluator, const float *noise, const float *weights,
                                uint32_t count, uint8_t *rgb);

// The end of a message about noise that is not.
#define EVALUATOR_UNUSUAL "that is far from what noise is: take another --temperature or --fine, or another z"
// Whether noise [noise_count] is such as a prior draws. Temperatures and files may ask for other.
bool evaluator_noise_is_usual(const struct evaluator *evaluator, const float *noise);

// What to do when decoded numbers are not finite, where it is not the device that is suspected: "lower
// --lr". The text must outlive the evaluator.
void evaluator_set_advice(struct evaluator *evaluator, const char *advice);

// Moves the running statistics of BatchNorm towards those of these clips under the present weights (posterior
// samples, eps as above): a tenth of the way. A full batch only.
enum rt_status evaluator_estimate(struct evaluator *evaluator, const struct evaluator_clips *clips,
                                  const float *eps);

#endif
