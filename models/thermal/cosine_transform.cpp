// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/cosine_transform.h"

#include <algorithm>
#include <cmath>

#include "models/thermal/vector_clones.h"

namespace strata::models {

namespace {

constexpr std::size_t kRows = 8;  // results of a column held in registers together

/// 64 bytes, in as many registers as the machine takes for them.
template <class Real>
struct Lanes {
    static constexpr std::size_t kCount = 64 / sizeof(Real);
    typedef Real Vector __attribute__((vector_size(64), aligned(sizeof(Real)), may_alias));
};

/// out[r][c] = Σ_k a[k][r] in[k][c] for the given columns; rows of `in` and `out` are `in_stride`
/// and `out_stride` values apart.
template <class Real>
struct Product {
    const Real* a;
    std::size_t rows, inner;
    const Real* in;
    std::size_t in_stride;
    Real* out;
    std::size_t out_stride;
    std::size_t columns;
};

/// kCount rows from r0 of the columns of one Column (a vector or a value) from c0.
template <std::size_t kCount, class Column, class Real>
STRATA_VECTOR_BODY void multiply_block(const Product<Real>& p, std::size_t r0, std::size_t c0) {
    Column sum[kCount];
    for (std::size_t r = 0; r < kCount; ++r) {
        sum[r] = Column{};
    }
    const Real* a = p.a + r0;
    const Real* in = p.in + c0;
    for (std::size_t k = 0; k < p.inner; ++k) {
        const Column x = *reinterpret_cast<const Column*>(in);
        for (std::size_t r = 0; r < kCount; ++r) {
            sum[r] += a[r] * x;
        }
        a += p.rows;
        in += p.in_stride;
    }
    for (std::size_t r = 0; r < kCount; ++r) {
        *reinterpret_cast<Column*>(p.out + (r0 + r) * p.out_stride + c0) = sum[r];
    }
}

template <class Column, class Real>
STRATA_VECTOR_BODY void multiply_column(const Product<Real>& p, std::size_t c0) {
    const std::size_t whole = p.rows - p.rows % kRows;
    for (std::size_t r = 0; r < whole; r += kRows) {
        multiply_block<kRows, Column>(p, r, c0);
    }
    for (std::size_t r = whole; r < p.rows; ++r) {
        multiply_block<1, Column>(p, r, c0);
    }
}

template <class Real>
STRATA_VECTOR_BODY void multiply_any(const Product<Real>& p) {
    constexpr std::size_t kCount = Lanes<Real>::kCount;
    const std::size_t whole = p.columns - p.columns % kCount;
    for (std::size_t c = 0; c < whole; c += kCount) {
        multiply_column<typename Lanes<Real>::Vector>(p, c);
    }
    for (std::size_t c = whole; c < p.columns; ++c) {
        multiply_column<Real>(p, c);
    }
}

STRATA_VECTOR_CLONES
void multiply(const Product<double>& p) {
    multiply_any(p);
}

STRATA_VECTOR_CLONES
void multiply(const Product<float>& p) {
    multiply_any(p);
}

template <class Real>
void transpose(const Real* in, Real* out, std::size_t rows, std::size_t columns) {
    constexpr std::size_t kTile = 16;
    for (std::size_t r0 = 0; r0 < rows; r0 += kTile) {
        for (std::size_t c0 = 0; c0 < columns; c0 += kTile) {
            for (std::size_t r = r0; r < std::min(rows, r0 + kTile); ++r) {
                for (std::size_t c = c0; c < std::min(columns, c0 + kTile); ++c) {
                    out[c * rows + r] = in[r * columns + c];
                }
            }
        }
    }
}

}  // namespace

template <class Real>
CosineBasis<Real>::CosineBasis(std::size_t n) : size_(n), even_((n + 1) / 2), odd_(n / 2) {
    const double pi = std::acos(-1.0);
    const double count = static_cast<double>(n);
    const auto entry = [&](std::size_t mode, std::size_t cell) {
        // The angle is reduced as an integer, so that large modes lose no digits.
        const std::size_t quarter = (mode * (2 * cell + 1)) % (4 * n);
        return std::sqrt((mode == 0 ? 1.0 : 2.0) / count) *
               std::cos(pi * static_cast<double>(quarter) / (2.0 * count));
    };
    forward_even_.resize(even_ * even_);
    inverse_even_.resize(even_ * even_);
    forward_odd_.resize(odd_ * odd_);
    inverse_odd_.resize(odd_ * odd_);
    for (std::size_t p = 0; p < even_; ++p) {
        for (std::size_t i = 0; i < even_; ++i) {
            const auto value = static_cast<Real>(entry(2 * p, i));
            forward_even_[i * even_ + p] = inverse_even_[p * even_ + i] = value;
        }
    }
    for (std::size_t p = 0; p < odd_; ++p) {
        for (std::size_t i = 0; i < odd_; ++i) {
            const auto value = static_cast<Real>(entry(2 * p + 1, i));
            forward_odd_[i * odd_ + p] = inverse_odd_[p * odd_ + i] = value;
        }
    }
    for (std::size_t m = 0; m < n; ++m) {
        const double half = std::sin(pi * static_cast<double>(m) / (2.0 * count));
        eigenvalues_.push_back(4.0 * half * half);
    }
}

template <class Real>
void CosineBasis<Real>::forward(const Real* in, Real* out, std::size_t columns) {
    scratch_.resize(size_ * columns);
    Real* sum = scratch_.data();
    Real* difference = sum + even_ * columns;
    for (std::size_t i = 0; i < odd_; ++i) {
        const Real* low = in + i * columns;
        const Real* high = in + (size_ - 1 - i) * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            sum[i * columns + c] = low[c] + high[c];
            difference[i * columns + c] = low[c] - high[c];
        }
    }
    if (even_ > odd_) {  // the middle row of an odd size
        std::copy(in + odd_ * columns, in + even_ * columns, sum + odd_ * columns);
    }
    multiply(
        Product<Real>{forward_even_.data(), even_, even_, sum, columns, out, 2 * columns, columns});
    multiply(Product<Real>{forward_odd_.data(), odd_, odd_, difference, columns, out + columns,
                           2 * columns, columns});
}

