// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stack at work: power per block in, temperatures per block and layer out.
//
// Modelled: power spread evenly over a block's area and its layer's thickness; leakage at the
//           temperature of the end of the last step (transient) or of the fixed point (steady);
//           the energy balance.
// Not modelled: power that varies within a block or a step.
// Units:    W, °C, s, J.

#include <memory>
#include <string>
#include <vector>

#include "models/thermal/leakage_loop.h"
#include "models/thermal/stack_config.h"
#include "models/thermal/thermal_solver.h"

namespace strata::models {

class StackModel {
   public:
    /// `nx`, `ny` cells over the die.
    StackModel(const StackConfig& config, std::size_t nx, std::size_t ny);

    const StackConfig& config() const { return config_; }
    const StackGrid& grid() const { return grid_; }
    std::string solver_name() const { return solver_->name(); }

    /// The steady state under `power_w[i]` watts in block i, leakage on top. Throws ThermalRunaway.
    void steady(const std::vector<double>& power_w);
    /// Advances by `seconds`. Throws ThermalRunaway.
    void step(double seconds, const std::vector<double>& power_w);
    /// Mean steady rise of every block in K under `power_w`, without leakage and inflow; the state
    /// stays as it is. Needs a path to the ambient.
    std::vector<double> response_k(const std::vector<double>& power_w);
    /// Every cell at `celsius`.
    void set_temperature(double celsius);

    struct Summary {
        double max_c = 0.0, mean_c = 0.0, min_c = 0.0;
    };
    /// Over the cells of a layer (of the config); the mean is weighted by volume.
    Summary layer(std::size_t layer);
    /// Over the cells under a block; the mean is weighted by area.
    Summary block(std::size_t block);
    /// Mean temperature of every block.
    std::vector<double> block_means_c();
    /// °C of the cells of plane z, nx·ny values.
    std::vector<double> plane_c(std::size_t z);

    /// Leakage that was put in at the last step or steady state, and the loop gain there (0 when
    /// not known).
    double leakage_w() const { return leakage_w_; }
    double leakage_gain() const { return leakage_gain_; }
    /// Of all blocks, leakage included, in all steps since the last steady state or
    /// set_temperature.
    double energy_in_j() const { return static_cast<double>(energy_in_j_); }
    /// |in − out − stored| relative to what went in: of the same steps, or of the heat flow in a
    /// steady state.
    double energy_error();

   private:
    struct Footprint {
        std::size_t first_z = 0, planes = 0;
        std::vector<CellShare> cells;
    };
    void spread(const std::vector<double>& power_w, const std::vector<double>& leakage_w);
    void check_gain(const std::vector<double>& celsius, const std::vector<double>& leakage_w);
    double mean_under(const Footprint& footprint, const std::vector<double>& field) const;
    double stored_j();
    std::vector<double> rise();

    StackConfig config_;
    StackGrid grid_;
    std::unique_ptr<ThermalSolver> solver_;
    LeakageLoop loop_;
    std::vector<Footprint> footprints_;
    std::vector<std::size_t> first_z_;  // per layer, and one past the end

    std::vector<double> watts_;  // per cell
    double leakage_w_ = 0.0;
    double leakage_gain_ = 0.0;

    GainWatch watch_;  // of the transient loop

    bool is_steady_ = true;
    long double energy_in_j_ = 0.0L, span_in_j_ = 0.0L, span_out_j_ = 0.0L;
    double span_start_j_ = 0.0;
};

}  // namespace strata::models
