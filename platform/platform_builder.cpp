// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/platform_builder.h"

#include <fmt/format.h>

#include <utility>

#include "models/memory/factory.h"

namespace strata::platform {

using core::Place;
using core::Region;

namespace {

/// A level of the module hierarchy: what is made in `build` lies below it.
class Scope : public sc_core::sc_module {
   public:
    Scope(const sc_core::sc_module_name& name, const std::function<void()>& build)
        : sc_core::sc_module(name) {
        build();
    }
};

// A mailbox takes messages of any length at its first address.
constexpr core::Bytes kControlWindow = core::Bytes{1} << core::kPeShift;

std::int16_t narrow(std::int64_t value) {
    return static_cast<std::int16_t>(value);
}

}  // namespace

PlatformBuilder::PlatformBuilder(Platform& platform)
    : platform_(platform),
      config_(platform.config_),
      plan_(config_),
      shape_{narrow(config_.system.sips), narrow(config_.system.cubes.count()),
             narrow(config_.system.pes.count())} {}

void PlatformBuilder::build() {
    map_addresses();
    platform_.noc_ = std::make_unique<interconnect::Noc>(
        "noc", config_.noc, plan_.topology(), platform_.address_map_, platform_.services_);
    platform_.host_ =
        std::make_unique<runtime::Host>("host", config_.host, shape_, platform_.services_);
    platform_.host_->port.bind(platform_.noc_->initiator_port(plan_.host_port()));
    platform_.noc_->target_port(plan_.host_port()).bind(platform_.host_->inbox);
    for (int sip = 0; sip < config_.system.sips; ++sip) {
        make_sip(plan_.sips()[static_cast<std::size_t>(sip)], sip);
    }
    add_block("host.noc", BlockKind::kNoc, -1);
}

void PlatformBuilder::map_addresses() {
    auto& map = platform_.address_map_;
    for (std::size_t sip = 0; sip < plan_.sips().size(); ++sip) {
        const Place io_cpu = core::io_cpu_place(narrow(static_cast<std::int64_t>(sip)));
        map.add_window(io_cpu, Region::kControl, plan_.sips()[sip].io_cpu, kControlWindow);
        for (const CubePlan& cube : plan_.sips()[sip].cubes) {
            map_addresses(cube);
        }
    }
    map.add_window(core::host_place(), Region::kControl, plan_.host_port(), kControlWindow);
}

void PlatformBuilder::map_addresses(const CubePlan& cube) {
    auto& map = platform_.address_map_;
    const auto [sip, number] = std::pair(cube.place.sip, cube.place.cube);
    map.add_memory(sip, number, Region::kSram, cube.memories.sram, config_.sram.interleave,
                   config_.sram.bank_capacity);
    map.add_memory(sip, number, Region::kDram, cube.memories.dram, config_.dram.interleave,
                   config_.dram.channel_capacity);
    if (config_.nand) {
        map.add_memory(sip, number, Region::kNand, cube.memories.nand, config_.nand->interleave,
                       config_.nand->channel_capacity());
    }
    map.add_window(cube.place, Region::kControl, cube.m_cpu, kControlWindow);
    map.add_collectives(sip, number, config_.pe.tcm.capacity);
    for (std::size_t pe = 0; pe < cube.pes.size(); ++pe) {
        const Place place{sip, number, static_cast<std::int16_t>(pe)};
        map.add_window(place, Region::kTcm, cube.pes[pe], config_.pe.tcm.capacity);
        map.add_window(place, Region::kControl, cube.pes[pe], kControlWindow);
    }
}

void PlatformBuilder::make_sip(const SipPlan& plan, int sip) {
    scope(fmt::format("sip{}", sip), [&] {
        make_processor(core::io_cpu_place(narrow(sip)), "io_cpu", config_.io_cpu, plan.io_cpu, -1);
        for (const CubePlan& cube : plan.cubes) {
            const int flat = sip * config_.system.cubes.count() + cube.place.cube;
            scope(fmt::format("cube{}", cube.place.cube), [&] { make_cube(cube, flat); });
        }
    });
    add_block(fmt::format("sip{}.noc", sip), BlockKind::kNoc, -1);
}

void PlatformBuilder::make_cube(const CubePlan& plan, int cube) {
    platform_.clocks_.push_back(std::make_unique<core::ClockDomain>(plan.name, config_.pe.clock));
    make_processor(plan.place, "m_cpu", config_.m_cpu, plan.m_cpu, cube);
    make_pes(plan, *platform_.clocks_.back(), cube);
    make_memories(plan, "sram", "bank", BlockKind::kSram, cube, plan.memories.sram,
                  platform_.srams_, [&] { return models::make_sram(config_.sram); });
    make_memories(plan, "dram", "ch", BlockKind::kDram, cube, plan.memories.dram, platform_.drams_,
                  [&] { return models::make_dram(config_.dram); });
    if (config_.nand) {
        make_memories(plan, "nand", "ch", BlockKind::kNand, cube, plan.memories.nand,
                      platform_.nands_, [&] { return models::make_nand(*config_.nand); });
    }
    add_block(plan.name + ".noc", BlockKind::kNoc, cube);
}

void PlatformBuilder::make_pes(const CubePlan& plan, core::ClockDomain& clock, int cube) {
    for (std::size_t i = 0; i < plan.pes.size(); ++i) {
        const Place place{plan.place.sip, plan.place.cube, static_cast<std::int16_t>(i)};
        auto pe = std::make_unique<models::ProcessingElement>(
            fmt::format("pe{}", i).c_str(), config_.pe, config_.mmu, place, platform_.address_map_,
            clock, platform_.code_, platform_.services_);
        pe->port.bind(platform_.noc_->initiator_port(plan.pes[i]));
        platform_.noc_->target_port(plan.pes[i]).bind(pe->inbox);
        pe->connect(*platform_.noc_);
        platform_.host_->add_probe(place, *pe);
        add_block(pe->path(), BlockKind::kPe, cube);
        platform_.pes_.push_back(std::move(pe));
    }
}

template <class MakeController>
void PlatformBuilder::make_memories(const CubePlan& plan, const std::string& kind,
                                    const std::string& unit, BlockKind block, int cube,
                                    const std::vector<interconnect::PortId>& ports,
                                    std::vector<std::unique_ptr<models::MemoryTarget>>& targets,
                                    MakeController make_controller) {
    scope(kind, [&] {
        for (std::size_t i = 0; i < ports.size(); ++i) {
            const std::string name = fmt::format("{}{}", unit, i);
            models::MemoryTargetConfig config;
            config.power_block = fmt::format("{}.{}.{}", plan.name, kind, name);
            add_block(config.power_block, block, cube);
            auto target = std::make_unique<models::MemoryTarget>(
                name.c_str(), config, make_controller(), platform_.services_);
            platform_.power_blocks_.back().memory = &target->controller();
            platform_.noc_->target_port(ports[i]).bind(target->socket);
            targets.push_back(std::move(target));
        }
    });
}

void PlatformBuilder::make_processor(const Place& place, const char* name,
                                     const models::ControlConfig& config, interconnect::PortId port,
                                     int cube) {
    platform_.control_clocks_.push_back(
        std::make_unique<core::ClockDomain>(place.str(), config.clock));
    auto processor = std::make_unique<models::ControlProcessor>(
        name, place, shape_, config, *platform_.control_clocks_.back(), platform_.services_);
    processor->port.bind(platform_.noc_->initiator_port(port));
    platform_.noc_->target_port(port).bind(processor->inbox);
    add_block(processor->path(), BlockKind::kControl, cube);
    platform_.processors_.push_back(std::move(processor));
}

void PlatformBuilder::scope(const std::string& name, const std::function<void()>& build) {
    platform_.scopes_.push_back(std::make_unique<Scope>(name.c_str(), build));
}

void PlatformBuilder::add_block(const std::string& name, BlockKind kind, int cube) {
    PowerBlock block;
    block.id = platform_.energy_.block(name);
    block.name = name;
    block.kind = kind;
    block.cube = cube;
    block.follows_dvfs =
        cube >= 0 && (kind == BlockKind::kPe || (kind == BlockKind::kNoc && config_.noc.dvfs));
    platform_.power_blocks_.push_back(std::move(block));
}

}  // namespace strata::platform
