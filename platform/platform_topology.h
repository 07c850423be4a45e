// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The interconnect of a platform as a graph: a network per cube, cubes joined across their borders,
// an IO die per SIP, a host; and the port of every component. Free of SystemC, so that a config can
// be checked without making the modules.
//
// The endpoints of a cube's network are its PEs. The M_CPU and the link to the IO die sit at
// endpoint 0, memory ports spread evenly over the endpoints. PEs that face each other across the
// border of two cubes have their routers joined, one die-to-die link per pair of routers.

#include <cstdint>
#include <string>
#include <vector>

#include "core/address.h"
#include "interconnect/topology.h"
#include "platform/platform_config.h"

namespace strata::platform {

struct MemoryPorts {
    std::vector<interconnect::PortId> sram, dram, nand;
};

struct CubePlan {
    core::Place place;  ///< of its M_CPU
    std::string name;   ///< `sip0.cube1`
    interconnect::GroupId network = -1;
    interconnect::PortId m_cpu = -1;
    std::vector<interconnect::PortId> pes;
    MemoryPorts memories;
};

struct SipPlan {
    interconnect::RouterId io_router = -1;
    interconnect::PortId io_cpu = -1;
    std::vector<CubePlan> cubes;
};

class PlatformTopology {
   public:
    explicit PlatformTopology(const PlatformConfig& config);

    const interconnect::Topology& topology() const { return topology_; }
    interconnect::PortId host_port() const { return host_port_; }
    const std::vector<SipPlan>& sips() const { return sips_; }

   private:
    void plan_sip(int sip);
    void plan_cube(SipPlan& plan, int sip, int cube);
    void join_cubes(const SipPlan& plan);
    void join_sips();
    /// `count` ports named `cube.name<i>`, spread evenly over the endpoints of a cube.
    std::vector<interconnect::PortId> spread(const CubePlan& cube, const std::string& name,
                                             std::int64_t count);

    const PlatformConfig& config_;
    interconnect::Topology topology_;
    interconnect::RouterId host_router_ = -1;
    interconnect::PortId host_port_ = -1;
    std::vector<SipPlan> sips_;
};

}  // namespace strata::platform
