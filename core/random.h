// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random streams: one per component, seeded from (run seed, component path), so that adding a
// component never changes another one's draws. Own generator and distributions, because those of
// the standard library may differ between implementations.

#include <cstdint>
#include <string_view>

namespace strata::core {

/// xoshiro256** (Blackman & Vigna 2018), seeded through splitmix64.
class RandomStream {
   public:
    RandomStream(std::uint64_t seed, std::string_view path);

    std::uint64_t next();
    /// Uniform in [0, bound); bound > 0; unbiased (Lemire's method).
    std::uint64_t below(std::uint64_t bound);
    /// Uniform in [0, 1).
    double uniform();
    /// True with probability `p`.
    bool chance(double p) { return uniform() < p; }

   private:
    std::uint64_t state_[4];
};

/// FNV-1a of a string; stable across machines.
std::uint64_t stable_hash(std::string_view text);

}  // namespace strata::core
