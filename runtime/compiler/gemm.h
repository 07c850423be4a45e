// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functional matrix product: C[m,n] int32 = A[m,k] · B[k,n] int8, all row-major. Every cube has
// a copy of A; the columns of B and C are shared out to the PEs, the last ones may have fewer or
// none.

#include <cstdint>

#include "core/diagnostics.h"
#include "runtime/compiler/lowering.h"
#include "runtime/compiler/machine.h"
#include "runtime/program/mapping.h"
#include "runtime/workload/workload.h"

namespace strata::runtime {

/// Columns of B and C that a PE holds; its shards are k × count and m × count, row-major.
struct GemmColumns {
    std::int64_t first = 0;
    std::int64_t count = 0;
};
GemmColumns gemm_columns(const GemmWorkload& gemm, const Machine& machine, std::int64_t pe);

/// Places `a`, `b` and `c`. What does not fit is reported.
Mapping map_gemm(const GemmWorkload& gemm, const Machine& machine, core::Diagnostics& diagnostics);
Lowered lower_gemm(const GemmWorkload& gemm, const Mapping& mapping, const Machine& machine,
                   core::Diagnostics& diagnostics);

}  // namespace strata::runtime
