// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The packet level against readings of BookSim 2, and what it does beyond dimension order.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

using test::kCycle;
using test::Traffic;

double mean_latency(double rate, int flits, int vcs) {
    const Topology topology = test::mesh(8, 8);
    const RoutingTable routing(topology, "xy");
    NetworkOptions options;
    options.vcs = vcs;
    PacketNetwork network(topology, routing, options);
    const Traffic traffic = test::uniform_traffic(64, rate, flits, 8000, 1);
    const auto times = test::run(network, traffic);
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < traffic.size(); ++i) {
        if (traffic[i].first > 2000 * kCycle) {
            sum += static_cast<double>(times[i] - traffic[i].first) / kCycle;
            count += 1.0;
        }
    }
    return sum / count;
}

TEST(PacketNetwork, IsNearBookSimUnderLoad) {
    // 8×8 mesh, XY, uniform, buffers that hold a packet.
    struct Reading {
        double rate;
        int flits;
        int vcs;
        double booksim;
    };
    for (const Reading& reading :
         {Reading{0.20, 4, 4, 34.07}, Reading{0.30, 4, 4, 40.96}, Reading{0.30, 1, 4, 29.53},
          Reading{0.20, 8, 4, 43.82}, Reading{0.25, 4, 2, 35.85}}) {
        EXPECT_NEAR(mean_latency(reading.rate, reading.flits, reading.vcs), reading.booksim,
                    0.07 * reading.booksim)
            << reading.rate << ", " << reading.flits << " flits, " << reading.vcs << " VCs";
    }
}

TEST(PacketNetwork, WarnsOutsideItsLimits) {
    EXPECT_TRUE(packet_level_warnings({4, 8, 8, 0.3, false}).empty());
    EXPECT_EQ(packet_level_warnings({1, 8, 4, 0.3, false}).size(), 1U);
    EXPECT_EQ(packet_level_warnings({4, 8, 9, 0.3, false}).size(), 1U);
    EXPECT_EQ(packet_level_warnings({4, 8, 4, 0.9, false}).size(), 1U);
    EXPECT_EQ(packet_level_warnings({1, 4, 8, 0.3, true}).size(), 3U);
}

class Records : public PacketObserver {
   public:
    void delivered(const PacketRecord& record) override { all.push_back(record); }
    std::vector<PacketRecord> all;
};

class Observed : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, Observed, testing::Values("ideal", "packet", "flit"),
                         [](const auto& test_info) { return std::string(test_info.param); });

TEST_P(Observed, TellsTheLifeOfAPacket) {
    const Topology topology = test::mesh(4, 4);
    const RoutingTable routing(topology, "xy");
    Records records;
    NetworkOptions options;
    options.observer = &records;
    const auto network = test::make_network(GetParam(), topology, routing, options);
    network->send(10 * kCycle, {1, 0, 15, 96});
    network->send(10 * kCycle, {2, 0, 3, 0});
    test::drain(*network);
    ASSERT_EQ(records.all.size(), 2U);
    const auto first = records.all[0].transfer.id == 1 ? 0U : 1U;
    const PacketRecord& far = records.all[first];
    EXPECT_EQ(far.flits, 4);
    EXPECT_EQ(far.routers, 7);
    EXPECT_EQ(far.injected, 10 * kCycle);
    EXPECT_EQ(far.head_arrived, (10 + 4 * 7 + 2) * kCycle);
    EXPECT_EQ(far.tail_arrived, far.head_arrived + 3 * kCycle);
    const PacketRecord& near = records.all[1 - first];
    EXPECT_EQ(near.sent, 10 * kCycle);
    EXPECT_EQ(near.injected, 14 * kCycle);  // behind the first one
    EXPECT_EQ(near.routers, 4);
}

/// Everything arrives; in order where the routing promises it.
void deliver_all(const std::string& kind, const std::string& algorithm, std::uint64_t seed) {
    NocConfig config;
    config.topology = kind;
    config.dims = kind == "ring" ? std::vector<int>{8} : std::vector<int>{4, 4};
    const Topology topology = make_topology(config);
    const RoutingTable routing(topology, algorithm);
    PacketNetwork network(topology, routing, {});
    const auto nodes = static_cast<int>(topology.ports().size());
    const Traffic traffic = test::uniform_traffic(nodes, 0.6, 5, 4000, seed);
    const auto times = test::run(network, traffic);
    EXPECT_EQ(network.in_flight(), 0);
    std::map<std::pair<PortId, PortId>, core::Ps> last;
    for (std::size_t i = 0; i < traffic.size(); ++i) {
        const Transfer& transfer = traffic[i].second;
        ASSERT_GE(times[i], traffic[i].first) << kind << ", " << algorithm;
        core::Ps& before = last[{transfer.source, transfer.target}];
        if (routing.keeps_order()) {
            ASSERT_GT(times[i], before) << kind << ", " << algorithm << ", transfer " << i;
        }
        before = times[i];
    }
}

TEST(PacketNetwork, DeliversAllOnEveryTopologyAndRouting) {
    deliver_all("mesh", "xy", 1);
    deliver_all("mesh", "yx", 2);
    deliver_all("mesh", "adaptive_west_first", 3);
    deliver_all("mesh", "adaptive_odd_even", 4);
    deliver_all("mesh", "o1turn", 5);
    deliver_all("torus", "xy", 6);
    deliver_all("ring", "xy", 7);
}

TEST(PacketNetwork, O1TurnSpreadsATransposeOverBothPlanes) {
    const Topology topology = test::mesh(8, 8);
    std::map<std::string, core::Ps> finished;
    for (const std::string algorithm : {"xy", "o1turn"}) {
        const RoutingTable routing(topology, algorithm);
        PacketNetwork network(topology, routing, {});
        for (std::uint64_t i = 0; i < 6400; ++i) {
            const auto source = static_cast<PortId>(i % 64);
            network.send(0, {i, source, source % 8 * 8 + source / 8, 96});
        }
        finished[algorithm] = test::drain(network).back().time;
    }
    // All traffic of a row leaves over one link with XY; half of it with two planes.
    EXPECT_LT(static_cast<double>(finished["o1turn"]), 0.7 * static_cast<double>(finished["xy"]));
}

}  // namespace
}  // namespace strata::interconnect
