// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/platform.h"

#include <utility>

#include "platform/platform_builder.h"

namespace strata::platform {

const char* to_string(BlockKind kind) {
    switch (kind) {
        case BlockKind::kPe:
            return "pe";
        case BlockKind::kSram:
            return "sram";
        case BlockKind::kDram:
            return "dram";
        case BlockKind::kNand:
            return "nand";
        case BlockKind::kNoc:
            return "noc";
        case BlockKind::kControl:
            return "control";
    }
    return "?";
}

Platform::Platform(const PlatformConfig& config, const PlatformOptions& options)
    : config_(config), services_(stats_, energy_, payloads_, options.log) {
    services_.trace = options.trace;
    services_.seed = options.seed;
    services_.functional = options.functional;
    machine_ = describe_machine(config_);
    PlatformBuilder(*this).build();
}

Platform::~Platform() = default;

namespace {

Activity::Memory total(const std::vector<std::unique_ptr<models::MemoryTarget>>& targets) {
    Activity::Memory sum;
    for (const auto& target : targets) {
        sum.read += target->bytes_read();
        sum.written += target->bytes_written();
        sum.busy += target->controller().busy_time();
    }
    sum.channels = static_cast<std::int64_t>(targets.size());
    return sum;
}

}  // namespace

Activity Platform::activity() const {
    const core::Ps now = core::now_ps();
    Activity activity;
    activity.sram = total(srams_);
    activity.dram = total(drams_);
    activity.nand = total(nands_);
    activity.noc_bytes = noc_->bytes_delivered();
    activity.noc_busy = noc_->link_busy_time();
    activity.noc_links = noc_->links();
    for (const auto& pe : pes_) {
        activity.pe_busy += pe->utilisation(now).matrix_busy;
    }
    activity.pes = static_cast<std::int64_t>(pes_.size());
    return activity;
}

void Platform::settle(core::Ps now) {
    noc_->settle(now);
    for (const auto& pe : pes_) {
        pe->settle(now);
    }
    for (const auto& dram : drams_) {
        dram->controller().settle(now);
    }
}

void Platform::set_frequency(std::size_t cube, core::Frequency frequency) {
    const core::Frequency before = clocks_[cube]->frequency();
    clocks_[cube]->set_frequency(frequency);
    const auto pes = static_cast<std::size_t>(config_.system.pes.count());
    for (std::size_t i = cube * pes; i < (cube + 1) * pes; ++i) {
        pes_[i]->clock_changed(core::now_ps(), before);
    }
    if (config_.noc.dvfs) {
        const double ratio =
            static_cast<double>(frequency.hz) / static_cast<double>(config_.pe.clock.hz);
        noc_->set_speed(clocks_[cube]->name() + ".noc", ratio, core::now_ps());
    }
}

void Platform::set_memory_temperatures(const models::ThermalModel& thermal) {
    for (std::size_t i = 0; i < power_blocks_.size(); ++i) {
        if (power_blocks_[i].memory != nullptr) {
            power_blocks_[i].memory->set_temperature(thermal.temperature_c(i));
        }
    }
}

}  // namespace strata::platform
