// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/dct_solver.h"

#include <algorithm>
#include <cmath>

#include "core/diagnostics.h"
#include "models/thermal/tridiagonal_eigen.h"
#include "models/thermal/vector_clones.h"

namespace strata::models {

namespace {

constexpr std::size_t kChunk = 64;  // modes: a chunk's eigenvectors fit the second-level cache

struct ChunkStep {
    const double* vectors;  // [eigenvector][plane][mode]
    const double* decay;
    const double* gain;
    double* state;
    const double* const* power;  // per plane; null without power
    double* const* spectrum;     // per plane
    std::size_t planes;
};

STRATA_VECTOR_CLONES
void advance(const ChunkStep& s) {
    for (std::size_t k = 0; k < s.planes; ++k) {
        double drive[kChunk] = {};
        for (std::size_t z = 0; z < s.planes; ++z) {
            if (s.power[z] != nullptr) {
                const double* v = s.vectors + (k * s.planes + z) * kChunk;
                const double* p = s.power[z];
                for (std::size_t i = 0; i < kChunk; ++i) {
                    drive[i] += v[i] * p[i];
                }
            }
        }
        const double* decay = s.decay + k * kChunk;
        const double* gain = s.gain + k * kChunk;
        double* state = s.state + k * kChunk;
        for (std::size_t i = 0; i < kChunk; ++i) {
            state[i] = decay[i] * state[i] + gain[i] * drive[i];
        }
    }
}

STRATA_VECTOR_CLONES
void compose(const ChunkStep& s) {
    for (std::size_t z = 0; z < s.planes; ++z) {
        double sum[kChunk] = {};
        for (std::size_t k = 0; k < s.planes; ++k) {
            const double* v = s.vectors + (k * s.planes + z) * kChunk;
            const double* a = s.state + k * kChunk;
            for (std::size_t i = 0; i < kChunk; ++i) {
                sum[i] += v[i] * a[i];
            }
        }
        std::copy(sum, sum + kChunk, s.spectrum[z]);
    }
}

/// The chain of one mode: C^-½ G C^-½.
template <class Real>
void chain(const SpectralStack<double>& stack, std::size_t mode, std::vector<Real>& diagonal,
           std::vector<Real>& off) {
    for (std::size_t z = 0; z < stack.planes(); ++z) {
        const UniformPlane& plane = stack.plane(z);
        const Real below = z > 0 ? stack.plane(z - 1).gz : 0.0;
        const Real sum = Real(plane.gout) + Real(plane.gz) + below + Real(stack.lateral(z, mode));
        diagonal[z] = sum / Real(plane.capacity);
        off[z] = Real(0);
        if (z + 1 < stack.planes()) {
            off[z] = -Real(plane.gz) /
                     std::sqrt(Real(plane.capacity) * Real(stack.plane(z + 1).capacity));
        }
    }
}

/// (x − (1 − e^−x)) / x², also for small x.
long double second_integral(long double x) {
    if (x > 0.1L) {
        return (x + std::expm1(-x)) / (x * x);
    }
    long double term = 0.5L;
    long double sum = 0.0L;
    for (int k = 3; k < 24; ++k) {
        sum += term;
        term *= -x / static_cast<long double>(k);
    }
    return sum;
}

}  // namespace

DctSolver::DctSolver(const StackGrid& grid)
    : grid_(grid),
      stack_(grid),
      planes_(grid.nz),
      chunks_((grid.plane() + kChunk - 1) / kChunk),
      watts_(grid.cells(), 0.0),
      power_(grid.nz, std::vector<double>(chunks_ * kChunk, 0.0)),
      powered_(grid.nz, false),
      spectrum_(power_),
      rise_(grid.nz, std::vector<double>(grid.plane(), 0.0)),
      is_current_(grid.nz, true) {
    if (!grid.uniform) {
        throw core::ModelError("thermal: dct on a stack whose layers are not uniform");
    }
}

double* DctSolver::chunk(std::vector<double>& field, std::size_t index, std::size_t rows) {
    return field.data() + index * rows * kChunk;
}

void DctSolver::transform_power(const std::vector<double>& watts) {
    const std::size_t plane = grid_.plane();
    for (std::size_t z = 0; z < planes_; ++z) {
        const double* now = watts.data() + z * plane;
        double* before = watts_.data() + z * plane;
        if (!std::equal(now, now + plane, before)) {
            std::copy(now, now + plane, before);
            powered_[z] = std::any_of(now, now + plane, [](double value) { return value != 0.0; });
            stack_.transform().forward(now, power_[z].data());
        }
    }
}

void DctSolver::steady(const std::vector<double>& watts) {
    transform_power(watts);
    spectrum_ = power_;
    stack_.solve(0.0, spectrum_);
    std::fill(is_current_.begin(), is_current_.end(), false);
    state_ready_ = false;
    heat_out_j_ = 0.0;
}

void DctSolver::set_rise(const std::vector<double>& rise) {
    for (std::size_t z = 0; z < planes_; ++z) {
        const double* plane = rise.data() + z * grid_.plane();
        std::copy(plane, plane + grid_.plane(), rise_[z].begin());
        stack_.transform().forward(plane, spectrum_[z].data());
        is_current_[z] = true;
    }
    state_ready_ = false;
}

std::vector<double> DctSolver::steady_rise(const std::vector<double>& watts) {
    const std::size_t plane = grid_.plane();
    std::vector<std::vector<double>> spectrum(planes_, std::vector<double>(plane));
    for (std::size_t z = 0; z < planes_; ++z) {
        stack_.transform().forward(watts.data() + z * plane, spectrum[z].data());
    }
    stack_.solve(0.0, spectrum);
    std::vector<double> rise(grid_.cells());
    for (std::size_t z = 0; z < planes_; ++z) {
        stack_.transform().inverse(spectrum[z].data(), rise.data() + z * plane);
    }
    return rise;
}

const double* DctSolver::plane_rise(std::size_t z) {
    if (!is_current_[z]) {
        stack_.transform().inverse(spectrum_[z].data(), rise_[z].data());
        is_current_[z] = true;
    }
    return rise_[z].data();
}

void DctSolver::step(double seconds, const std::vector<double>& watts) {
    prepare_modes();
    prepare_step(seconds);
    project_state();
    transform_power(watts);
    step_chunks();
    step_mean(seconds);
    std::fill(is_current_.begin(), is_current_.end(), false);
}

void DctSolver::prepare_modes() {
    if (modes_ready_) {
        return;
    }
    vectors_.assign(chunks_ * planes_ * planes_ * kChunk, 0.0);
    rate_.assign(chunks_ * planes_ * kChunk, 0.0);
    state_.assign(rate_.size(), 0.0);
    for (std::size_t mode = 0; mode < stack_.modes(); ++mode) {
        prepare_mode(mode);
    }
    prepare_mean_chain();
    modes_ready_ = true;
}

void DctSolver::prepare_mode(std::size_t mode) {
    std::vector<double> rate(planes_), off(planes_), vectors;
    chain(stack_, mode, rate, off);
    tridiagonal_eigen(rate, off, vectors);
    double* own = chunk(vectors_, mode / kChunk, planes_ * planes_) + mode % kChunk;
    for (std::size_t k = 0; k < planes_; ++k) {
        chunk(rate_, mode / kChunk, planes_)[k * kChunk + mode % kChunk] = std::max(0.0, rate[k]);
        for (std::size_t z = 0; z < planes_; ++z) {
            own[(k * planes_ + z) * kChunk] =
                vectors[k * planes_ + z] / std::sqrt(stack_.plane(z).capacity);
        }
    }
}

void DctSolver::prepare_mean_chain() {
    std::vector<Wide> off(planes_);
    mean_.rate.resize(planes_);
    mean_.state.assign(planes_, 0.0L);
    chain(stack_, 0, mean_.rate, off);
    tridiagonal_eigen(mean_.rate, off, mean_.vectors);
    bool is_closed = true;
    for (std::size_t z = 0; z < planes_; ++z) {
        is_closed = is_closed && stack_.plane(z).gout == 0.0;
    }
    if (is_closed) {  // nothing leaves: the slowest rate is exactly zero
        *std::min_element(mean_.rate.begin(), mean_.rate.end()) = 0.0L;
    }
    for (std::size_t k = 0; k < planes_; ++k) {
        mean_.rate[k] = std::max(0.0L, mean_.rate[k]);
        for (std::size_t z = 0; z < planes_; ++z) {
            mean_.vectors[k * planes_ + z] /= std::sqrt(Wide(stack_.plane(z).capacity));
        }
    }
}

void DctSolver::prepare_step(double seconds) {
    if (seconds == dt_) {
        return;
    }
    decay_.resize(rate_.size());
    gain_.resize(rate_.size());
    for (std::size_t i = 0; i < rate_.size(); ++i) {
        const double rise = -std::expm1(-rate_[i] * seconds);
        decay_[i] = 1.0 - rise < 0.5 ? std::exp(-rate_[i] * seconds) : 1.0 - rise;
        gain_[i] = rate_[i] > 0.0 ? rise / rate_[i] : seconds;
    }
    dt_ = seconds;
}

/// Eigenstate from temperatures: a = Uᵀ√C θ.
void DctSolver::project_state() {
    if (state_ready_) {
        return;
    }
    std::fill(state_.begin(), state_.end(), 0.0);
    for (std::size_t c = 0; c < chunks_; ++c) {
        const double* vectors = chunk(vectors_, c, planes_ * planes_);
        double* state = chunk(state_, c, planes_);
        for (std::size_t k = 0; k < planes_; ++k) {
            for (std::size_t z = 0; z < planes_; ++z) {
                const double* spectrum = spectrum_[z].data() + c * kChunk;
                for (std::size_t i = 0; i < kChunk; ++i) {
                    state[k * kChunk + i] += vectors[(k * planes_ + z) * kChunk + i] *
                                             stack_.plane(z).capacity * spectrum[i];
                }
            }
        }
    }
    for (std::size_t k = 0; k < planes_; ++k) {
        mean_.state[k] = 0.0L;
        for (std::size_t z = 0; z < planes_; ++z) {
            mean_.state[k] += mean_.vectors[k * planes_ + z] * Wide(stack_.plane(z).capacity) *
                              Wide(spectrum_[z][0]);
        }
    }
    state_ready_ = true;
}

void DctSolver::step_chunks() {
    std::vector<const double*> power(planes_);
    std::vector<double*> spectrum(planes_);
    for (std::size_t c = 0; c < chunks_; ++c) {
        for (std::size_t z = 0; z < planes_; ++z) {
            power[z] = powered_[z] ? power_[z].data() + c * kChunk : nullptr;
            spectrum[z] = spectrum_[z].data() + c * kChunk;
        }
        const ChunkStep step{chunk(vectors_, c, planes_ * planes_),
                             chunk(decay_, c, planes_),
                             chunk(gain_, c, planes_),
                             chunk(state_, c, planes_),
                             power.data(),
                             spectrum.data(),
                             planes_};
        advance(step);
        compose(step);
    }
}

/// Mode (0, 0) again, with the integral of what leaves: ∫a dt = a φ₁ + b φ₂.
void DctSolver::step_mean(Wide seconds) {
    std::vector<Wide> rise(planes_, 0.0L), integral(planes_, 0.0L);
    for (std::size_t k = 0; k < planes_; ++k) {
        const Wide* vector = mean_.vectors.data() + k * planes_;
        Wide drive = 0.0L;
        for (std::size_t z = 0; z < planes_; ++z) {
            drive += vector[z] * Wide(power_[z][0]);
        }
        const Wide x = mean_.rate[k] * seconds;
        const Wide first = x > 0.0L ? -std::expm1(-x) / mean_.rate[k] : seconds;
        const Wide second = second_integral(x) * seconds * seconds;
        const Wide whole = mean_.state[k] * first + drive * second;
        mean_.state[k] = std::exp(-x) * mean_.state[k] + first * drive;
        for (std::size_t z = 0; z < planes_; ++z) {
            rise[z] += vector[z] * mean_.state[k];
            integral[z] += vector[z] * whole;
        }
    }
    Wide out = 0.0L;
    for (std::size_t z = 0; z < planes_; ++z) {
        spectrum_[z][0] = static_cast<double>(rise[z]);
        out += Wide(stack_.plane(z).gout) * integral[z];
    }
    heat_out_j_ = static_cast<double>(out * std::sqrt(static_cast<Wide>(stack_.modes())));
}

}  // namespace strata::models
