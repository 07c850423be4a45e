// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Powers of two, as page sizes, table sizes and TLB sets are.

#include <cstdint>

namespace strata::mmu {

constexpr bool is_power_of_two(std::int64_t n) {
    return n > 0 && (n & (n - 1)) == 0;
}

/// Exponent of a power of two.
constexpr int log2_of(std::int64_t power) {
    int exponent = 0;
    while ((std::int64_t{1} << exponent) < power) ++exponent;
    return exponent;
}

}  // namespace strata::mmu
