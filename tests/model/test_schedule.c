// What changes from step to step by plan: how the learning rate rises and falls, where the second phase
// begins, and how many levels a sample keeps.
#include "model/train/schedule.h"
#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

static const struct schedule plan = {.steps = 1000,
                                     .warmup = 50,
                                     .lr = 0.01f,
                                     .ema_decay = 0.99f,
                                     .kl_ramp = 0.1f,
                                     .adversary_from = 1.0f,
                                     .ladder_from = 0.3f,
                                     .drop_all = 0.4f,
                                     .drop_finest = 0.2f};

static bool near(float a, float b) {
    return fabsf(a - b) <= 1e-5f * fabsf(b);
}

static void learning_rate_warms_up_and_decays(void) {
    CHECK(near(schedule_lr(&plan, 0), 0.01f / 50.0f) && near(schedule_lr(&plan, 49), 0.01f));
    CHECK(schedule_decay(&plan, 0) == 1.0f && schedule_decay(&plan, 50) == 1.0f);
    CHECK(near(schedule_decay(&plan, 999), 0.01f));
    CHECK(fabsf(schedule_decay(&plan, 525) - 0.505f) < 0.01f); // half-way
    for (uint64_t step = 51; step < 1000; step++) {
        CHECK(schedule_decay(&plan, step) < schedule_decay(&plan, step - 1));
        CHECK(near(schedule_lr(&plan, step), 0.01f * schedule_decay(&plan, step)));
    }
}

// Runs that end before they are warm keep on warming.
static void short_runs_do_not_decay(void) {
    struct schedule little = plan;
    little.steps = 20;
    for (uint64_t step = 0; step < 20; step++)
        CHECK(schedule_decay(&little, step) == 1.0f);
    CHECK(near(schedule_lr(&little, 19), 0.01f * 20.0f / 50.0f));
}

static void phases_begin_where_they_are_asked_to(void) {
    struct schedule adversarial = plan;
    CHECK(schedule_second_phase(&plan) == 1000); // never
    adversarial.adversary_from = 0.25f;
    CHECK(schedule_second_phase(&adversarial) == 250);
    adversarial.adversary_from = 0.0f;
    CHECK(schedule_second_phase(&adversarial) == 0);
    CHECK(near(schedule_kl_ramp(&plan, 49), 0.5f) && schedule_kl_ramp(&plan, 500) == 1.0f);
    CHECK(near(schedule_ema_decay(&plan, 0), 0.1f) && schedule_ema_decay(&plan, 10000) == 0.99f);
}

// Of 4,000 draws, two in five keep no level and one in five keeps one of two.
static void levels_are_dropped_as_often_as_asked(void) {
    int kept[3] = {0};
    for (uint32_t sample = 0; sample < 8; sample++)
        CHECK(schedule_kept_levels(&plan, 1, 299, sample, 2) == 0); // before the ladder begins
    for (uint64_t step = 300; step < 800; step++)
        for (uint32_t sample = 0; sample < 8; sample++)
            kept[schedule_kept_levels(&plan, 1, step, sample, 2)]++;
    CHECK(abs(kept[0] - 1600) < 130 && abs(kept[1] - 800) < 110 && abs(kept[2] - 1600) < 130);
}

int main(void) {
    test_begin();
    learning_rate_warms_up_and_decays();
    short_runs_do_not_decay();
    phases_begin_where_they_are_asked_to();
    levels_are_dropped_as_often_as_asked();
    return test_end();
}
