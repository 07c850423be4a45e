// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exact solver for stacks of uniform layers.
//
// Modelled: dθ/dt = C⁻¹(P − Gθ) with P constant over a step, advanced by the exact exponential: in
//           the cosine basis every lateral mode is a chain of nz unknowns; the symmetric
//           C^-½ G C^-½ = UΛUᵀ is found once, and a step is a ← e^(−Λdt) a + (1−e^(−Λdt))/Λ·b
//           in its eigenbasis. Exact for any dt, so two steps of dt are one of 2dt.
// Not modelled: anything that differs within a layer.
// Cost:     per step, one transform of each plane whose power changed and one of each plane whose
//           temperature is asked for, and nz² multiply-adds per mode.

#include "models/thermal/spectral_stack.h"
#include "models/thermal/thermal_solver.h"

namespace strata::models {

class DctSolver : public ThermalSolver {
   public:
    explicit DctSolver(const StackGrid& grid);

    std::string name() const override { return "dct"; }
    void steady(const std::vector<double>& watts) override;
    void step(double seconds, const std::vector<double>& watts) override;
    void set_rise(const std::vector<double>& rise) override;
    std::vector<double> steady_rise(const std::vector<double>& watts) override;
    const double* plane_rise(std::size_t z) override;
    double heat_out_j() const override { return heat_out_j_; }

   private:
    // The chain of mode (0, 0) carries the energy balance, so it is done in more digits.
    using Wide = long double;
    struct MeanChain {
        std::vector<Wide> rate, vectors, state;  // as below, one mode
    };

    void transform_power(const std::vector<double>& watts);
    void prepare_modes();
    void prepare_mode(std::size_t mode);
    void prepare_mean_chain();
    void prepare_step(double seconds);
    void project_state();
    void step_chunks();
    void step_mean(Wide seconds);
    double* chunk(std::vector<double>& field, std::size_t index, std::size_t rows);

    const StackGrid& grid_;
    SpectralStack<double> stack_;
    std::size_t planes_;
    std::size_t chunks_;

    std::vector<double> watts_;               // that power_ was made from
    std::vector<std::vector<double>> power_;  // spectrum per plane
    std::vector<bool> powered_;
    std::vector<std::vector<double>> spectrum_;  // of the rise, per plane
    std::vector<std::vector<double>> rise_;      // cells, per plane; filled when asked for
    std::vector<bool> is_current_;

    // Chains in chunks of kChunk modes: [chunk][eigenvector][plane][mode],
    // [chunk][eigenvector][mode]
    std::vector<double> vectors_;  // U / √C
    std::vector<double> rate_, state_;
    std::vector<double> decay_, gain_;  // for the step length dt_
    MeanChain mean_;
    double dt_ = -1.0;
    bool modes_ready_ = false;
    bool state_ready_ = false;  // state_ is that of spectrum_
    double heat_out_j_ = 0.0;
};

}  // namespace strata::models
