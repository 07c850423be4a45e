// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lumped heat model: one node per block, each with its own path to the ambient.
//
// Modelled: C dT/dt = P − (T − T_ambient)/R per block, advanced by the exact exponential, so the
//           result does not depend on the window length while the power is constant.
// Not modelled: heat that flows between blocks, the stack of layers, the spreader's own time
//           constant. Milliseconds of work warm a block by far less than its steady state.
// Values:   R and C per kind of block are assumptions (configs say so); the order of magnitude is
//           a square millimetre of thinned silicon under a cold plate.
// Units:    °C, W, K/W, J/K.

#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "models/thermal/periodic_replay.h"
#include "models/thermal/stack_thermal.h"
#include "models/thermal/thermal_model.h"

namespace strata::models {

struct LumpedNode {
    double resistance = 1.0;  ///< K/W to the ambient
    double capacity = 1.0;    ///< J/K
};

/// Names for `thermal.model` of a platform.
std::vector<std::string> thermal_model_names();

/// Section `thermal` of a platform.
struct ThermalConfig {
    std::string model = "lumped";  ///< lumped | stack
    double ambient_c = 45.0;
    double start_c = 45.0;            ///< temperature of every block when the run starts
    std::string accelerate = "none";  ///< none | steady | periodic
    PeriodicConfig periodic;          ///< accelerate: periodic
    LumpedNode pe, sram, dram, nand, noc, control;
    std::optional<StackThermalConfig> stack;  ///< model: stack

    static ThermalConfig parse(core::Section section);
};

class LumpedThermal : public ThermalModel {
   public:
    LumpedThermal(std::vector<LumpedNode> nodes, double ambient_c, double start_c);

    void step(core::Ps dt, const std::vector<double>& power_w) override;
    void settle(const std::vector<double>& power_w) override;
    std::vector<double> response_k(const std::vector<double>& power_w) override;
    std::size_t blocks() const override { return nodes_.size(); }
    double temperature_c(std::size_t block) const override { return temperature_[block]; }
    double mean_c() const override;
    double max_c() const override;

   private:
    void check(const std::vector<double>& power_w) const;

    std::vector<LumpedNode> nodes_;
    std::vector<double> temperature_;
    double ambient_c_;
};

}  // namespace strata::models
