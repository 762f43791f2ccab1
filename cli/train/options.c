// The option table of `mograph train`.
#include "cli/train/options.h"

#include "cli/command.h"
#include "runtime/align.h"

#include <string.h>

#define FIELD(field) OPTION_FIELD(struct train_values, field)

const struct option train_options[] = {
    {FIELD(out), .name = "out", .letter = 'o', .value = "RUN",
     .help = "the run's folder (default runs/PRESET)"},
    {FIELD(resume), .name = "resume", .value = "RUN",
     .help = "go on with a run from its newest checkpoint, with its own options"},
    {FIELD(init), .name = "init", .value = "WEIGHTS",
     .help = "start from these weights, a file, a run's folder, or the name of weights that ship: also those "
             "of other kinds of clips, or of clips of half or twice the size. "
             "The run takes over the parts of their decoder"},
    {FIELD(config), .name = "config", .value = "FILE.json",
     .help = "take options from a file, such as another run's config.json; the command line goes first"},
    {OPTION_DEVICE(struct train_values, device)},
    {OPTION_NO_TUNE(struct train_values, no_tune)},
    {FIELD(data), .name = "data", .value = "DATA", .help = "the data set, if it is not named as DATA"},
    {FIELD(overfit), .name = "overfit-batch",
     .help = "train on one batch over and over, without KL, dropout and augmentation: "
             "shows that everything learns"},
    {FIELD(dry_run), .name = "dry-run", .help = "say what it would take and stop"},
    {FIELD(stream), .name = "stream",
     .help = "read clips from disk while training, even if all would fit on the device"},
    {FIELD(every), .name = "every", .value = "EPOCHS", .initial = "0", .min = 0, .max = 1e6,
     .help = "validate and write samples every so many epochs; 0: ten, or more where ten take less than 100 "
             "steps"},
    {FIELD(save_every), .name = "save-every", .value = "EPOCHS", .initial = "0", .min = 0, .max = 1e6,
     .help = "write a checkpoint every so many epochs; 0: one, or more where one takes less than 50 steps"},
    {FIELD(steps), .name = "steps", .value = "N", .initial = "0", .min = 0, .max = 1e12,
     .help = "stop after this many steps, with a checkpoint; 0: when the epochs are done"},
    {FIELD(preset), .name = "preset", .initial = "small", .choices = "tiny|small|base|article",
     .moved = "classifier", .moved_to = "mograph classifier train DATA",
     .help = "the model; `mograph info` shows each"},
    {FIELD(top), .name = "top", .value = "N", .initial = "0", .min = 0, .max = 1024,
     .help = "numbers of the top latent, a multiple of 4; 0: the preset's"},
    {FIELD(decoder), .name = "decoder", .value = "PARTS",
     .help =
         "how the top latent reaches the decoder, such as \"placed=1024 mapped=256 mapping_layers=3 styled=1 "
         "waves=48 poses=2\", or none (default: as the weights of --init, or the preset's)"},
    {FIELD(precision), .name = "precision", .initial = "fp32", .choices = "fp32|bf16",
     .help = "how activations are stored; sums are always fp32"},
    {FIELD(store), .name = "store", .initial = "fp32", .choices = "fp32|bf16",
     .help = "how weights.safetensors is written; bf16 is half as large. Checkpoints are always whole"},
    {FIELD(epochs), .name = "epochs", .initial = "200", .min = 1, .max = 1e6,
     .help = "times that every clip, or what has taken its place, is seen"},
    {FIELD(batch), .name = "batch", .initial = "8", .min = 1, .max = 1024, .help = "clips a step"},
    {FIELD(seed), .name = "seed", .initial = "1", .min = 0, .max = 9e15, .help = "same seed, same run"},
    {FIELD(optimiser), .name = "optimiser", .initial = "muon", .choices = "muon|adamw",
     .help = "of the weights between hidden layers; all else is AdamW's"},
    {FIELD(lr), .name = "lr", .initial = "0.003", .min = 1e-9, .max = 1,
     .help = "highest learning rate; falls along a cosine"},
    {FIELD(warmup), .name = "warmup", .value = "STEPS", .initial = "60", .min = 0, .max = 1e9,
     .help = "steps in which the learning rate rises from 0"},
    {FIELD(beta), .name = "beta", .initial = "0", .min = 0, .max = 1e6,
     .help = "weight of the KL divergence at every level; 0: rate control moves it"},
    {FIELD(rate_top), .name = "rate-top", .value = "NATS", .initial = "100", .min = 1, .max = 1e6,
     .help = "KL divergence a clip that rate control holds the top latent at"},
    {FIELD(rate_middle), .name = "rate-middle", .value = "NATS", .initial = "200", .min = 1, .max = 1e6,
     .help = "the same for the next level"},
    {FIELD(rate_fine), .name = "rate-fine", .value = "NATS", .initial = "1500", .min = 1, .max = 1e6,
     .help = "the same for finer levels"},
    {FIELD(rate_speed), .name = "rate-speed", .initial = "0.02", .min = 0, .max = 1,
     .help = "how fast rate control moves: part a step"},
    {FIELD(kl_ramp), .name = "kl-ramp", .value = "PART", .initial = "0.1", .min = 0, .max = 1,
     .help = "part of the run over which --beta rises from 0"},
    {FIELD(weight_decay), .name = "weight-decay", .initial = "0.001", .min = 0, .max = 1,
     .help = "of weights, not of biases and scales"},
    {FIELD(clip), .name = "clip", .initial = "2", .min = 0, .max = 1e6,
     .help = "shrink gradients longer than this multiple of their running norm; 0: never"},
    {FIELD(ema), .name = "ema", .initial = "0.995", .min = 0, .max = 0.999999,
     .help = "decay of the averaged weights, which are those that are kept"},
    {FIELD(sigma_floor), .name = "sigma-floor", .initial = "0.03", .min = 1e-3, .max = 1,
     .help = "smallest deviation that the likelihood gives a pixel"},
    {FIELD(ladder_from), .name = "ladder-from", .value = "PART", .initial = "0.4", .min = 0, .max = 1,
     .help = "part of the run after which the finer latent levels join in; at once with --init, whose levels "
             "have learnt already"},
    {FIELD(drop_all), .name = "drop-all", .value = "PART", .initial = "0.8", .min = 0, .max = 1,
     .help = "part of the clips that are decoded from the top latent alone"},
    {FIELD(drop_finest), .name = "drop-finest", .value = "PART", .initial = "0.1", .min = 0, .max = 1,
     .help = "part of the clips that do without the finest level"},
    {FIELD(adversary_from), .name = "adversary-from", .value = "PART", .initial = "1", .min = 0, .max = 1,
     .help =
         "part of the run after which the adversary joins in, at twice the time a step, and the encoder stays "
         "as it is; 0: at once, and where samples lie stays as the weights of --init have it; 1: never"},
    {FIELD(adversary_weight), .name = "adversary-weight", .initial = "1", .min = 0, .max = 100,
     .help = "its gradient at the image, relative to the reconstruction's"},
    {FIELD(adversary_lr), .name = "adversary-lr", .initial = "0.0004", .min = 1e-9, .max = 1,
     .help = "learning rate of the discriminator"},
    {FIELD(flip), .name = "flip", .help = "mirror half of the clips left to right"},
    {FIELD(shift), .name = "shift", .help = "move clips by up to a sixteenth of their size"},
    {FIELD(reverse), .name = "reverse", .help = "play half of the clips backwards"},
    {0}};

