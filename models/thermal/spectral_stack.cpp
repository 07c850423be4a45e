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
struct Rise {
    const double* eigen_x;
    const double* eigen_y;
    UniformPlane plane;
    double own;                 // shift·C + gout
    double below;               // conductance to the plane below
    const double* value_below;  // null at the bottom
    const double* ratio_below;
    double* ground;
    double* value;
    double* ratio;
    std::size_t modes;
};

STRATA_VECTOR_CLONES
void eliminate(const Rise& r) {
    for (std::size_t i = 0; i < r.modes; ++i) {
        const double own = r.own + r.plane.gx * r.eigen_x[i] + r.plane.gy * r.eigen_y[i];
        r.ground[i] = r.value_below == nullptr ? own : own + r.ground[i] * r.ratio_below[i];
        const double pivot = 1.0 / (r.ground[i] + r.plane.gz);
        const double from_below = r.value_below == nullptr ? 0.0 : r.below * r.value_below[i];
        r.ratio[i] = r.plane.gz * pivot;
        r.value[i] = (r.value[i] + from_below) * pivot;
    }
}

STRATA_VECTOR_CLONES
void substitute(const double* above, const double* ratio, double* value, std::size_t modes) {
    for (std::size_t i = 0; i < modes; ++i) {
        value[i] += ratio[i] * above[i];
    }
}

}  // namespace

SpectralStack::SpectralStack(const StackGrid& grid)
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
        eigen_x_.push_back(transform_.eigenvalue_x(mode));
        eigen_y_.push_back(transform_.eigenvalue_y(mode));
    }
    ratio_.resize(planes_.size() * kChunk);
}

double SpectralStack::lateral(std::size_t z, std::size_t mode) const {
    return planes_[z].gx * eigen_x_[mode] + planes_[z].gy * eigen_y_[mode];
}

void SpectralStack::solve(double shift, std::vector<std::vector<double>>& spectrum) {
    for (std::size_t first = 0; first < modes_; first += kChunk) {
        const std::size_t modes = std::min(kChunk, modes_ - first);
        double ground[kChunk];
        for (std::size_t z = 0; z < planes_.size(); ++z) {
            const UniformPlane& plane = planes_[z];
            const double below = z > 0 ? planes_[z - 1].gz : 0.0;
            eliminate({eigen_x_.data() + first, eigen_y_.data() + first, plane,
                       shift * plane.capacity + plane.gout, below,
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

}  // namespace strata::models
