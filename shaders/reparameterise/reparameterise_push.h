#include "shaders/common/push.h"

PUSH(reparameterise) {
    ADDRESS mu;
    ADDRESS log_sigma;
    ADDRESS temperature; // f32[1], or the zero buffer when not tempered
    ADDRESS src;         // eps, or z for the inverse
    ADDRESS dst;
    UINT count4; // groups of four elements
    UINT c4;
    UINT c_used;
    UINT tempered;
}
PUSH_END(reparameterise)
