// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Statistics of a translation layer, the wear of its blocks, and what they will still last.

#include <cstdint>
#include <vector>

#include "core/stats.h"
#include "models/memory/nand/ftl.h"

namespace strata::models {

/// Registers `counts` (which outlives the report) under the names of docs/nand.md.
void register_ftl_counts(core::StatGroup& stats, const FtlCounts& counts);

struct FtlWear {
    std::int64_t blocks = 0;  ///< good ones
    std::int64_t erases = 0;
    std::uint32_t most = 0;
    std::uint32_t least = 0;

    /// Mean over highest erase count; 1 before the first erase.
    double evenness() const;
};

FtlWear ftl_wear(const Ftl& ftl, std::int64_t blocks);
/// Erase count of every block by flat number; bad blocks included.
std::vector<std::uint32_t> erase_counts(const Ftl& ftl, std::int64_t blocks);

/// What a lifetime is reckoned from. Units: erases, pages, pages per second.
struct FtlLifetime {
    double endurance = 0.0;  ///< erases a block stands
    double blocks = 0.0;     ///< good ones
    double pages_per_block = 0.0;
    double host_writes_per_s = 0.0;    ///< pages
    double write_amplification = 1.0;  ///< programs of any source per host page
    double upkeep_erases_per_s = 0.0;  ///< refresh and read reclaim, unless they count as programs
    double wear_evenness = 1.0;        ///< FtlWear::evenness()

    /// Seconds until the most worn block has had its erases:
    ///   endurance × blocks × evenness / (host_writes × WA / pages_per_block + upkeep_erases).
    /// Infinite when nothing is erased.
    double seconds() const;
};

}  // namespace strata::models
