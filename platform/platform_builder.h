// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes a Platform's address map and modules. Only platform.cpp uses it.

#include <functional>
#include <string>
#include <vector>

#include "platform/platform.h"
#include "platform/platform_topology.h"

namespace strata::platform {

class PlatformBuilder {
   public:
    explicit PlatformBuilder(Platform& platform);
    void build();

   private:
    void map_addresses();
    void map_addresses(const CubePlan& cube);

    // Modules.
    void make_sip(const SipPlan& plan, int sip);
    void make_cube(const CubePlan& plan, int cube);
    void make_pes(const CubePlan& plan, core::ClockDomain& clock, int cube);
    template <class MakeController>
    void make_memories(const CubePlan& plan, const std::string& kind, const std::string& unit,
                       BlockKind block, int cube, const std::vector<interconnect::PortId>& ports,
                       std::vector<std::unique_ptr<models::MemoryTarget>>& targets,
                       MakeController make_controller);
    void make_processor(const core::Place& place, const char* name,
                        const models::ControlConfig& config, interconnect::PortId port, int cube);
    void scope(const std::string& name, const std::function<void()>& build);
    void add_block(const std::string& name, BlockKind kind, int cube);

    Platform& platform_;
    const PlatformConfig& config_;
    PlatformTopology plan_;
    models::SystemShape shape_;
};

}  // namespace strata::platform
