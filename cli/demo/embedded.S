// The weights file as it is, between two symbols: MOGRAPH_EMBEDDED is its path.
#if defined(_WIN32)
    .section .rdata, "dr"
#else
    .section .rodata
#endif
    .balign 64
    .globl mograph_embedded_start
    .globl mograph_embedded_end
mograph_embedded_start:
    .incbin MOGRAPH_EMBEDDED
mograph_embedded_end:
    .byte 0
#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
