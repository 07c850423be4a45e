// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/thermal_factory.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "models/thermal/accelerated_thermal.h"

namespace strata::platform {

namespace {

models::LumpedNode node_of(const models::ThermalConfig& config, BlockKind kind) {
    switch (kind) {
        case BlockKind::kPe:
            return config.pe;
        case BlockKind::kSram:
            return config.sram;
        case BlockKind::kDram:
            return config.dram;
        case BlockKind::kNand:
            return config.nand;
        case BlockKind::kNoc:
            return config.noc;
        case BlockKind::kControl:
            return config.control;
    }
    return config.control;
}

/// `sip1.cube0.pe3` → 1; what belongs to no SIP lies in the first one's stack.
int sip_of(const std::string& name) {
    return name.rfind("sip", 0) == 0 ? std::atoi(name.c_str() + 3) : 0;
}

std::unique_ptr<models::ThermalModel> make_stack(const models::StackThermalConfig& stack,
                                                 const SystemConfig& system,
                                                 const std::vector<PowerBlock>& blocks,
                                                 double start_c) {
    std::vector<models::PlatformBlock> placed;
    for (const PowerBlock& block : blocks) {
        const int cube = block.cube < 0 ? -1 : block.cube % system.cubes.count();
        placed.push_back({block.name, to_string(block.kind), sip_of(block.name), cube});
    }
    return std::make_unique<models::StackThermal>(stack, placed, system.cubes.nx, system.cubes.ny,
                                                  start_c);
}

std::unique_ptr<models::ThermalModel> make_model(const PlatformConfig& platform,
                                                 const std::vector<PowerBlock>& blocks) {
    const models::ThermalConfig& config = platform.thermal;
    if (config.stack) {
        return make_stack(*config.stack, platform.system, blocks, config.start_c);
    }
    std::vector<models::LumpedNode> nodes;
    for (const PowerBlock& block : blocks) {
        nodes.push_back(node_of(config, block.kind));
    }
    return std::make_unique<models::LumpedThermal>(std::move(nodes), config.ambient_c,
                                                   config.start_c);
}

}  // namespace

std::unique_ptr<models::ThermalModel> make_thermal(const PlatformConfig& config,
                                                   const std::vector<PowerBlock>& blocks) {
    auto model = make_model(config, blocks);
    if (config.thermal.accelerate == "steady") {
        return std::make_unique<models::AcceleratedThermal>(std::move(model));
    }
    return model;
}

}  // namespace strata::platform
