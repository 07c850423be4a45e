// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// `thermal.accelerate: steady`: a workload of milliseconds shows where it would lead if it went on.
//
// Modelled: after every window, the steady state of the mean power since the start. The loop stays
//           closed: leakage, governors and refresh see those temperatures.
// Not modelled: the time that heating up takes, and the ripple of the power around its mean.

#include <memory>
#include <utility>

#include "models/thermal/thermal_model.h"

namespace strata::models {

class AcceleratedThermal : public ThermalModel {
   public:
    explicit AcceleratedThermal(std::unique_ptr<ThermalModel> model)
        : model_(std::move(model)), energy_j_(model_->blocks(), 0.0) {}

    void step(core::Ps dt, const std::vector<double>& power_w) override {
        const double seconds = static_cast<double>(dt) * 1e-12;
        seconds_ += seconds;
        std::vector<double> mean_w(energy_j_.size());
        for (std::size_t i = 0; i < energy_j_.size(); ++i) {
            energy_j_[i] += power_w[i] * seconds;
            mean_w[i] = energy_j_[i] / seconds_;
        }
        model_->settle(mean_w);
    }
    void settle(const std::vector<double>& power_w) override { model_->settle(power_w); }
    bool has_steady_state() const override { return model_->has_steady_state(); }
    std::vector<double> response_k(const std::vector<double>& power_w) override {
        return model_->response_k(power_w);
    }
    std::size_t blocks() const override { return model_->blocks(); }
    double temperature_c(std::size_t block) const override { return model_->temperature_c(block); }
    double mean_c() const override { return model_->mean_c(); }
    double max_c() const override { return model_->max_c(); }

   private:
    std::unique_ptr<ThermalModel> model_;
    std::vector<double> energy_j_;
    double seconds_ = 0.0;
};

}  // namespace strata::models
