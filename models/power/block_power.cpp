// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/power/block_power.h"

#include <algorithm>

namespace strata::models {

namespace {

void parse_common(core::Section& section, BlockPowerConfig& config) {
    using Gating = BlockPowerConfig::Gating;
    const std::string gating = section.choice("gating", {"none", "clock", "power"}, "none");
    config.gating = gating == "clock"   ? Gating::kClock
                    : gating == "power" ? Gating::kPower
                                        : Gating::kNone;
    config.after = section.time("gate_after", config.after);
    config.retention = section.number("retention", config.retention, core::Range{0.0, 1.0});
    config.wake_energy = section.energy_pj("wake_energy", config.wake_energy);
    section.finish();
}

}  // namespace

BlockPowerConfig BlockPowerConfig::parse(core::Section section) {
    BlockPowerConfig config;
    config.idle_w = section.power_w("idle", config.idle_w);
    config.leakage_w = section.power_w("leakage", config.leakage_w);
    parse_common(section, config);
    return config;
}

BlockPowerConfig BlockPowerConfig::parse_gating(core::Section section) {
    BlockPowerConfig config;
    parse_common(section, config);
    return config;
}

GatedBlock::Window GatedBlock::end_window(core::Ps length, bool is_active) {
    Window window;
    if (config_.gating == BlockPowerConfig::Gating::kNone || length <= 0) {
        return window;
    }
    if (is_active) {
        window.woke = gated_;
        gated_ = false;
        quiet_ = 0;
        return window;
    }
    const core::Ps awake = std::clamp<core::Ps>(config_.after - quiet_, 0, length);
    quiet_ += length;
    gated_ = gated_ || awake < length;
    const double share = static_cast<double>(awake) / static_cast<double>(length);
    window.idle = share;
    if (config_.gating == BlockPowerConfig::Gating::kPower) {
        window.leakage = share + (1.0 - share) * config_.retention;
    }
    return window;
}

}  // namespace strata::models
