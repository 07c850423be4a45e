// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/cosine_transform.h"

#include <algorithm>
#include <cmath>

#include "models/thermal/vector_clones.h"

namespace strata::models {

namespace {

constexpr std::size_t kRows = 4;  // results of a column held in registers together
constexpr std::size_t kColumns = 32;

/// out[r][c] = Σ_k a[r][k] in[k][c] for the given columns; rows of `in` and `out` are `in_stride`
/// and `out_stride` doubles apart.
struct Product {
    const double* a;
    std::size_t rows, inner;
    const double* in;
    std::size_t in_stride;
    double* out;
    std::size_t out_stride;
    std::size_t columns;
};

STRATA_VECTOR_CLONES
void multiply(const Product& p) {
    for (std::size_t c0 = 0; c0 < p.columns; c0 += kColumns) {
        const std::size_t width = std::min(kColumns, p.columns - c0);
        for (std::size_t r0 = 0; r0 < p.rows; r0 += kRows) {
            const std::size_t rows = std::min(kRows, p.rows - r0);
            const double* a[kRows];
            for (std::size_t r = 0; r < kRows; ++r) {
                a[r] = p.a + (r0 + std::min(r, rows - 1)) * p.inner;
            }
            double sum[kRows][kColumns] = {};
            for (std::size_t k = 0; k < p.inner; ++k) {
                const double* x = p.in + k * p.in_stride + c0;
                const double a0 = a[0][k], a1 = a[1][k], a2 = a[2][k], a3 = a[3][k];
                if (width == kColumns) {
                    for (std::size_t c = 0; c < kColumns; ++c) {
                        sum[0][c] += a0 * x[c];
                        sum[1][c] += a1 * x[c];
                        sum[2][c] += a2 * x[c];
                        sum[3][c] += a3 * x[c];
                    }
                } else {
                    for (std::size_t c = 0; c < width; ++c) {
                        sum[0][c] += a0 * x[c];
                        sum[1][c] += a1 * x[c];
                        sum[2][c] += a2 * x[c];
                        sum[3][c] += a3 * x[c];
                    }
                }
            }
            for (std::size_t r = 0; r < rows; ++r) {
                std::copy(sum[r], sum[r] + width, p.out + (r0 + r) * p.out_stride + c0);
            }
        }
    }
}

void transpose(const double* in, double* out, std::size_t rows, std::size_t columns) {
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

CosineBasis::CosineBasis(std::size_t n) : size_(n), even_((n + 1) / 2), odd_(n / 2) {
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
            forward_even_[p * even_ + i] = inverse_even_[i * even_ + p] = entry(2 * p, i);
        }
    }
    for (std::size_t p = 0; p < odd_; ++p) {
        for (std::size_t i = 0; i < odd_; ++i) {
            forward_odd_[p * odd_ + i] = inverse_odd_[i * odd_ + p] = entry(2 * p + 1, i);
        }
    }
    for (std::size_t m = 0; m < n; ++m) {
        const double half = std::sin(pi * static_cast<double>(m) / (2.0 * count));
        eigenvalues_.push_back(4.0 * half * half);
    }
}

void CosineBasis::forward(const double* in, double* out, std::size_t columns) {
    scratch_.resize(size_ * columns);
    double* sum = scratch_.data();
    double* difference = sum + even_ * columns;
    for (std::size_t i = 0; i < odd_; ++i) {
        const double* low = in + i * columns;
        const double* high = in + (size_ - 1 - i) * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            sum[i * columns + c] = low[c] + high[c];
            difference[i * columns + c] = low[c] - high[c];
        }
    }
    if (even_ > odd_) {  // the middle row of an odd size
        std::copy(in + odd_ * columns, in + even_ * columns, sum + odd_ * columns);
    }
    multiply({forward_even_.data(), even_, even_, sum, columns, out, 2 * columns, columns});
    multiply({forward_odd_.data(), odd_, odd_, difference, columns, out + columns, 2 * columns,
              columns});
}

void CosineBasis::inverse(const double* in, double* out, std::size_t columns) {
    scratch_.resize(size_ * columns);
    double* sum = scratch_.data();
    double* difference = sum + even_ * columns;
    multiply({inverse_even_.data(), even_, even_, in, 2 * columns, sum, columns, columns});
    multiply(
        {inverse_odd_.data(), odd_, odd_, in + columns, 2 * columns, difference, columns, columns});
    for (std::size_t i = 0; i < odd_; ++i) {
        double* low = out + i * columns;
        double* high = out + (size_ - 1 - i) * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            low[c] = sum[i * columns + c] + difference[i * columns + c];
            high[c] = sum[i * columns + c] - difference[i * columns + c];
        }
    }
    if (even_ > odd_) {
        std::copy(sum + odd_ * columns, sum + even_ * columns, out + odd_ * columns);
    }
}

CosineTransform::CosineTransform(std::size_t nx, std::size_t ny)
    : x_(nx), y_(ny), first_(nx * ny), second_(nx * ny) {}

void CosineTransform::forward(const double* field, double* spectrum) {
    y_.forward(field, first_.data(), x_.size());
    transpose(first_.data(), second_.data(), y_.size(), x_.size());
    x_.forward(second_.data(), spectrum, y_.size());
}

void CosineTransform::inverse(const double* spectrum, double* field) {
    x_.inverse(spectrum, first_.data(), y_.size());
    transpose(first_.data(), second_.data(), x_.size(), y_.size());
    y_.inverse(second_.data(), field, x_.size());
}

}  // namespace strata::models
