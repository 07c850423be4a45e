// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The packet level under load: bounds, published readings, order, conservation, determinism.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;
using test::Traffic;

struct Load {
    double latency_cycles = 0.0;
    double offered = 0.0;  // flits per node and cycle
    double accepted = 0.0;
};

Load measure(int side, double rate, int flits, int cycles, std::uint64_t seed) {
    const Topology topology = test::mesh(side, side);
    const RoutingTable routing(topology, "xy");
    PacketNetwork network(topology, routing, {});
    const Traffic traffic = test::uniform_traffic(side * side, rate, flits, cycles, seed);
    const auto times = test::run(network, traffic);
    Load load;
    std::int64_t in_time = 0;
    for (std::size_t i = 0; i < traffic.size(); ++i) {
        load.latency_cycles += static_cast<double>(times[i] - traffic[i].first) / kCycle;
        in_time += times[i] <= cycles * kCycle ? flits : 0;
    }
    load.latency_cycles /= static_cast<double>(traffic.size());
    load.offered = static_cast<double>(traffic.size()) * flits / (side * side) / cycles;
    load.accepted = static_cast<double>(in_time) / (side * side) / cycles;
    return load;
}

TEST(Traffic, UniformLatencyNearTheReferenceRouter) {
    // BookSim 2, 8×8, XY, 4-flit packets, 4 VCs of 8 flits: 30.4 cycles at zero load, 31.1 at 0.10.
    EXPECT_NEAR(measure(8, 0.005, 4, 100'000, 1).latency_cycles, 30.4, 0.03 * 30.4);
    EXPECT_NEAR(measure(8, 0.10, 4, 20'000, 1).latency_cycles, 31.1, 0.03 * 31.1);
}

TEST(Traffic, AcceptsWhatIsOfferedBelowSaturation) {
    for (const double rate : {0.05, 0.2, 0.35}) {
        const Load load = measure(8, rate, 4, 10'000, 2);
        EXPECT_NEAR(load.accepted, load.offered, 0.01 * load.offered);
    }
}

TEST(Traffic, TheBisectionBoundsAnOverload) {
    const Topology topology = test::mesh(8, 8);
    const RoutingTable routing(topology, "xy");
    PacketNetwork network(topology, routing, {});
    constexpr int kCycles = 4000;
    const Traffic traffic = test::uniform_traffic(64, 0.9, 4, kCycles, 2);
    const auto times = test::run(network, traffic);
    std::int64_t crossed = 0;
    for (std::size_t i = 0; i < traffic.size(); ++i) {
        const Transfer& transfer = traffic[i].second;
        const bool crosses = (transfer.source % 8 < 4) != (transfer.target % 8 < 4);
        crossed += crosses && times[i] <= kCycles * kCycle ? 4 : 0;
    }
    constexpr double kCapacity = 2.0 * 8 * kCycles;  // eight links each way
    EXPECT_LE(static_cast<double>(crossed), kCapacity);
    EXPECT_GT(static_cast<double>(crossed), 0.8 * kCapacity);
}

TEST(Traffic, ManyToOneSaturatesAtTheEjectionRate) {
    const Topology topology = test::mesh(4, 4);
    const RoutingTable routing(topology, "xy");
    PacketNetwork network(topology, routing, {});
    constexpr int kEach = 200;
    std::uint64_t id = 0;
    for (int i = 0; i < kEach; ++i) {
        for (PortId source = 1; source < 16; ++source) {
            network.send(0, {id++, source, 0, 96});
        }
    }
    const auto delivered = test::drain(network);
    const core::Ps first_flit = (4 * 2 + 2 - 1) * kCycle;  // of a neighbour, on the ejection link
    constexpr core::Ps kBound = 15 * kEach * 4 * kCycle;
    EXPECT_GE(delivered.back().time - first_flit, kBound);
    EXPECT_LE(delivered.back().time - first_flit, kBound + 10 * kCycle);  // a VC turns around
}

TEST(Traffic, FourHotspotsBoundTheWholeNetwork) {
    const Topology topology = test::mesh(8, 8);
    const RoutingTable routing(topology, "xy");
    PacketNetwork network(topology, routing, {});
    core::RandomStream random(1, "hotspot");
    constexpr PortId kHot[] = {0, 7, 56, 63};
    constexpr int kCycles = 20'000;
    Traffic traffic;
    for (int cycle = 0; cycle < kCycles; ++cycle) {
        for (PortId node = 0; node < 64; ++node) {
            if (random.chance(0.2 / 4)) {
                traffic.push_back(
                    {cycle * kCycle, {traffic.size(), node, kHot[random.below(4)], 96}});
            }
        }
    }
    const auto times = test::run(network, traffic);
    const auto in_time = std::count_if(times.begin(), times.end(),
                                       [](core::Ps time) { return time <= kCycles * kCycle; });
    const double accepted = 4.0 * static_cast<double>(in_time) / 64 / kCycles;
    EXPECT_LE(accepted, 4.0 / 64);
    EXPECT_GT(accepted, 0.99 * 4.0 / 64);
}

/// Random small systems: one to three meshes in a row, random sizes, widths and clocks.
Topology random_system(core::RandomStream& random) {
    NocConfig config;
    config.clock.hz = 800'000'000 + 100'000'000 * static_cast<std::int64_t>(random.below(6));
    Topology topology(config.flit);
    GroupId previous = -1;
    const auto meshes = 1 + static_cast<int>(random.below(3));
    for (int i = 0; i < meshes; ++i) {
        const auto nx = 1 + static_cast<int>(random.below(3));
        const auto ny = 1 + static_cast<int>(random.below(3));
        const auto group = topology.add_mesh("m" + std::to_string(i), nx, ny, config.link("x"),
                                             config.router("x"));
        if (previous >= 0) {
            LinkConfig link = die_to_die_link();
            link.width = core::Bytes{8} << random.below(5);
            link.latency = static_cast<core::Ps>(random.below(5000));
            const Group& last = topology.groups()[static_cast<std::size_t>(previous)];
            topology.connect(topology.mesh_router(previous, last.nx - 1, 0),
                             topology.mesh_router(group, 0, 0), link);
        }
        previous = group;
    }
    for (std::size_t i = 0; i < topology.routers().size(); ++i) {
        topology.add_port("p" + std::to_string(i), static_cast<RouterId>(i));
    }
    return topology;
}

TEST(Traffic, EverythingArrivesInOrderAndNeverTooEarly) {
    constexpr int kSystems = 50;
    constexpr int kTransfers = 2000;
    for (std::uint64_t seed = 1; seed <= kSystems; ++seed) {
        core::RandomStream random(seed, "systems");
        const Topology topology = random_system(random);
        const RoutingTable routing(topology, "xy");
        PacketNetwork network(topology, routing, {});
        Traffic traffic;
        core::Ps time = 0;
        for (int i = 0; i < kTransfers; ++i) {
            time += static_cast<core::Ps>(random.below(50'000));
            const auto a = static_cast<PortId>(random.below(topology.ports().size()));
            const auto b = static_cast<PortId>(random.below(topology.ports().size()));
            const auto bytes =
                random.chance(0.5) ? core::Bytes{0} : static_cast<core::Bytes>(random.below(9000));
            traffic.push_back({time, {traffic.size(), a, b, bytes}});
        }
        const auto times = test::run(network, traffic);
        EXPECT_EQ(network.in_flight(), 0);
        std::map<std::pair<PortId, PortId>, core::Ps> last;
        for (std::size_t i = 0; i < traffic.size(); ++i) {
            const Transfer& transfer = traffic[i].second;
            // A clock edge may be nearer than at time 0, once per change of clock.
            ASSERT_GE(times[i] - traffic[i].first, network.zero_load_latency(transfer) - 10'000);
            core::Ps& before = last[{transfer.source, transfer.target}];
            ASSERT_GT(times[i], before) << "seed " << seed << ", transfer " << i;
            before = times[i];
        }
    }
}

TEST(Traffic, LinksNeverCarryMoreThanTheirRate) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    PacketNetwork network(topology, routing, {});
    core::RandomStream random(4, "rate");
    for (std::uint64_t i = 0; i < 5000; ++i) {
        network.send(
            0, {i, static_cast<PortId>(random.below(14)), static_cast<PortId>(random.below(14)),
                static_cast<core::Bytes>(random.below(5000))});
    }
    const core::Ps end = test::drain(network).back().time;
    for (LinkId id = 0; id < static_cast<LinkId>(topology.links().size()); ++id) {
        EXPECT_LE(network.link_busy(id), end) << topology.link(id).name;
    }
}

TEST(Traffic, EqualRunsAreEqual) {
    const Topology topology = test::mesh(8, 8);
    const RoutingTable routing(topology, "xy");
    const Traffic traffic = test::uniform_traffic(64, 0.4, 4, 3000, 9);
    PacketNetwork first(topology, routing, {});
    PacketNetwork second(topology, routing, {});
    EXPECT_EQ(test::run(first, traffic), test::run(second, traffic));
}

}  // namespace
}  // namespace strata::interconnect
