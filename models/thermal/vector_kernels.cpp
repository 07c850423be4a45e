// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/vector_kernels.h"

#include <algorithm>
#include <type_traits>

#include "models/thermal/vector_clones.h"

namespace strata::models {

namespace {

constexpr std::size_t kLanes = 8;

/// Sums go into eight partial ones, so that they vectorise with one order of adding.
double total(const double (&sum)[kLanes]) {
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/// Calls term(i, sum of i) for every i below `count` and adds up. `term` takes eight results at a
/// time and reads all it needs before it writes, so that no write can hold up a read.
template <class Term>
STRATA_VECTOR_BODY double sum_in_lanes(std::size_t count, Term term) {
    double sum[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        term(i, std::integral_constant<std::size_t, kLanes>(), sum);
    }
    for (; i < count; ++i) {
        term(i, std::integral_constant<std::size_t, 1>(), sum);
    }
    return total(sum);
}

/// The sum of products that both widths of `dot` share.
template <class Real>
STRATA_VECTOR_BODY double dot_any(const double* a, const Real* b, std::size_t count) {
    return sum_in_lanes(count, [=](std::size_t i, auto lanes, double* sum) STRATA_VECTOR_LAMBDA {
        for (std::size_t l = 0; l < lanes; ++l) {
            sum[l] += a[i + l] * static_cast<double>(b[i + l]);
        }
    });
}

}  // namespace

STRATA_VECTOR_CLONES
double dot(const double* a, const double* b, std::size_t count) {
    return dot_any(a, b, count);
}

STRATA_VECTOR_CLONES
double dot(const double* a, const float* b, std::size_t count) {
    return dot_any(a, b, count);
}

STRATA_VECTOR_CLONES
void add_multiple(double factor, const double* from, double* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] += factor * from[i];
    }
}

STRATA_VECTOR_CLONES
double move_along(double length, const double* direction, const double* image, double* x, double* r,
                  std::size_t count) {
    return sum_in_lanes(count, [=](std::size_t i, auto lanes, double* sum) STRATA_VECTOR_LAMBDA {
        double x_new[lanes], r_new[lanes];
        for (std::size_t l = 0; l < lanes; ++l) {
            x_new[l] = x[i + l] + length * direction[i + l];
            r_new[l] = r[i + l] - length * image[i + l];
            sum[l] += r_new[l] * r_new[l];
        }
        std::copy(x_new, x_new + lanes, x + i);
        std::copy(r_new, r_new + lanes, r + i);
    });
}

STRATA_VECTOR_CLONES
void renew(double scale, const float* from, double keep, double* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = scale * static_cast<double>(from[i]) + keep * to[i];
    }
}

STRATA_VECTOR_CLONES
void narrow(double scale, const double* from, float* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = static_cast<float>(scale * from[i]);
    }
}

STRATA_VECTOR_CLONES
double apply(const SevenBands& a, const double* x, double* image) {
    const double* left_of = x - 1;
    const double* before = x - a.row;
    const double* below = x - a.plane;
    const double* gx_left = a.gx - 1;
    const double* gy_before = a.gy - a.row;
    const double* gz_below = a.gz - a.plane;
    return sum_in_lanes(
        a.count, [=](std::size_t first, auto lanes, double* sum) STRATA_VECTOR_LAMBDA {
            double value[lanes];
            for (std::size_t l = 0; l < lanes; ++l) {
                const std::size_t i = first + l;
                const double along_x = a.gx[i] * x[i + 1] + gx_left[i] * left_of[i];
                const double along_y = a.gy[i] * x[i + a.row] + gy_before[i] * before[i];
                const double along_z = a.gz[i] * x[i + a.plane] + gz_below[i] * below[i];
                value[l] = a.diagonal[i] * x[i] - ((along_x + along_y) + along_z);
                sum[l] += x[i] * value[l];
            }
            std::copy(value, value + lanes, image + first);
        });
}

}  // namespace strata::models
