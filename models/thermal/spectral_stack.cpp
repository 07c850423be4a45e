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

/// One step up the chains: θ and the ratio of plane z from those of the plane below. `ground` is
/// the conductance from a plane to the ambient through itself and all below; summed up without any
/// subtraction, so that stiff chains lose no digits.
template <class Real>
struct Rise {
    const Real* eigen_x;
    const Real* eigen_y;
    Real gx, gy, gz;          // of this plane
    Real own;                 // shift·C + gout
    Real below;               // conductance to the plane below
    const Real* value_below;  // null at the bottom
    const Real* ratio_below;
    Real* ground;
    Real* value;
    Real* ratio;
    std::size_t modes;
};

template <class Real>
STRATA_VECTOR_BODY void eliminate_any(const Rise<Real>& r) {
    for (std::size_t i = 0; i < r.modes; ++i) {
        const Real own = r.own + r.gx * r.eigen_x[i] + r.gy * r.eigen_y[i];
        r.ground[i] = r.value_below == nullptr ? own : own + r.ground[i] * r.ratio_below[i];
        const Real pivot = Real(1) / (r.ground[i] + r.gz);
        const Real from_below = r.value_below == nullptr ? Real(0) : r.below * r.value_below[i];
        r.ratio[i] = r.gz * pivot;
        r.value[i] = (r.value[i] + from_below) * pivot;
    }
}

STRATA_VECTOR_CLONES
void eliminate(const Rise<double>& r) {
    eliminate_any(r);
}

STRATA_VECTOR_CLONES
void eliminate(const Rise<float>& r) {
    eliminate_any(r);
}

template <class Real>
STRATA_VECTOR_BODY void substitute_any(const Real* above, const Real* ratio, Real* value,
                                       std::size_t modes) {
    for (std::size_t i = 0; i < modes; ++i) {
        value[i] += ratio[i] * above[i];
    }
}

STRATA_VECTOR_CLONES
void substitute(const double* above, const double* ratio, double* value, std::size_t modes) {
    substitute_any(above, ratio, value, modes);
}

STRATA_VECTOR_CLONES
void substitute(const float* above, const float* ratio, float* value, std::size_t modes) {
    substitute_any(above, ratio, value, modes);
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
    for (std::size_t mode = 0; mode < modes_; ++mode) {
        eigen_x_.push_back(static_cast<Real>(transform_.eigenvalue_x(mode)));
        eigen_y_.push_back(static_cast<Real>(transform_.eigenvalue_y(mode)));
    }
    ratio_.resize(planes_.size() * kChunk);
}

template <class Real>
double SpectralStack<Real>::lateral(std::size_t z, std::size_t mode) const {
    return planes_[z].gx * transform_.eigenvalue_x(mode) +
           planes_[z].gy * transform_.eigenvalue_y(mode);
}

template <class Real>
void SpectralStack<Real>::solve(double shift, std::vector<std::vector<Real>>& spectrum) {
    for (std::size_t first = 0; first < modes_; first += kChunk) {
        const std::size_t modes = std::min(kChunk, modes_ - first);
        Real ground[kChunk];
        for (std::size_t z = 0; z < planes_.size(); ++z) {
            const UniformPlane& plane = planes_[z];
            const auto real = [](double value) { return static_cast<Real>(value); };
            eliminate(Rise<Real>{eigen_x_.data() + first, eigen_y_.data() + first, real(plane.gx),
                                 real(plane.gy), real(plane.gz),
                                 real(shift * plane.capacity + plane.gout),
                                 real(z > 0 ? planes_[z - 1].gz : 0.0),
                                 z > 0 ? spectrum[z - 1].data() + first : nullptr,
                                 z > 0 ? ratio_.data() + (z - 1) * kChunk : nullptr, ground,
                                 spectrum[z].data() + first, ratio_.data() + z * kChunk, modes});
        }
        for (std::size_t z = planes_.size() - 1; z-- > 0;) {
            substitute(spectrum[z + 1].data() + first, ratio_.data() + z * kChunk,
                       spectrum[z].data() + first, modes);
        }
    }
}

template class SpectralStack<double>;
template class SpectralStack<float>;

}  // namespace strata::models
