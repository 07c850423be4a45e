// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Write amplification of greedy collection under uniform random writes: mean field of Van Houdt in
// the limit of many choices.

namespace strata::test {

/// `u`: valid share of the pages of closed blocks when a victim is chosen, `b`: pages per block.
inline double mean_field(double u, int b) {
    // u(v) falls with the level j + x of the victim: bisect.
    const auto share = [b](double v) {
        const int j = static_cast<int>(v);
        const double x = v - j;
        double harmonic = 0.0;
        for (int i = j + 2; i <= b; ++i) {
            harmonic += 1.0 / i;
        }
        return ((b - j - 1) + (1 - x)) / (b * (harmonic + (1 - x) / (j + 1)));
    };
    double low = 0.0;
    double high = b - 1e-9;
    for (int i = 0; i < 100; ++i) {
        const double middle = (low + high) / 2;
        (share(middle) < u ? low : high) = middle;
    }
    return b / (b - low);
}

}  // namespace strata::test
