// Numbers as people read them on a page.
#ifndef MOGRAPH_CLI_PAGE_NUMBER_H
#define MOGRAPH_CLI_PAGE_NUMBER_H

enum { NUMBER_TEXT = 32 };

// Three significant digits: "0.0123", "27.4", "1.58M", "2.5e-5"; a dash when it is not finite.
void number_text(double value, char text[NUMBER_TEXT]);

// The marks of an axis, in ascending order.
enum { MAX_TICKS = 12 };
struct ticks {
    unsigned count;
    double at[MAX_TICKS];
    char text[MAX_TICKS][NUMBER_TEXT]; // all with the same number of decimals on a linear axis
};

// About `wanted` round numbers within [low, high], low < high, both finite. `log` wants low > 0: powers of
// ten and, where there are few of them, their multiples by 2 and 5.
struct ticks ticks_linear(double low, double high, unsigned wanted);
struct ticks ticks_log(double low, double high, unsigned wanted);

#endif
