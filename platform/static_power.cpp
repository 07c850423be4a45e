// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/static_power.h"

#include <optional>
#include <utility>

namespace strata::platform {

using core::EnergyCategory;
using core::Ps;
using models::BlockPowerConfig;

namespace {

EnergyCategory category_of(BlockKind kind) {
    switch (kind) {
        case BlockKind::kPe:
            return EnergyCategory::kPe;
        case BlockKind::kSram:
            return EnergyCategory::kSram;
        case BlockKind::kDram:
            return EnergyCategory::kDram;
        case BlockKind::kNand:
            return EnergyCategory::kNand;
        case BlockKind::kNoc:
            return EnergyCategory::kNoc;
        case BlockKind::kControl:
            return EnergyCategory::kControl;
    }
    return EnergyCategory::kControl;
}

BlockPowerConfig config_of(const PlatformConfig& config, BlockKind kind) {
    switch (kind) {
        case BlockKind::kPe: {
            BlockPowerConfig pe = config.power.pe;
            pe.idle_w = config.pe.energy.idle_w;
            pe.leakage_w = config.pe.energy.leakage_w;
            return pe;
        }
        case BlockKind::kSram:
            return config.power.sram;
        case BlockKind::kDram:
            return config.power.dram;
        case BlockKind::kNand:
            return config.power.nand;
        case BlockKind::kNoc:
            return config.power.noc;
        case BlockKind::kControl:
            return {};  // its constant power is its own matter
    }
    return {};
}

}  // namespace

StaticPower::StaticPower(Platform& platform) : platform_(platform) {
    core::EnergyLedger& ledger = platform.energy();
    for (const PowerBlock& block : platform.power_blocks()) {
        const BlockPowerConfig config = config_of(platform.config(), block.kind);
        Part part;
        part.id = block.id;
        part.category = category_of(block.kind);
        part.domain = block.follows_dvfs ? block.cube : -1;
        part.nominal_idle_w = config.idle_w;
        part.nominal_leakage_w = config.leakage_w;
        part.gate = models::GatedBlock(config);
        part.can_gate = config.gating != BlockPowerConfig::Gating::kNone;
        if (part.can_gate) {
            part.wake = ledger.event(block.id, part.category, "wake", config.wake_energy);
        }
        parts_.push_back(std::move(part));
    }
}

void StaticPower::set_level(int cube, double voltage_ratio, double frequency_ratio) {
    for (Part& part : parts_) {
        if (part.domain == cube) {
            part.voltage = voltage_ratio;
            part.frequency = frequency_ratio;
            part.idle_is_set = false;
        }
    }
}

void StaticPower::update(Ps now, models::ThermalModel& thermal) {
    const models::PowerConfig& config = platform_.config().power;
    core::EnergyLedger& ledger = platform_.energy();
    last_leakage_w_ = std::exchange(total_leakage_w_, 0.0);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        Part& part = parts_[i];
        if (part.nominal_leakage_w > 0.0) {
            part.reference_w = part.nominal_leakage_w * part.voltage;
            part.leakage_w = models::leakage_w(config, part.nominal_leakage_w,
                                               thermal.temperature_c(i), part.voltage);
            total_leakage_w_ += part.leakage_w;
            ledger.set_static_power(part.id, EnergyCategory::kLeakage, part.leakage_w, now);
        }
        if (part.nominal_idle_w > 0.0 && !part.idle_is_set) {
            part.idle_w = part.nominal_idle_w * part.frequency * part.voltage * part.voltage;
            part.idle_is_set = true;
            ledger.set_static_power(part.id, part.category, part.idle_w, now);
        }
    }
    check_gain(thermal);
}

void StaticPower::end_window(Ps begin, Ps end) {
    core::EnergyLedger& ledger = platform_.energy();
    for (Part& part : parts_) {
        part.leaked_w = part.leakage_w;
        part.leaked_reference_w = part.reference_w;
        if (!part.can_gate) {
            continue;
        }
        const bool is_active = ledger.block_units(part.id) != part.units;
        const models::GatedBlock::Window window = part.gate.end_window(end - begin, is_active);
        if (window.woke) {
            ledger.count(part.wake, 1);
        }
        part.units = ledger.block_units(part.id);
        if (part.nominal_idle_w > 0.0 && window.idle < 1.0) {
            ledger.set_static_power(part.id, part.category, part.idle_w * window.idle, begin);
            part.idle_is_set = false;
        }
        if (part.nominal_leakage_w > 0.0 && window.leakage < 1.0) {
            part.leaked_w *= window.leakage;
            part.leaked_reference_w *= window.leakage;
            ledger.set_static_power(part.id, EnergyCategory::kLeakage, part.leaked_w, begin);
        }
    }
}

void StaticPower::check_gain(models::ThermalModel& thermal) {
    const bool is_growing = last_leakage_w_ > 0.0 && total_leakage_w_ > last_leakage_w_;
    if (!is_growing || !thermal.has_steady_state()) {
        return;
    }
    const double beta = platform_.config().power.leakage_beta;
    std::vector<double> slopes;
    for (const Part& part : parts_) {
        slopes.push_back(beta * part.leakage_w);
    }
    const std::optional<models::LoopGain> gain =
        watch_.check(slopes, [&](const std::vector<double>& w) { return thermal.response_k(w); });
    if (gain && gain->low >= 1.0) {
        models::report_runaway(platform_.power_blocks()[gain->block].name,
                               parts_[gain->block].leakage_w, thermal.temperature_c(gain->block),
                               gain->ratio);
    }
}

}  // namespace strata::platform
