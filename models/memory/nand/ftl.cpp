// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl.h"

#include <numeric>

#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_mqsim.h"
#include "models/memory/nand/ftl_page.h"
#include "models/memory/nand/ftl_zone.h"

namespace strata::models {

std::int64_t FtlCounts::total_programs() const {
    return std::accumulate(programs.begin(), programs.end(), std::int64_t{0});
}

std::int64_t FtlCounts::total_erases() const {
    return std::accumulate(erases.begin(), erases.end(), std::int64_t{0});
}

double FtlCounts::write_amplification() const {
    const std::int64_t host = programs[static_cast<std::size_t>(FlashSource::kHost)];
    return host > 0 ? static_cast<double>(total_programs()) / static_cast<double>(host) : 0.0;
}

std::unique_ptr<Ftl> make_ftl(const FtlConfig& config, const FlashGeometry& geometry,
                              FtlMedium* medium, std::uint64_t seed) {
    if (config.mapping == "zone") {
        return std::make_unique<ZoneFtl>(config, geometry, medium, seed);
    }
    if (config.mapping == "mqsim") {
        return std::make_unique<MqsimFtl>(config, geometry, seed);
    }
    return std::make_unique<PageFtl>(config, geometry, medium, seed);
}

}  // namespace strata::models
