// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/platform_topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "interconnect/topology_family.h"

namespace strata::platform {

using interconnect::PortId;
using interconnect::RouterId;

PlatformTopology::PlatformTopology(const PlatformConfig& config)
    : config_(config), topology_(config.noc.flit) {
    host_router_ = topology_.add_router("host", config.noc.router("host.noc"));
    host_port_ = topology_.add_port("host", host_router_);
    for (int sip = 0; sip < config.system.sips; ++sip) {
        plan_sip(sip);
    }
    join_sips();
}

void PlatformTopology::plan_sip(int sip) {
    const std::string name = fmt::format("sip{}", sip);
    SipPlan plan;
    plan.io_router = topology_.add_router(name + ".io", config_.noc.router(name + ".noc"));
    plan.io_cpu = topology_.add_port(name + ".io_cpu", plan.io_router);
    topology_.connect(host_router_, plan.io_router, config_.links.pcie);
    for (int cube = 0; cube < config_.system.cubes.count(); ++cube) {
        plan_cube(plan, sip, cube);
    }
    join_cubes(plan);
    sips_.push_back(std::move(plan));
}

void PlatformTopology::plan_cube(SipPlan& plan, int sip, int cube) {
    CubePlan cube_plan;
    cube_plan.place =
        core::m_cpu_place(static_cast<std::int16_t>(sip), static_cast<std::int16_t>(cube));
    cube_plan.name = fmt::format("sip{}.cube{}", sip, cube);
    cube_plan.network = interconnect::topology_family(config_.noc.topology)
                            .build(topology_, cube_plan.name, config_.noc, cube_plan.name + ".noc");
    const RouterId corner = topology_.group(cube_plan.network).endpoints.front();
    cube_plan.m_cpu = topology_.add_port(cube_plan.name + ".m_cpu", corner);
    topology_.connect(plan.io_router, corner, config_.links.io);
    cube_plan.pes = spread(cube_plan, "pe", config_.system.pes.count());
    cube_plan.memories.sram = spread(cube_plan, "sram.bank", config_.sram.banks);
    cube_plan.memories.dram = spread(cube_plan, "dram.ch", config_.dram.channels);
    if (config_.nand) {
        cube_plan.memories.nand = spread(cube_plan, "nand.ch", config_.nand->channels);
    }
    plan.cubes.push_back(std::move(cube_plan));
}

std::vector<PortId> PlatformTopology::spread(const CubePlan& cube, const std::string& name,
                                             std::int64_t count) {
    const std::vector<RouterId> endpoints = topology_.group(cube.network).endpoints;
    std::vector<PortId> ports;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t endpoint = i * static_cast<std::int64_t>(endpoints.size()) / count;
        ports.push_back(topology_.add_port(fmt::format("{}.{}{}", cube.name, name, i),
                                           endpoints[static_cast<std::size_t>(endpoint)]));
    }
    return ports;
}

void PlatformTopology::join_cubes(const SipPlan& plan) {
    const Grid& cubes = config_.system.cubes;
    const Grid& pes = config_.system.pes;
    std::vector<std::pair<RouterId, RouterId>> joined;
    const auto router = [&](int cube_x, int cube_y, int x, int y) {
        const CubePlan& cube = plan.cubes[static_cast<std::size_t>(cube_y * cubes.nx + cube_x)];
        return topology_.group(cube.network).endpoints[static_cast<std::size_t>(y * pes.nx + x)];
    };
    const auto join = [&](RouterId a, RouterId b) {
        if (std::find(joined.begin(), joined.end(), std::pair(a, b)) == joined.end()) {
            joined.emplace_back(a, b);
            topology_.connect(a, b, config_.links.d2d);
        }
    };
    for (int y = 0; y < cubes.ny; ++y) {
        for (int x = 0; x < cubes.nx; ++x) {
            for (int row = 0; x + 1 < cubes.nx && row < pes.ny; ++row) {
                join(router(x, y, pes.nx - 1, row), router(x + 1, y, 0, row));
            }
            for (int column = 0; y + 1 < cubes.ny && column < pes.nx; ++column) {
                join(router(x, y, column, pes.ny - 1), router(x, y + 1, column, 0));
            }
        }
    }
}

void PlatformTopology::join_sips() {
    for (std::size_t a = 0; a < sips_.size(); ++a) {
        for (std::size_t b = a + 1; b < sips_.size(); ++b) {
            topology_.connect(sips_[a].io_router, sips_[b].io_router, config_.links.sip);
        }
    }
}

}  // namespace strata::platform
