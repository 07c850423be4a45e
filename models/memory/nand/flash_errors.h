// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The raw bit error rate of each block of a device (flash_reliability.h), kept until something it
// depends on has moved by more than kTolerance. Retention of a block counts from the program of
// its first page. Units: ps, hours at the reference temperature.

#include <cstdint>
#include <vector>

#include "core/units.h"
#include "models/memory/nand/flash_blocks.h"
#include "models/memory/nand/flash_reliability.h"

namespace strata::models {

class FlashErrorModel {
   public:
    /// `blocks` is the device's and outlives this; `count`: its blocks.
    FlashErrorModel(const FlashReliabilityConfig& config, const FlashBlocks& blocks,
                    std::int64_t count)
        : config_(config),
          blocks_(blocks),
          clock_(config),
          states_(config.enabled ? static_cast<std::size_t>(count) : 0) {}

    bool on() const { return config_.enabled; }
    void set_temperature(core::Ps now, double celsius) { clock_.set_temperature(now, celsius); }
    /// The first page of a block is programmed.
    void programmed(core::Ps now, std::int64_t block);
    double rber(core::Ps now, std::int64_t block);

   private:
    static constexpr double kTolerance = 1.0 / 64.0;
    struct State {
        float rber = -1.0F;
        float hours = 0.0F;  // when rber was worked out
        double since = 0.0;  // hours of the program
        std::uint32_t erases = 0;
        std::uint32_t senses = 0;
        bool rewritten = false;  // since the start
    };

    FlashReliabilityConfig config_;
    const FlashBlocks& blocks_;
    RetentionClock clock_;
    std::vector<State> states_;
};

}  // namespace strata::models
