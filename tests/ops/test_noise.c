// test_noise: Philox against the published known answers, in C and in the shader; the moments and the tails
// of the normal numbers; and how far fp32 is from the exact transform.
#include "shaders/common/philox.h"
#include "shaders/noise/noise.h"
#include "tests/ops/run.h"
#include "tests/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// philox4x32 with 10 rounds, from kat_vectors of Random123 1.14.0 (D. E. Shaw Research).
struct known_answer {
    uint32_t counter[4], key[2], words[4];
};
static const struct known_answer known_answers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};
enum { ANSWERS = sizeof known_answers / sizeof known_answers[0] };

static void check_known_answers(void) {
    for (int i = 0; i < ANSWERS; i++) {
        uint32_t words[4];
        op_philox(known_answers[i].counter, known_answers[i].key, words);
        CHECK(memcmp(words, known_answers[i].words, sizeof words) == 0);
    }
}

static void check_known_answers_on(struct op_library *library) {
    for (int i = 0; i < ANSWERS; i++) {
        const struct known_answer *answer = &known_answers[i];
        const struct op_noise params = {4, answer->counter[1], answer->counter[0]};
        double seed[4] = {answer->key[0], answer->key[1], answer->counter[2], answer->counter[3]}, words[4];
        if (!OP_RUN(library, noise_bits, &params, .seed = seed, .dst = words))
            return;
        for (int k = 0; k < 4; k++)
            CHECK((uint32_t)words[k] == answer->words[k]);
    }
}

// The transform of the same words in double precision.
static void exact_pair(uint32_t first, uint32_t second, double pair[2]) {
    double u = ((double)(first >> 9) + 0.5) / 8388608.0;
    double x = (double)(((second >> 7) & 0x7fffffu) | 1u) / 8388608.0 - 0.5;
    double angle = (x + (double)(second >> 30)) * acos(0.0), radius = sqrt(-2.0 * log(u));
    pair[0] = radius * cos(angle);
    pair[1] = radius * sin(angle);
}

static void check_accuracy(void) {
    // The ends of both ranges, then a million draws.
    const uint32_t ends[4] = {0, 0x1ff, 0xfffffe00, 0xffffffff}, key[2] = {1, 2};
    double worst = 0.0;
    for (uint32_t i = 0; i < 250000; i++) {
        uint32_t words[4], counter[4] = {i, 0, 0, 0};
        float values[4];
        double exact[4];
        op_philox(counter, key, words);
        if (i < 16) {
            words[0] = words[3] = ends[i % 4];
            words[1] = words[2] = ends[i / 4];
        }
        op_philox_normal(words, values);
        exact_pair(words[0], words[1], exact);
        exact_pair(words[2], words[3], exact + 2);
        for (int k = 0; k < 4; k++)
            worst = fmax(worst, fabs((double)values[k] - exact[k]) / fmax(1.0, fabs(exact[k])));
    }
    if (!CHECK(worst < 1e-6))
        fprintf(stderr, "  the worst error of a normal number is %.3g\n", worst);
}

enum { DRAWS = 1 << 20 };

// Moments of 2^20 draws, each within five of its standard errors; a fixed seed, so no luck is involved.
static void check_moments_on(struct op_library *library) {
    static double values[DRAWS];
    const struct op_noise params = {DRAWS, 3, 0};
    double seed[4] = {2024, 0, 17, 0};
    if (!OP_RUN(library, noise_normal, &params, .seed = seed, .dst = values))
        return;
    double moments[5] = {0.0}, neighbours = 0.0, beyond_two = 0.0, beyond_four = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        double power = 1.0;
        for (int k = 1; k <= 4; k++)
            moments[k] += (power *= values[i]) / DRAWS;
        neighbours += values[i] * values[(i + 1) % DRAWS] / DRAWS;
        beyond_two += (fabs(values[i]) > 2.0) / (double)DRAWS;
        beyond_four += fabs(values[i]) > 4.0;
    }
    double error = 5.0 / sqrt((double)DRAWS);
    CHECK(fabs(moments[1]) < error);
    CHECK(fabs(moments[2] - 1.0) < error * sqrt(2.0));
    CHECK(fabs(moments[3]) < error * sqrt(15.0));
    CHECK(fabs(moments[4] - 3.0) < error * sqrt(96.0));
    CHECK(fabs(neighbours) < error);
    CHECK(fabs(beyond_two - 0.0455) < error * 0.21);
    CHECK(beyond_four > 25.0 && beyond_four < 110.0); // 66 expected
}

// A sample is the same in whatever batch it is drawn, and another step, stream or seed gives other numbers.
static void check_streams_on(struct op_library *library) {
    double whole[64], part[32], other[32], seed[4] = {1, 2, 3, 4};
    OP_RUN(library, noise_normal, &((struct op_noise){.count = 64, .stream = 5, .offset4 = 0}), .seed = seed,
           .dst = whole);
    OP_RUN(library, noise_normal, &((struct op_noise){.count = 32, .stream = 5, .offset4 = 8}), .seed = seed,
           .dst = part);
    CHECK(memcmp(part, whole + 32, sizeof part) == 0);
    OP_RUN(library, noise_normal, &((struct op_noise){.count = 32, .stream = 6, .offset4 = 8}), .seed = seed,
           .dst = other);
    CHECK(memcmp(part, other, sizeof part) != 0);
    for (int i = 0; i < 4; i++) {
        seed[i] += 1.0;
        OP_RUN(library, noise_normal, &((struct op_noise){.count = 32, .stream = 5, .offset4 = 8}),
               .seed = seed, .dst = other);
        CHECK(memcmp(part, other, sizeof part) != 0);
        seed[i] -= 1.0;
    }
}

static void check_device(struct rt_device *device) {
    struct op_library *library;
    if (!CHECK(op_library_create(device, &library) == RT_OK))
        return;
    for (int family = 0; family < 2; family++) {
        if (!CHECK(op_library_set_family(library, (enum op_family)family) == RT_OK))
            continue;
        check_known_answers_on(library);
        check_moments_on(library);
        check_streams_on(library);
    }
    op_library_destroy(&library);
}

int main(void) {
    test_begin();
    check_known_answers();
    check_accuracy();
    struct rt_context *context;
    struct rt_device *device;
    for (uint32_t i = 0; (device = test_device(&context, i)) != NULL; i++) {
        check_device(device);
        test_close(&context, &device);
    }
    test_close(&context, &device);
    return test_end();
}
