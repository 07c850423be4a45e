// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topologies and drivers that the network tests share.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "interconnect/flit_network.h"
#include "interconnect/ideal_network.h"
#include "interconnect/noc_config.h"
#include "interconnect/packet_network.h"

namespace strata::test {

constexpr core::Ps kCycle = 1000;  // of the default 1 GHz clock

/// A mesh with one port per router; port i sits at (i % nx, i / nx).
inline interconnect::Topology mesh(int nx, int ny) {
    const interconnect::NocConfig config;
    interconnect::Topology topology(config.flit);
    const auto group = topology.add_mesh("m", nx, ny, config.link("noc"), config.router("noc"));
    for (const auto router : topology.groups()[static_cast<std::size_t>(group)].routers) {
        topology.add_port("p" + std::to_string(router), router);
    }
    return topology;
}

/// Two 3×2 cubes joined by a die-to-die link, an IO die on a SIP link, a host behind PCIe. A port
/// at every router: 0–5 first cube, 6–11 second cube, 12 IO die, 13 host.
inline interconnect::Topology system_in_package() {
    const interconnect::NocConfig config;
    interconnect::Topology topology(config.flit);
    const auto link = config.link("noc");
    const auto router = config.router("noc");
    const auto cube0 = topology.add_mesh("c0", 3, 2, link, router);
    const auto cube1 = topology.add_mesh("c1", 3, 2, link, router);
    const auto io = topology.add_router("io", router);
    auto slow = router;
    slow.clock = core::Frequency{700'000'000};  // a host with a clock of its own
    const auto host = topology.add_router("host", slow);
    topology.connect(topology.mesh_router(cube0, 2, 0), topology.mesh_router(cube1, 0, 0),
                     interconnect::die_to_die_link());
    topology.connect(io, topology.mesh_router(cube0, 0, 1), interconnect::sip_link());
    auto pcie = interconnect::pcie_link();
    pcie.width = 16;  // slower than the mesh
    topology.connect(host, io, pcie);
    for (std::size_t i = 0; i < topology.routers().size(); ++i) {
        topology.add_port("p" + std::to_string(i), static_cast<interconnect::RouterId>(i));
    }
    return topology;
}

inline std::unique_ptr<interconnect::NetworkBase> make_network(
    const std::string& model, const interconnect::Topology& topology,
    const interconnect::RoutingTable& routing, const interconnect::NetworkOptions& options = {}) {
    if (model == "ideal") {
        return std::make_unique<interconnect::IdealNetwork>(topology, routing, options);
    }
    if (model == "flit") {
        return std::make_unique<interconnect::FlitNetwork>(topology, routing, options,
                                                           interconnect::FlitConfig{});
    }
    return std::make_unique<interconnect::PacketNetwork>(topology, routing, options);
}

/// Runs until the network is empty.
inline std::vector<interconnect::Delivery> drain(interconnect::Network& network) {
    interconnect::Progress progress;
    while (network.next_event() != core::kNever) {
        network.advance(network.next_event(), progress);
    }
    return progress.delivered;
}

/// Sends one transfer at `now` through an empty network and yields its delivery time.
inline core::Ps send_alone(interconnect::Network& network, core::Ps now,
                           const interconnect::Transfer& transfer) {
    network.send(now, transfer);
    return drain(network).front().time;
}

/// Transfers by time; sent in order, times in ps.
using Traffic = std::vector<std::pair<core::Ps, interconnect::Transfer>>;

/// Delivery time of every transfer; ids are indices into `traffic`.
inline std::vector<core::Ps> run(interconnect::Network& network, const Traffic& traffic) {
    std::vector<core::Ps> times(traffic.size(), -1);
    interconnect::Progress progress;
    const auto take = [&] {
        for (const auto& delivery : progress.delivered) {
            times[delivery.id] = delivery.time;
        }
        progress.clear();
    };
    for (const auto& [time, transfer] : traffic) {
        network.advance(time, progress);
        network.send(time, transfer);
        take();
    }
    progress.delivered = drain(network);
    take();
    return times;
}

/// Bernoulli packets of `flits` flits at `rate` flits per node and cycle, uniform over all nodes.
inline Traffic uniform_traffic(int nodes, double rate, int flits, int cycles, std::uint64_t seed) {
    core::RandomStream random(seed, "traffic");
    Traffic traffic;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        for (int node = 0; node < nodes; ++node) {
            if (random.chance(rate / flits)) {
                const auto target =
                    static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(nodes)));
                traffic.push_back(
                    {cycle * kCycle, {traffic.size(), node, target, (flits - 1) * 32}});
            }
        }
    }
    return traffic;
}

}  // namespace strata::test
