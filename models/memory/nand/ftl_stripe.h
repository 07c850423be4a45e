// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/memory/nand/flash.h"
#include "models/memory/nand/ftl_config.h"

namespace strata::models {

/// All planes (flat numbers) in the order in which consecutive pages go to them.
inline std::vector<std::int64_t> stripe_order(const FtlConfig& config, const FlashGeometry& g) {
    const std::array<std::int32_t, 4> radix{g.channels, g.chips, g.dies, g.planes};
    std::vector<std::int64_t> order;
    for (std::int64_t i = 0; i < g.total_planes(); ++i) {
        std::array<std::int64_t, 4> digit{};
        std::int64_t rest = i;
        for (const StripeField field : config.striping) {
            const auto f = static_cast<std::size_t>(field);
            digit[f] = rest % radix[f];
            rest /= radix[f];
        }
        order.push_back(((digit[0] * g.chips + digit[1]) * g.dies + digit[2]) * g.planes +
                        digit[3]);
    }
    return order;
}

}  // namespace strata::models
