// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The few loops that take nearly all time are compiled for several vector units and chosen when the
// program starts. They vectorise over independent results and are built without contraction of
// a·b + c, so every variant rounds alike: the same bits on every machine.

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && defined(__OPTIMIZE__)
#define STRATA_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
// What such functions share, as a template: it takes on the vector unit of its caller.
#define STRATA_VECTOR_BODY inline __attribute__((always_inline))
#define STRATA_VECTOR_LAMBDA __attribute__((always_inline))
#else
#define STRATA_VECTOR_CLONES
#define STRATA_VECTOR_BODY inline
#define STRATA_VECTOR_LAMBDA
#endif
