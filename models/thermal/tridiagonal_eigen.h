// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Eigenvalues and orthonormal eigenvectors of a symmetric tridiagonal matrix: QL with implicit
// shifts (Wilkinson; tql2 of EISPACK). Absolute error of the order of the type's epsilon times the
// largest eigenvalue.

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "core/diagnostics.h"

namespace strata::models {

/// On entry: `diagonal` (n), `off` (n; off[i] couples i and i+1, the last is ignored). On return:
/// the eigenvalues in `diagonal`; vectors[k·n + i] is component i of eigenvector k.
template <class Real>
void tridiagonal_eigen(std::vector<Real>& diagonal, std::vector<Real>& off,
                       std::vector<Real>& vectors) {
    constexpr int kSweeps = 60;
    const std::size_t n = diagonal.size();
    vectors.assign(n * n, Real(0));
    for (std::size_t i = 0; i < n; ++i) {
        vectors[i * n + i] = Real(1);
    }
    off[n - 1] = Real(0);
    for (std::size_t low = 0; low < n; ++low) {
        for (int sweep = 0;; ++sweep) {
            std::size_t end = low;
            for (; end + 1 < n; ++end) {
                const Real scale = std::abs(diagonal[end]) + std::abs(diagonal[end + 1]);
                if (std::abs(off[end]) <= std::numeric_limits<Real>::epsilon() * scale) {
                    break;
                }
            }
            if (end == low) {
                break;
            }
            if (sweep == kSweeps) {
                throw core::ModelError("thermal: eigenvalues did not converge");
            }
            Real g = (diagonal[low + 1] - diagonal[low]) / (2 * off[low]);
            Real r = std::sqrt(g * g + 1);
            g = diagonal[end] - diagonal[low] + off[low] / (g + std::copysign(r, g));
            Real sine(1), cosine(1), p(0);
            bool deflated = false;
            for (std::size_t i = end; i-- > low;) {
                Real f = sine * off[i];
                const Real b = cosine * off[i];
                r = std::sqrt(f * f + g * g);
                off[i + 1] = r;
                if (r == Real(0)) {
                    diagonal[i + 1] -= p;
                    off[end] = Real(0);
                    deflated = true;
                    break;
                }
                sine = f / r;
                cosine = g / r;
                g = diagonal[i + 1] - p;
                r = (diagonal[i] - g) * sine + 2 * cosine * b;
                p = sine * r;
                diagonal[i + 1] = g + p;
                g = cosine * r - b;
                for (std::size_t k = 0; k < n; ++k) {
                    f = vectors[(i + 1) * n + k];
                    vectors[(i + 1) * n + k] = sine * vectors[i * n + k] + cosine * f;
                    vectors[i * n + k] = cosine * vectors[i * n + k] - sine * f;
                }
            }
            if (!deflated) {
                diagonal[low] -= p;
                off[low] = g;
                off[end] = Real(0);
            }
        }
    }
}

}  // namespace strata::models
