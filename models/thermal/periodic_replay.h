// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `thermal.accelerate: periodic`: the power trace of a run, repeated until the temperatures of one
// repetition are those of the next: where the ripple of the workload settles.
//
// Modelled: the start at the steady state of the mean power; every window of the trace with its
//           dynamic power; leakage at the temperature of the window's beginning.
// Not modelled: what the run would do at those temperatures: governor, refresh and throttling saw
//           the temperatures of the run itself.
// The end:  changes from repetition to repetition shrink by a ratio r, measured; what is still to
//           come is change·r/(1 − r), and the last repetition is the one where that is below the
//           tolerance.

#include <functional>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/thermal/stack_config.h"
#include "models/thermal/thermal_model.h"

namespace strata::models {

/// Section `thermal.periodic`.
struct PeriodicConfig {
    double tolerance_k = 0.01;  ///< of every block against the periodic state
    int repetitions = 1000;     ///< at most

    static PeriodicConfig parse(core::Section section);
};

struct TraceWindow {
    core::Ps length = 0;
    std::vector<double> power_w;    ///< per block, without what follows temperature
    std::vector<double> leakage_w;  ///< per block, at the law's reference temperature
};

struct PeriodicResult {
    int repetitions = 0;
    bool is_periodic = false;  ///< the tolerance was met
    double remaining_k = 0.0;  ///< estimate of what is still to come
};

/// Leaves `model` at the end of the last repetition; `window(i)` is called after each window of it.
/// Throws ThermalRunaway, with `names` of the blocks.
PeriodicResult repeat_until_periodic(ThermalModel& model, const std::vector<TraceWindow>& trace,
                                     const LeakageLaw& law, const PeriodicConfig& config,
                                     const std::vector<std::string>& names,
                                     const std::function<void(std::size_t)>& window);

}  // namespace strata::models
