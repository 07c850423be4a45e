// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes a Platform's topology, address map and modules. Only platform.cpp uses it.

#include <functional>
#include <string>
#include <vector>

#include "platform/platform.h"

namespace strata::platform {

class PlatformBuilder {
   public:
    explicit PlatformBuilder(Platform& platform);
    void build();

   private:
    /// An endpoint that waits for the network to be made: what it is, and where it attaches.
    struct MemoryPorts {
        std::vector<interconnect::PortId> sram, dram, nand;
    };
    struct CubePlan {
        core::Place place;  ///< of its M_CPU
        std::string name;   ///< `sip0.cube1`
        interconnect::GroupId mesh = -1;
        interconnect::PortId m_cpu = -1;
        std::vector<interconnect::PortId> pes;
        MemoryPorts memories;
    };
    struct SipPlan {
        interconnect::RouterId io_router = -1;
        interconnect::PortId io_cpu = -1;
        std::vector<CubePlan> cubes;
    };

    // Topology and address map.
    void plan_sip(int sip);
    void plan_cube(SipPlan& plan, int sip, int cube);
    void join_cubes(const SipPlan& plan);
    void join_sips();
    std::vector<interconnect::PortId> spread(const CubePlan& cube, const std::string& name,
                                             std::int64_t count);
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
    void add_block(const std::string& name, BlockKind kind, int cube, double leakage_w = 0.0);

    Platform& platform_;
    const PlatformConfig& config_;
    interconnect::Topology topology_;
    interconnect::RouterId host_router_ = -1;
    interconnect::PortId host_port_ = -1;
    std::vector<SipPlan> sips_;
    models::SystemShape shape_;
};

}  // namespace strata::platform
