// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Quantities of the platform. Times are integer picoseconds, sizes integer bytes; rates are kept as
// integers so that every duration is the exactly rounded quotient (a 1.2 GHz clock rounded to an
// 833 ps period would drift by 0.04 %).

#include <cstdint>

namespace strata::core {

using Ps = std::int64_t;                ///< time or duration in picoseconds
using Bytes = std::int64_t;             ///< size in bytes
__extension__ using Int128 = __int128;  ///< for products that exceed 64 bits

constexpr Ps kNever = INT64_MAX;  ///< "no event pending"
constexpr Ps kNanosecond = 1'000;
constexpr Ps kMicrosecond = 1'000'000;
constexpr Ps kMillisecond = 1'000'000'000;
constexpr Ps kSecond = 1'000'000'000'000;

constexpr Bytes kKiB = 1024;
constexpr Bytes kMiB = 1024 * kKiB;
constexpr Bytes kGiB = 1024 * kMiB;

/// `a / b` rounded up; both positive.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

/// A clock rate in hertz.
struct Frequency {
    std::int64_t hz = 1;

    /// Duration of `n` cycles in ps, rounded to nearest; error at most 0.5 ps for any n.
    constexpr Ps cycles(std::int64_t n) const {
        constexpr std::int64_t kExact = INT64_MAX / kSecond - 1;
        if (n <= kExact) {
            return (n * kSecond + hz / 2) / hz;
        }
        return static_cast<Ps>((static_cast<Int128>(n) * kSecond + hz / 2) / hz);
    }
    constexpr double ghz() const { return static_cast<double>(hz) * 1e-9; }
    friend constexpr bool operator==(Frequency a, Frequency b) { return a.hz == b.hz; }
};

/// A transfer rate in bytes per second.
struct Bandwidth {
    std::int64_t bytes_per_s = 1;

    /// Time to move `n` bytes in ps, rounded up.
    constexpr Ps transfer(Bytes n) const {
        constexpr Bytes kExact = INT64_MAX / kSecond - 1;
        if (n <= kExact) {
            return (n * kSecond + bytes_per_s - 1) / bytes_per_s;
        }
        return static_cast<Ps>((static_cast<Int128>(n) * kSecond + bytes_per_s - 1) / bytes_per_s);
    }
    constexpr double gbps() const { return static_cast<double>(bytes_per_s) * 1e-9; }
    friend constexpr bool operator==(Bandwidth a, Bandwidth b) {
        return a.bytes_per_s == b.bytes_per_s;
    }
};

}  // namespace strata::core
