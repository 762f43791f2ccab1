// Turns tensors into PyTorch's layout and back, and the configuration into text and back.
#include "model/weights/weights_layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- layouts

static uint64_t taps(const struct parameter *p) {
    return (uint64_t)p->kernel[0] * p->kernel[1] * p->kernel[2];
}

uint32_t weights_shape(const struct parameter *p, uint64_t shape[5]) {
    bool transposed = p->layout == PARAMETER_CONV_TRANSPOSE;
    switch (p->layout) {
    case PARAMETER_CONV:
    case PARAMETER_CONV_TRANSPOSE:
        shape[0] = transposed ? p->in : p->out;
        shape[1] = transposed ? p->out : p->in;
        for (int i = 0; i < 3; i++)
            shape[2 + i] = p->kernel[i];
        return 5;
    case PARAMETER_LINEAR:
        shape[0] = p->out;
        shape[1] = p->in;
        return 2;
    case PARAMETER_TABLE:
        shape[0] = p->in;
        shape[1] = p->out;
        return 2;
    case PARAMETER_VECTOR:
        break;
    }
    shape[0] = p->out;
    return 1;
}

// Index in PyTorch's order of element [tap][in][out] of ours.
static uint64_t pytorch_index(const struct parameter *p, uint64_t tap, uint64_t in, uint64_t out) {
    if (p->layout == PARAMETER_CONV_TRANSPOSE)
        return (in * p->out + out) * taps(p) + tap;
    return (out * p->in + in) * (p->layout == PARAMETER_CONV ? taps(p) : 1) + tap;
}

void weights_convert(const struct parameter *p, bool to_pytorch, const float *from, float *to) {
    if (p->layout == PARAMETER_VECTOR || p->layout == PARAMETER_TABLE) {
        memcpy(to, from, p->count * sizeof *to);
        return;
    }
    uint64_t tap_count = p->layout == PARAMETER_LINEAR ? 1 : taps(p), ours = 0;
    for (uint64_t tap = 0; tap < tap_count; tap++)
        for (uint64_t in = 0; in < p->in; in++)
            for (uint64_t out = 0; out < p->out; out++, ours++) {
                uint64_t theirs = pytorch_index(p, tap, in, out);
                to[to_pytorch ? theirs : ours] = from[to_pytorch ? ours : theirs];
            }
}

// --- configuration

static int list(char *text, size_t size, const uint32_t *values, uint32_t count) {
    int at = 0;
    for (uint32_t i = 0; i < count; i++)
        at += snprintf(text + at, size - (size_t)at, "%s%u", i > 0 ? "," : "", values[i]);
    return at;
}

enum { STYLE_NUMBERS = 6 };
static const char *const style_names[STYLE_NUMBERS] = {"placed", "mapped", "mapping_layers",
                                                       "styled", "waves",  "poses"};

// What a model does without is not named behind the last part that it has, nor is a mapping of one layer, as
// in files from before there were more parts.
void weights_style_text(const struct vae_config *c, char text[WEIGHTS_STYLE_TEXT]) {
    const uint32_t numbers[STYLE_NUMBERS] = {c->spatial_bias_voxels, c->mapping_width, vae_mapping_layers(c),
                                             c->styled_blocks,       c->waves,         c->poses};
    int count = STYLE_NUMBERS, at = 0;
    while (count > 0 && numbers[count - 1] <= (count == 3 ? 1 : 0))
        count--;
    text[0] = '\0';
    for (int i = 0; i < count; i++)
        at += snprintf(text + at, (size_t)(WEIGHTS_STYLE_TEXT - at), "%s%s=%u", i > 0 ? " " : "",
                       style_names[i], numbers[i]);
}

// "name=number", and what lies behind it; NULL when it is none of them.
static const char *parse_number(const char *text, uint32_t *const numbers[STYLE_NUMBERS]) {
    for (int i = 0; i < STYLE_NUMBERS; i++) {
        size_t length = strlen(style_names[i]);
        if (strncmp(text, style_names[i], length) != 0 || text[length] != '=' || text[length + 1] < '0' ||
            text[length + 1] > '9')
            continue;
        char *end;
        unsigned long value = strtoul(text + length + 1, &end, 10);
        if (value > UINT32_MAX || (*end != ' ' && *end != '\0'))
            return NULL;
        *numbers[i] = (uint32_t)value;
        return end;
    }
    return NULL;
}

bool weights_style_parse(const char *text, struct vae_config *c) {
    vae_copy_style(c, &(struct vae_config){.name = NULL});
    uint32_t *const numbers[STYLE_NUMBERS] = {&c->spatial_bias_voxels, &c->mapping_width, &c->mapping_layers,
                                              &c->styled_blocks,       &c->waves,         &c->poses};
    while (text != NULL && *text != '\0')
        text = *text == ' ' ? text + 1 : parse_number(text, numbers);
    return text != NULL;
}

void weights_config_text(const struct vae_config *c, char text[WEIGHTS_CONFIG_TEXT]) {
    char channels[96], latent[96], style[WEIGHTS_STYLE_TEXT];
    list(channels, sizeof channels, c->channels, c->stages);
    list(latent, sizeof latent, c->latent, c->stages);
    weights_style_text(c, style);
    snprintf(text, WEIGHTS_CONFIG_TEXT,
             "name=%.30s d=%u h=%u w=%u stages=%u channels=%s top=%u latent=%s classes=%u embedding=%u "
             "sigma_floor=%.9g%s%s",
             c->name, c->d, c->h, c->w, c->stages, channels, c->top, latent, c->classes, c->embedding,
             (double)c->sigma_floor, style[0] != '\0' ? " " : "", style);
}

static bool parse_list(const char *text, uint32_t *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        char *end;
        unsigned long value = strtoul(text, &end, 10);
        if (end == text || value > UINT32_MAX || *end != (i + 1 < count ? ',' : '\0'))
            return false;
        values[i] = (uint32_t)value;
        text = end + 1;
    }
    return true;
}

bool weights_config_parse(const char *text, struct vae_config *c, char name[32], const char **fault) {
    char channels[96], latent[96], again[WEIGHTS_CONFIG_TEXT];
    *c = (struct vae_config){.name = name};
    *fault = NULL;
    int end = 0;
    int found = sscanf(text,
                       "name=%31s d=%u h=%u w=%u stages=%u channels=%95s top=%u latent=%95s classes=%u "
                       "embedding=%u sigma_floor=%f%n",
                       name, &c->d, &c->h, &c->w, &c->stages, channels, &c->top, latent, &c->classes,
                       &c->embedding, &c->sigma_floor, &end);
    if (found < 11 || !weights_style_parse(text + end, c) || c->stages < 1 || c->stages > VAE_MAX_STAGES ||
        !parse_list(channels, c->channels, c->stages) || !parse_list(latent, c->latent, c->stages))
        return false;
    weights_config_text(c, again); // what does not come back the same was not written by us
    if (strcmp(text, again) != 0)
        return false;
    *fault = vae_fault(c);
    return *fault == NULL;
}
