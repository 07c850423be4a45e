// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Vector engine of a PE, free of SystemC.
// Modelled: startup + ceil(elements / lanes) · cycles per element of the operation; the results of
// add, mul and reduce_add (int32, fp32) and of convert int32 → int8 with saturation.
// Not modelled: TCM bandwidth limits, results of the other operations.
// Source of timings: table of PeConfig (assumptions). Units: cycles of the PE clock.

#include <cstdint>

#include "core/units.h"
#include "models/pe/command.h"
#include "models/pe/pe_config.h"
#include "models/pe/tcm.h"

namespace strata::models {

class VectorEngine {
   public:
    explicit VectorEngine(const VectorConfig& config) : config_(config) {}

    struct Cost {
        std::int64_t cycles = 0;
        std::int64_t lane_ops = 0;  ///< elements × cycles per element, for energy
        core::Bytes tcm_bytes = 0;
    };
    Cost cost(const VectorOp& op) const;

    /// Whether operands and results lie inside the TCM and the sizes are positive.
    static bool fits(const VectorOp& op, const Tcm& tcm);
    /// Computes the result on TCM bytes; what is timing only leaves them as they are.
    static void execute(const VectorOp& op, Tcm& tcm);

   private:
    VectorConfig config_;
};

}  // namespace strata::models
