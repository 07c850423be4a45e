// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the monitor needs of a heat model: power per block in, temperature per block out.
// Implemented by lumped_thermal.h (a node per block) and stack_thermal.h (the whole stack).

#include <cstddef>
#include <vector>

#include "core/units.h"

namespace strata::models {

class ThermalModel {
   public:
    virtual ~ThermalModel() = default;

    /// Advances by `dt` with `power_w[i]` watts in block i, constant over the step.
    virtual void step(core::Ps dt, const std::vector<double>& power_w) = 0;

    /// Goes to the steady state under `power_w`.
    virtual void settle(const std::vector<double>& power_w) = 0;

    /// Whether heat has a way out.
    virtual bool has_steady_state() const { return true; }
    /// Steady rise of every block in K under `power_w` alone; the state stays as it is. Needs a
    /// steady state.
    virtual std::vector<double> response_k(const std::vector<double>& power_w) = 0;

    virtual std::size_t blocks() const = 0;
    virtual double temperature_c(std::size_t block) const = 0;
    /// Mean over the blocks, weighted by heat capacity, in °C.
    virtual double mean_c() const = 0;
    virtual double max_c() const = 0;
};

}  // namespace strata::models
