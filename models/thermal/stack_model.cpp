// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/stack_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace strata::models {

namespace {

constexpr int kMostIterations = 500;  // a loop gain of 0.97 needs about 400
constexpr double kFixedPointK = 1e-4;

long double sum_of(const std::vector<double>& values) {
    long double sum = 0.0L;
    for (const double value : values) {
        sum += static_cast<long double>(value);
    }
    return sum;
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> result(a.size());
    std::transform(a.begin(), a.end(), b.begin(), result.begin(), std::minus<>());
    return result;
}

}  // namespace

StackModel::StackModel(const StackConfig& config, std::size_t nx, std::size_t ny)
    : config_(config),
      grid_(discretise(config, nx, ny)),
      solver_(make_thermal_solver(config.solver, config.scheme, grid_)),
      loop_(config.leakage, config.blocks),
      watts_(grid_.cells(), 0.0) {
    for (std::size_t z = 0; z < grid_.nz; ++z) {
        if (z == 0 || grid_.layer[z] != grid_.layer[z - 1]) {
            first_z_.push_back(z);
        }
    }
    first_z_.push_back(grid_.nz);
    for (const FloorplanBlock& block : config_.blocks) {
        const auto layer = std::find_if(
            config_.layers.begin(), config_.layers.end(),
            [&](const StackLayer& candidate) { return candidate.name == block.layer; });
        const auto index = static_cast<std::size_t>(layer - config_.layers.begin());
        if (layer == config_.layers.end()) {
            throw core::ModelError("thermal: block '" + block.name + "' without a layer");
        }
        footprints_.push_back({first_z_[index], first_z_[index + 1] - first_z_[index],
                               cells_under(grid_, block.area)});
    }
}

void StackModel::spread(const std::vector<double>& power_w, const std::vector<double>& leakage_w) {
    if (power_w.size() != footprints_.size()) {
        throw core::ModelError(fmt::format("thermal: power of {} blocks for {} blocks",
                                           power_w.size(), footprints_.size()));
    }
    watts_ = grid_.inflow;
    for (std::size_t i = 0; i < footprints_.size(); ++i) {
        const Footprint& footprint = footprints_[i];
        const double per_plane =
            (power_w[i] + leakage_w[i]) / static_cast<double>(footprint.planes);
        for (std::size_t z = footprint.first_z; z < footprint.first_z + footprint.planes; ++z) {
            double* plane = watts_.data() + z * grid_.plane();
            for (const CellShare& cell : footprint.cells) {
                plane[cell.cell] += per_plane * cell.share;
            }
        }
    }
}

void StackModel::steady(const std::vector<double>& power_w) {
    if (!config_.has_path_to_ambient()) {
        throw core::ModelError("thermal: no steady state without a path to the ambient");
    }
    // From the coldest guess the iteration rises towards the stable fixed point, or past all.
    std::vector<double> leakage(power_w.size(), 0.0);
    std::vector<double> celsius;
    std::vector<double> increment;
    leakage_gain_ = 0.0;
    for (int i = 0; i < kMostIterations; ++i) {
        spread(power_w, leakage);
        solver_->steady(watts_);
        const std::vector<double> before = std::exchange(celsius, block_means_c());
        if (loop_.is_open()) {
            break;
        }
        const std::vector<double> next = loop_.watts(celsius);
        const std::vector<double> effect = difference(next, leakage);
        if (!increment.empty()) {
            const LoopGain gain = loop_gain(increment, effect);
            leakage_gain_ = gain.ratio;
            if (gain.low >= 1.0) {
                loop_.report(gain, before);  // where the increment began that did not shrink
            }
        }
        loop_.check_limit(celsius);
        double moved = before.empty() ? kFixedPointK * 2 : 0.0;
        for (std::size_t b = 0; b < before.size(); ++b) {
            moved = std::max(moved, std::abs(celsius[b] - before[b]));
        }
        if (moved < kFixedPointK * (1.0 - std::min(leakage_gain_, 0.999))) {
            break;
        }
        if (i + 1 == kMostIterations) {
            loop_.report(loop_gain(increment, effect), celsius);
        }
        increment = effect;
        leakage = next;
    }
    leakage_w_ = static_cast<double>(sum_of(leakage));
    is_steady_ = true;
    energy_in_j_ = span_in_j_ = span_out_j_ = 0.0L;
    span_start_j_ = stored_j();
}

void StackModel::step(double seconds, const std::vector<double>& power_w) {
    std::vector<double> leakage(power_w.size(), 0.0);
    if (!loop_.is_open()) {
        const std::vector<double> celsius = block_means_c();
        loop_.check_limit(celsius);
        leakage = loop_.watts(celsius);
        check_gain(celsius, leakage);
    }
    spread(power_w, leakage);
    solver_->step(seconds, watts_);
    leakage_w_ = static_cast<double>(sum_of(leakage));
    is_steady_ = false;
    const long double dt = seconds;
    energy_in_j_ += (sum_of(power_w) + sum_of(leakage)) * dt;
    span_in_j_ += sum_of(watts_) * dt;
    span_out_j_ += static_cast<long double>(solver_->heat_out_j());
}

void StackModel::set_temperature(double celsius) {
    std::vector<double> rise(grid_.cells(), celsius - config_.ambient_c);
    for (std::size_t i = 0; i < rise.size(); ++i) {
        rise[i] = grid_.is_void(i) ? 0.0 : rise[i];
    }
    solver_->set_rise(rise);
    is_steady_ = false;
    leakage_w_ = 0.0;
    energy_in_j_ = span_in_j_ = span_out_j_ = 0.0L;
    span_start_j_ = stored_j();
}

