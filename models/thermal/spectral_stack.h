// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stack of uniform planes in the cosine basis, where it falls apart into one chain of nz unknowns
// per lateral mode: (shift·C + G) is tridiagonal. `dct` gets its steady states from it, `cg` its
// preconditioner (then from the mean conductances of a grid that is not uniform, in float).

#include <cstddef>
#include <vector>

#include "models/thermal/cosine_transform.h"
#include "models/thermal/stack_grid.h"

namespace strata::models {

/// Values that all cells of a plane share.
struct UniformPlane {
    double capacity = 0.0;  ///< J/K of a cell
    double gx = 0.0, gy = 0.0;
    double gz = 0.0;  ///< to the plane above
    double gout = 0.0;
};

template <class Real>
class SpectralStack {
   public:
    /// Takes each plane's mean over its links and cells; exact for a uniform grid.
    explicit SpectralStack(const StackGrid& grid);

    std::size_t modes() const { return modes_; }
    std::size_t planes() const { return planes_.size(); }
    const UniformPlane& plane(std::size_t z) const { return planes_[z]; }
    CosineTransform<Real>& transform() { return transform_; }
    /// Conductance of mode `mode` along x and y within plane z, W/K.
    double lateral(std::size_t z, std::size_t mode) const;

    /// Solves (shift·C + G) θ = p for every mode, in place; `spectrum[z]` has a value per mode.
    void solve(double shift, std::vector<std::vector<Real>>& spectrum);

   private:
    void set_shift(double shift);

    std::size_t modes_;
    std::vector<UniformPlane> planes_;
    CosineTransform<Real> transform_;
    double shift_ = -1.0;      // of the pivots
    std::vector<Real> pivot_;  // [z][mode]
};

extern template class SpectralStack<double>;
extern template class SpectralStack<float>;

}  // namespace strata::models