template <class Real>
void CosineBasis<Real>::inverse(const Real* in, Real* out, std::size_t columns) {
    scratch_.resize(size_ * columns);
    Real* sum = scratch_.data();
    Real* difference = sum + even_ * columns;
    multiply(
        Product<Real>{inverse_even_.data(), even_, even_, in, 2 * columns, sum, columns, columns});
    multiply(Product<Real>{inverse_odd_.data(), odd_, odd_, in + columns, 2 * columns, difference,
                           columns, columns});
    for (std::size_t i = 0; i < odd_; ++i) {
        Real* low = out + i * columns;
        Real* high = out + (size_ - 1 - i) * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            low[c] = sum[i * columns + c] + difference[i * columns + c];
            high[c] = sum[i * columns + c] - difference[i * columns + c];
        }
    }
    if (even_ > odd_) {
        std::copy(sum + odd_ * columns, sum + even_ * columns, out + odd_ * columns);
    }
}

template <class Real>
CosineTransform<Real>::CosineTransform(std::size_t nx, std::size_t ny)
    : x_(nx), y_(ny), first_(nx * ny), second_(nx * ny) {}

template <class Real>
void CosineTransform<Real>::forward(const Real* field, Real* spectrum) {
    y_.forward(field, first_.data(), x_.size());
    transpose(first_.data(), second_.data(), y_.size(), x_.size());
    x_.forward(second_.data(), spectrum, y_.size());
}

template <class Real>
void CosineTransform<Real>::inverse(const Real* spectrum, Real* field) {
    x_.inverse(spectrum, first_.data(), y_.size());
    transpose(first_.data(), second_.data(), x_.size(), y_.size());
    y_.inverse(second_.data(), field, x_.size());
}

template class CosineBasis<double>;
template class CosineBasis<float>;
template class CosineTransform<double>;
template class CosineTransform<float>;

}  // namespace strata::models
