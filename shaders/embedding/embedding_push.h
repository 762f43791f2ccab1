#include "shaders/common/push.h"

PUSH(embedding) {
    ADDRESS table; // forward: read; backward: its gradient
    ADDRESS ids;   // u32 [n]
    ADDRESS rows;  // [n][dim4]: forward: written; backward: read
    UINT classes;
    UINT n;
    UINT dim4; // groups of four elements in a row
    UINT accumulate;
}
PUSH_END(embedding)
