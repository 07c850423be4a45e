// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_errors.h"

#include <cmath>

namespace strata::models {

void FlashErrorModel::programmed(core::Ps now, std::int64_t block) {
    if (on()) {
        State& state = states_[static_cast<std::size_t>(block)];
        state.since = clock_.hours(now);
        state.rewritten = true;
        state.rber = -1.0F;
    }
}

double FlashErrorModel::rber(core::Ps now, std::int64_t block) {
    State& state = states_[static_cast<std::size_t>(block)];
    const FlashBlocks::Block wear = blocks_.at(block);
    const double hours =
        clock_.hours(now) - state.since + (state.rewritten ? 0.0 : config_.initial_hours);
    const bool fresh =
        state.rber >= 0.0F && wear.erases == state.erases &&
        wear.senses - state.senses <= static_cast<std::uint32_t>(kTolerance * state.senses) &&
        std::abs(hours - static_cast<double>(state.hours)) <= kTolerance * hours + 1e-9;
    if (!fresh) {
        state.erases = wear.erases;
        state.senses = wear.senses;
        state.hours = static_cast<float>(hours);
        state.rber = static_cast<float>(raw_bit_error_rate(
            config_,
            {config_.initial_cycles + wear.erases, hours, static_cast<double>(wear.senses)}));
    }
    return static_cast<double>(state.rber);
}

}  // namespace strata::models
