// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orthonormal cosine transform (DCT-II) of a rectangular field, any size.
//
// Small dense products on the even and the odd half of the basis, four multiply-adds per cell and
// row pair: at the sizes of a heat map (32..256 cells a side) as fast as an FFT library, without
// the dependency, for every size, and with the same rounding on every machine (figures:
// docs/thermal.md). `Real` is double, or float for a preconditioner: half the time.

#include <cstddef>
#include <vector>

namespace strata::models {

/// The basis of one direction: X_m = s_m Σ_i x_i cos(π m (i + ½)/n), s_0 = √(1/n), else √(2/n).
/// The inverse is the transposed matrix.
template <class Real>
class CosineBasis {
   public:
    explicit CosineBasis(std::size_t n);

    std::size_t size() const { return size_; }
    /// Eigenvalue 2 − 2 cos(π m/n) of the second difference with adiabatic ends, mode m.
    double eigenvalue(std::size_t m) const { return eigenvalues_[m]; }

    /// Transforms the `columns` columns of a row-major matrix of size() rows. `in` and `out`
    /// differ.
    void forward(const Real* in, Real* out, std::size_t columns);
    void inverse(const Real* in, Real* out, std::size_t columns);

   private:
    std::size_t size_, even_, odd_;                 // number of even and odd modes
    std::vector<Real> forward_even_, forward_odd_;  // [cell of the lower half][mode]
    std::vector<Real> inverse_even_, inverse_odd_;  // [mode][cell of the lower half]
    std::vector<double> eigenvalues_;
    std::vector<Real> scratch_;
};

/// Two directions. A field is [ny][nx]; its spectrum is [nx modes][ny modes].
template <class Real>
class CosineTransform {
   public:
    CosineTransform(std::size_t nx, std::size_t ny);

    void forward(const Real* field, Real* spectrum);
    void inverse(const Real* spectrum, Real* field);

    /// Eigenvalues by mode of the spectrum: `x` for the difference along x, `y` along y.
    double eigenvalue_x(std::size_t mode) const { return x_.eigenvalue(mode / y_.size()); }
    double eigenvalue_y(std::size_t mode) const { return y_.eigenvalue(mode % y_.size()); }

   private:
    CosineBasis<Real> x_, y_;
    std::vector<Real> first_, second_;
};

extern template class CosineBasis<double>;
extern template class CosineBasis<float>;
extern template class CosineTransform<double>;
extern template class CosineTransform<float>;

}  // namespace strata::models