/// Looks for runaway; what has run away keeps growing.
void StackModel::check_gain(const std::vector<double>& celsius,
                            const std::vector<double>& leakage_w) {
    if (!config_.has_path_to_ambient()) {
        return;
    }
    const auto response = [this](const std::vector<double>& watts) { return response_k(watts); };
    const std::optional<LoopGain> gain = watch_.check(loop_.slopes(celsius), response);
    if (!gain) {
        return;
    }
    leakage_gain_ = gain->ratio;
    const bool is_growing = leakage_w_ > 0.0 && static_cast<double>(sum_of(leakage_w)) > leakage_w_;
    if (gain->low >= 1.0 && is_growing) {
        loop_.report(*gain, celsius);
    }
}

std::vector<double> StackModel::response_k(const std::vector<double>& power_w) {
    spread(power_w, std::vector<double>(power_w.size(), 0.0));
    const std::vector<double> rise = solver_->steady_rise(difference(watts_, grid_.inflow));
    std::vector<double> means;
    for (const Footprint& footprint : footprints_) {
        means.push_back(mean_under(footprint, rise));
    }
    return means;
}

double StackModel::mean_under(const Footprint& footprint, const std::vector<double>& field) const {
    double sum = 0.0;
    for (std::size_t z = footprint.first_z; z < footprint.first_z + footprint.planes; ++z) {
        for (const CellShare& cell : footprint.cells) {
            sum += field[z * grid_.plane() + cell.cell] * cell.share;
        }
    }
    return sum / static_cast<double>(footprint.planes);
}

StackModel::Summary StackModel::layer(std::size_t layer) {
    Summary result{-std::numeric_limits<double>::infinity(), 0.0,
                   std::numeric_limits<double>::infinity()};
    double heat = 0.0;
    double volume = 0.0;
    const double dz = 1.0 / static_cast<double>(first_z_[layer + 1] - first_z_[layer]);
    for (std::size_t z = first_z_[layer]; z < first_z_[layer + 1]; ++z) {
        const double* rise = solver_->plane_rise(z);
        for (std::size_t iy = 0; iy < grid_.ny; ++iy) {
            const double dy = grid_.y[iy + 1] - grid_.y[iy];
            for (std::size_t ix = 0; ix < grid_.nx; ++ix) {
                if (!grid_.is_void(grid_.index(ix, iy, z))) {
                    const double share = (grid_.x[ix + 1] - grid_.x[ix]) * dy * dz;
                    const double value = rise[iy * grid_.nx + ix];
                    heat += value * share;
                    volume += share;
                    result.max_c = std::max(result.max_c, value);
                    result.min_c = std::min(result.min_c, value);
                }
            }
        }
    }
    const double ambient = config_.ambient_c;
    return {ambient + result.max_c, ambient + heat / volume, ambient + result.min_c};
}

StackModel::Summary StackModel::block(std::size_t block) {
    const Footprint& footprint = footprints_[block];
    Summary result{-std::numeric_limits<double>::infinity(), 0.0,
                   std::numeric_limits<double>::infinity()};
    for (std::size_t z = footprint.first_z; z < footprint.first_z + footprint.planes; ++z) {
        const double* rise = solver_->plane_rise(z);
        for (const CellShare& cell : footprint.cells) {
            const double value = rise[cell.cell];
            result.mean_c += value * cell.share;
            result.max_c = std::max(result.max_c, value);
            result.min_c = std::min(result.min_c, value);
        }
    }
    const double ambient = config_.ambient_c;
    return {ambient + result.max_c, ambient + result.mean_c / static_cast<double>(footprint.planes),
            ambient + result.min_c};
}

std::vector<double> StackModel::block_means_c() {
    std::vector<double> means;
    for (std::size_t i = 0; i < footprints_.size(); ++i) {
        means.push_back(block(i).mean_c);
    }
    return means;
}

std::vector<double> StackModel::plane_c(std::size_t z) {
    const double* rise = solver_->plane_rise(z);
    std::vector<double> celsius(rise, rise + grid_.plane());
    for (double& value : celsius) {
        value += config_.ambient_c;
    }
    return celsius;
}

std::vector<double> StackModel::rise() {
    std::vector<double> all;
    for (std::size_t z = 0; z < grid_.nz; ++z) {
        const double* plane = solver_->plane_rise(z);
        all.insert(all.end(), plane, plane + grid_.plane());
    }
    return all;
}

double StackModel::stored_j() {
    return grid_.heat_j(rise());
}

double StackModel::energy_error() {
    if (is_steady_) {
        const auto in = static_cast<double>(sum_of(watts_));
        const double out = grid_.heat_out_w(rise());
        const double scale = std::max(std::abs(in), std::abs(out));
        return scale > 0.0 ? std::abs(in - out) / scale : 0.0;
    }
    const long double stored =
        static_cast<long double>(stored_j()) - static_cast<long double>(span_start_j_);
    const long double scale = std::max(std::abs(span_in_j_), std::abs(stored));
    const long double gap = std::abs(span_in_j_ - span_out_j_ - stored);
    return scale > 0.0L ? static_cast<double>(gap / scale) : 0.0;
}

}  // namespace strata::models
