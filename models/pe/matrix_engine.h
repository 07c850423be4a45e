// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Systolic matrix engine of a PE, free of SystemC.
// Modelled: cycles of a GEMM on an H×W array, output or weight stationary; MACs and TCM traffic
// for energy; the result itself for int8 × int8 → int32 and fp32.
// Not modelled: TCM bandwidth limits of the array's edges, sparsity, results of other data types.
// Source of timings: SCALE-Sim v2, scalesim/compute/systolic_compute_{os,ws}.py — per fold
// K+H+W−2 (os: fill, K steps, drain) and M+2H+W−2 (ws: H to load weights, M rows, skew) cycles;
// folds one after the other; the reported figure is the index of the last cycle, hence the −1.
// Units: cycles of the PE clock, bytes.

#include <cstdint>

#include "core/units.h"
#include "models/pe/command.h"
#include "models/pe/pe_config.h"
#include "models/pe/tcm.h"

namespace strata::models {

class MatrixEngine {
   public:
    explicit MatrixEngine(const MatrixConfig& config) : config_(config) {}

    struct Cost {
        std::int64_t cycles = 0;
        std::int64_t macs = 0;      ///< m·n·k
        core::Bytes tcm_bytes = 0;  ///< operands read per fold, results written (and read)
    };
    Cost cost(const Gemm& gemm) const;

    std::int64_t output_stationary_cycles(const Gemm& gemm) const;
    std::int64_t weight_stationary_cycles(const Gemm& gemm) const;

    /// Whether the operands and the result lie inside the TCM and the sizes are positive.
    static bool fits(const Gemm& gemm, const Tcm& tcm);
    /// Computes the result on TCM bytes; types other than int8 and fp32 leave them as they are.
    static void execute(const Gemm& gemm, Tcm& tcm);

   private:
    MatrixConfig config_;
};

/// Type of C for a type of A and B: int32 for integers, fp32 otherwise.
DataType accumulator(DataType type);

}  // namespace strata::models