const char *train_preset_name(const struct train_values *values) {
    return vae_preset_at((uint32_t)values->preset)->name;
}

static bool is_given(const struct train_values *values, const char *name) {
    for (uint64_t i = 0; train_options[i].name != NULL; i++)
        if (strcmp(train_options[i].name, name) == 0)
            return (values->given >> i & 1) != 0;
    return false;
}

void train_follow_defaults(struct train_values *values) {
    if (values->init != NULL && !is_given(values, "ladder-from"))
        values->ladder_from = 0.0;
}

// So many epochs, or as many as take so many steps: a look and a checkpoint take as long as some steps do,
// and an epoch of few clips has few.
static int64_t epochs_between(int64_t epochs, int64_t steps, int64_t batch, uint32_t clips) {
    int64_t least = (int64_t)rt_div_up((uint64_t)(steps * batch), clips);
    return least > epochs ? least : epochs;
}

void train_choose_pace(struct train_values *v, uint32_t clips) {
    if (v->every == 0)
        v->every = epochs_between(10, 100, v->batch, clips);
    if (v->save_every == 0)
        v->save_every = epochs_between(1, 50, v->batch, clips);
}

struct trainer_options train_trainer_options(const struct train_values *v) {
    struct trainer_options options = {
        .batch = (uint32_t)v->batch,
        .epochs = (uint64_t)v->epochs,
        .seed = (uint64_t)v->seed,
        .schedule = {.warmup = (uint64_t)v->warmup,
                     .lr = (float)v->lr,
                     .ema_decay = (float)v->ema,
                     .kl_ramp = (float)v->kl_ramp,
                     .adversary_from = v->adversary_weight > 0.0 ? (float)v->adversary_from : 1.0f,
                     .ladder_from = (float)v->ladder_from,
                     .drop_all = (float)v->drop_all,
                     .drop_finest = (float)v->drop_finest},
        .beta = (float)v->beta,
        .rate_speed = (float)v->rate_speed,
        .optimiser = (enum trainer_optimiser)v->optimiser,
        .weight_decay = (float)v->weight_decay,
        .grad_clip = (float)v->clip,
        .sigma_floor = (float)v->sigma_floor,
        .augment = (v->flip ? SAMPLER_FLIP : 0u) | (v->shift ? SAMPLER_SHIFT : 0u) |
                   (v->reverse ? SAMPLER_REVERSE : 0u),
        .overfit = v->overfit,
        .storage = v->precision == 1 ? OP_BF16 : OP_F32,
        .adversary = adversary_defaults(),
        .stream = v->stream};
    options.adversary.weight = (float)v->adversary_weight;
    options.adversary.lr = (float)v->adversary_lr;
    for (int i = 0; i <= VAE_MAX_STAGES; i++)
        options.rate[i] = (float)(i == 0 ? v->rate_top : i == 1 ? v->rate_middle : v->rate_fine);
    return options;
}
