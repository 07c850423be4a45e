// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Loops over plain arrays that the solvers share, in the vector width of the machine and with the
// same bits on every one: see vector_clones.h.

#include <cstddef>

namespace strata::models {

/// Σ a·b.
double dot(const double* a, const double* b, std::size_t count);
double dot(const double* a, const float* b, std::size_t count);

/// to += factor · from.
void add_multiple(double factor, const double* from, double* to, std::size_t count);
/// The step of conjugate gradients: x += length · direction, r −= length · image. Returns Σ r².
double move_along(double length, const double* direction, const double* image, double* x, double* r,
                  std::size_t count);
/// to = scale · from + keep · to.
void renew(double scale, const float* from, double keep, double* to, std::size_t count);
/// to = scale · from, narrowed.
void narrow(double scale, const double* from, float* to, std::size_t count);

/// A symmetric matrix of seven bands: x couples to the cells 1, `row` and `plane` further on. The
/// arrays of x and of the conductances are readable `plane` places before their first cell, x
/// also behind its last, with zeros there and at every end of a row, column and stack.
struct SevenBands {
    const double* diagonal;
    const double* gx;
    const double* gy;
    const double* gz;
    std::size_t row, plane, count;
};
/// image = A·x. Returns Σ x·image.
double apply(const SevenBands& a, const double* x, double* image);

}  // namespace strata::models
