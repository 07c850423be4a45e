// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/spectral_stack.h"

#include <algorithm>

#include "models/thermal/vector_clones.h"

namespace strata::models {

namespace {

constexpr std::size_t kChunk = 256;  // modes worked on together: the chains stay in the cache

/// Mean of the values that are not zero (voids and ends are).
double mean_of_links(const double* values, std::size_t count) {
    long double sum = 0.0L;  // equal values must give that very value
    std::size_t links = 0;
    for (std::size_t i = 0; i < count; ++i) {
        sum += values[i];
        links += values[i] != 0.0 ? 1 : 0;
    }
    return links > 0 ? static_cast<double>(sum / static_cast<long double>(links)) : 0.0;
}

/// Up one plane: value = (value + below · value_below) · pivot.
template <class Real>
STRATA_VECTOR_BODY void rise_any(Real below, const Real* value_below, const Real* pivot,
                                 Real* value, std::size_t modes) {
    for (std::size_t i = 0; i < modes; ++i) {
        value[i] = (value[i] + below * value_below[i]) * pivot[i];
    }
}

/// Down one plane: value += gz · pivot · value_above.
template <class Real>
STRATA_VECTOR_BODY void fall_any(Real gz, const Real* value_above, const Real* pivot, Real* value,
                                 std::size_t modes) {
    for (std::size_t i = 0; i < modes; ++i) {
        value[i] += gz * pivot[i] * value_above[i];
    }
}

STRATA_VECTOR_CLONES
void rise(double below, const double* value_below, const double* pivot, double* value,
          std::size_t modes) {
    rise_any(below, value_below, pivot, value, modes);
}

STRATA_VECTOR_CLONES
void rise(float below, const float* value_below, const float* pivot, float* value,
          std::size_t modes) {
    rise_any(below, value_below, pivot, value, modes);
}

STRATA_VECTOR_CLONES
void fall(double gz, const double* value_above, const double* pivot, double* value,
          std::size_t modes) {
    fall_any(gz, value_above, pivot, value, modes);
}

STRATA_VECTOR_CLONES
void fall(float gz, const float* value_above, const float* pivot, float* value, std::size_t modes) {
    fall_any(gz, value_above, pivot, value, modes);
}

}  // namespace

template <class Real>
SpectralStack<Real>::SpectralStack(const StackGrid& grid)
    : modes_(grid.plane()), transform_(grid.nx, grid.ny) {
    for (std::size_t z = 0; z < grid.nz; ++z) {
        const std::size_t first = grid.index(0, 0, z);
        const auto mean = [&](const std::vector<double>& values) {
            return mean_of_links(values.data() + first, grid.plane());
        };
        planes_.push_back(
            {mean(grid.capacity), mean(grid.gx), mean(grid.gy), mean(grid.gz), mean(grid.gout)});
    }
    pivot_.resize(planes_.size() * modes_);
}

template <class Real>
double SpectralStack<Real>::lateral(std::size_t z, std::size_t mode) const {
    return planes_[z].gx * transform_.eigenvalue_x(mode) +
           planes_[z].gy * transform_.eigenvalue_y(mode);
}

/// The pivots of the elimination from the bottom: the reciprocal of what holds a plane to the
/// ambient (through itself and all below) and to the plane above. Summed up without any
/// subtraction, so that stiff chains lose no digits.
template <class Real>
void SpectralStack<Real>::set_shift(double shift) {
    if (shift == shift_) {
        return;
    }
    shift_ = shift;
    for (std::size_t mode = 0; mode < modes_; ++mode) {
        double ground = 0.0;
        double to_below = 0.0;  // share of the link to the plane below that leads on to the ambient
        for (std::size_t z = 0; z < planes_.size(); ++z) {
            const UniformPlane& plane = planes_[z];
            ground = shift * plane.capacity + plane.gout + lateral(z, mode) + ground * to_below;
            const double pivot = 1.0 / (ground + plane.gz);
            to_below = plane.gz * pivot;
            pivot_[z * modes_ + mode] = static_cast<Real>(pivot);
        }
    }
}

template <class Real>
void SpectralStack<Real>::solve(double shift, std::vector<std::vector<Real>>& spectrum) {
    set_shift(shift);
    for (std::size_t first = 0; first < modes_; first += kChunk) {
        const std::size_t modes = std::min(kChunk, modes_ - first);
        const auto value = [&](std::size_t z) { return spectrum[z].data() + first; };
        const auto pivot = [&](std::size_t z) { return pivot_.data() + z * modes_ + first; };
        const auto link = [&](std::size_t z) { return static_cast<Real>(planes_[z].gz); };
        for (std::size_t i = 0; i < modes; ++i) {
            value(0)[i] *= pivot(0)[i];
        }
        for (std::size_t z = 1; z < planes_.size(); ++z) {
            rise(link(z - 1), value(z - 1), pivot(z), value(z), modes);
        }
        for (std::size_t z = planes_.size() - 1; z-- > 0;) {
            fall(link(z), value(z + 1), pivot(z), value(z), modes);
        }
    }
}

template class SpectralStack<double>;
template class SpectralStack<float>;

}  // namespace strata::models
