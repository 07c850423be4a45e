// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Power of the blocks over time: constant pieces, read from a list in the case file, a CSV
// (`t_ms,<block>,…`), or the rows of the stack's .ptrace files.

#include <vector>

#include "core/config.h"
#include "models/thermal/stack_config.h"

namespace strata::models {

class PowerSchedule {
   public:
    /// The floorplan's power, for ever.
    explicit PowerSchedule(std::vector<double> power_w);
    /// Key `power_schedule` of section `run`, or the traces of `config`, a row per `interval_s`.
    static PowerSchedule parse(core::Section& run, const StackConfig& config, double interval_s);

    /// Power of every block from `time_s` on (later than the last such call).
    void add(double time_s, std::vector<double> power_w);
    /// Mean power over a window, in W per block.
    std::vector<double> mean(double from_s, double to_s) const;

   private:
    struct Piece {
        double from_s;
        std::vector<double> power_w;
    };
    std::vector<Piece> pieces_;  // by time, the first from 0 on
};

}  // namespace strata::models
