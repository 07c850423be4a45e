// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_report.h"

#include <algorithm>
#include <limits>
#include <string>

namespace strata::models {

void register_ftl_counts(core::StatGroup& stats, const FtlCounts& counts) {
    stats.counter("host_reads", "pages", "logical pages read", &counts.host_reads);
    stats.counter("host_writes", "pages", "logical pages written", &counts.host_writes);
    stats.counter("buffer_reads", "pages", "reads served from the write buffer",
                  &counts.buffer_reads);
    stats.counter("merged_writes", "pages", "writes overwritten in the write buffer",
                  &counts.merged_writes);
    stats.counter("map_hits", "lookups", "map pages found in the controller", &counts.map_hits);
    stats.counter("map_misses", "lookups", "map pages not found in the controller",
                  &counts.map_misses);
    stats.counter("checkpoints", "1", "checkpoints of the map", &counts.checkpoints);
    stats.counter("lost_pages", "pages", "pages that could not be read when they were moved",
                  &counts.lost_pages);
    stats.counter("bad_blocks", "blocks", "factory and grown bad blocks", &counts.bad_blocks);
    stats.counter("read_only_zones", "zones", "zones without a spare block for a failed program",
                  &counts.read_only_zones);
    stats.value("write_amplification", "1", "programs per program of host data",
                [&counts] { return counts.write_amplification(); });
    for (std::size_t i = 0; i < kFlashSources; ++i) {
        core::StatGroup& group = stats.child(kFlashSourceNames[i]);
        group.counter("reads", "pages", "pages read for this purpose", &counts.reads[i]);
        group.counter("programs", "pages", "pages programmed for this purpose",
                      &counts.programs[i]);
        group.counter("erases", "blocks", "blocks erased for this purpose", &counts.erases[i]);
    }
}

double FtlWear::evenness() const {
    return most > 0 ? static_cast<double>(erases) / static_cast<double>(blocks) / most : 1.0;
}

FtlWear ftl_wear(const Ftl& ftl, std::int64_t blocks) {
    FtlWear wear;
    for (std::int64_t block = 0; block < blocks; ++block) {
        if (ftl.bad(block)) {
            continue;
        }
        const std::uint32_t erases = ftl.erase_count(block);
        wear.least = wear.blocks == 0 ? erases : std::min(wear.least, erases);
        wear.most = std::max(wear.most, erases);
        wear.erases += erases;
        ++wear.blocks;
    }
    return wear;
}

std::vector<std::uint32_t> erase_counts(const Ftl& ftl, std::int64_t blocks) {
    std::vector<std::uint32_t> counts;
    counts.reserve(static_cast<std::size_t>(blocks));
    for (std::int64_t block = 0; block < blocks; ++block) {
        counts.push_back(ftl.erase_count(block));
    }
    return counts;
}

double FtlLifetime::seconds() const {
    const double erases_per_s =
        host_writes_per_s * write_amplification / pages_per_block + upkeep_erases_per_s;
    return erases_per_s > 0.0 ? endurance * blocks * wear_evenness / erases_per_s
                              : std::numeric_limits<double>::infinity();
}

}  // namespace strata::models
