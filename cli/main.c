#include <stdio.h>

int main(void) {
    puts("mograph");
    return 0;
}
