// Functions whose loops are worth compiling once per instruction set; the loader picks one when the program starts.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define COUNTERPOINT_VECTORISED __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define COUNTERPOINT_VECTORISED
#endif
