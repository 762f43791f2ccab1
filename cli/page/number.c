// Formats numbers for people: units, thousands, a real minus sign.
#include "cli/page/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\xe2\x88\x92"

struct unit {
    double size;
    const char *name;
};

// Of the largest number that stands beside it.
static struct unit unit_of(double largest) {
    return largest >= 1e9   ? (struct unit){1e9, "G"}
           : largest >= 1e6 ? (struct unit){1e6, "M"}
           : largest >= 1e4 ? (struct unit){1e3, "k"}
                            : (struct unit){1.0, ""};
}

static bool wants_exponent(double largest) {
    return largest >= 1e12 || (largest < 1e-3 && largest > 0.0);
}

static int exponent_of(double value) {
    return (int)floor(log10(value) + 1e-9);
}

// `value` with a true minus sign and that many decimals.
static void fixed(double value, int decimals, const char *behind, char text[NUMBER_TEXT]) {
    char digits[NUMBER_TEXT];
    snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    bool negative = value < 0.0 && strpbrk(digits, "123456789") != NULL;
    snprintf(text, NUMBER_TEXT, "%s%.20s%.8s", negative ? MINUS : "", digits, behind);
}

// Zeros behind the point say nothing where a number stands alone.
static int needed_decimals(double value, int most) {
    char digits[NUMBER_TEXT];
    snprintf(digits, sizeof digits, "%.*f", most, value);
    for (size_t end = strlen(digits); most > 0 && digits[end - 1] == '0'; end--)
        most--;
    return most;
}

static void scientific(double value, int exponent, int decimals, char text[NUMBER_TEXT]) {
    char behind[16];
    double mantissa = value / pow(10.0, exponent);
    snprintf(behind, sizeof behind, "e%d", exponent);
    fixed(mantissa, needed_decimals(mantissa, decimals > 0 ? decimals : 0), behind, text);
}

void number_text(double value, char text[NUMBER_TEXT]) {
    double size = fabs(value);
    if (!isfinite(value))
        snprintf(text, NUMBER_TEXT, "\xe2\x80\x93");
    else if (wants_exponent(size))
        scientific(value, exponent_of(size), 1, text);
    else {
        struct unit unit = unit_of(size);
        int decimals = size > 0.0 ? 2 - exponent_of(size / unit.size) : 0;
        decimals = decimals > 0 ? decimals : 0;
        fixed(value / unit.size, needed_decimals(value / unit.size, decimals), unit.name, text);
    }
}

// 1, 2 or 5 times a power of ten, at least `least`.
static double round_step(double least) {
    double power = pow(10.0, floor(log10(least))), part = least / power;
    return power * (part <= 1.0 ? 1.0 : part <= 2.0 ? 2.0 : part <= 5.0 ? 5.0 : 10.0);
}

// Tick `i` of a linear axis: its text has the decimals that the step needs.
static void linear_text(double value, double step, double largest, char text[NUMBER_TEXT]) {
    if (wants_exponent(largest)) {
        if (fabs(value) < step / 2)
            snprintf(text, NUMBER_TEXT, "0");
        else
            scientific(value, exponent_of(largest), exponent_of(largest) - exponent_of(step), text);
        return;
    }
    struct unit unit = unit_of(largest);
    int decimals = -exponent_of(step / unit.size);
    bool zero = fabs(value) < step / 2;
    fixed(zero ? 0.0 : value / unit.size, zero || decimals < 0 ? 0 : decimals, zero ? "" : unit.name, text);
}

struct ticks ticks_linear(double low, double high, unsigned wanted) {
    struct ticks ticks = {.count = 0};
    double step = round_step((high - low) / wanted), first = ceil(low / step - 1e-6);
    double largest = fmax(fabs(low), fabs(high));
    while (ticks.count < MAX_TICKS && (first + ticks.count) * step <= high + step * 1e-6) {
        double at = (first + ticks.count) * step;
        ticks.at[ticks.count] = at;
        linear_text(at, step, largest, ticks.text[ticks.count++]);
    }
    return ticks;
}

static void add_tick(struct ticks *ticks, double at, double low, double high) {
    if (at < low * (1 - 1e-9) || at > high * (1 + 1e-9) || ticks->count == MAX_TICKS)
        return;
    ticks->at[ticks->count] = at;
    number_text(at, ticks->text[ticks->count++]);
}

struct ticks ticks_log(double low, double high, unsigned wanted) {
    static const double few[] = {1.0, 2.0, 5.0};
    int first = (int)floor(log10(low)), last = (int)ceil(log10(high)), decades = last - first;
    double spread = log10(high / low);
    struct ticks ticks = {.count = 0};
    if (spread < 0.7)
        return ticks_linear(low, high, wanted); // less than a factor of five
    unsigned parts = spread * 3.0 <= wanted + 1.0 ? 3 : 1;
    int stride = parts == 3 ? 1 : (int)ceil((double)decades / wanted);
    for (int decade = first; decade <= last; decade++)
        for (unsigned i = 0; i < parts && decade % stride == 0; i++)
            add_tick(&ticks, few[i] * pow(10.0, decade), low, high);
    return ticks.count < 3 && spread < 1.3 ? ticks_linear(low, high, wanted) : ticks;
}
