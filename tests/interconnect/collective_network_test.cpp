// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Native multicast and reduction at the packet and the flit level; the ideal one refuses them.

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "core/diagnostics.h"
#include "tests/interconnect/net_support.h"
#include "tests/interconnect/routing_support.h"

namespace strata::interconnect {
namespace {

std::vector<PortId> all_ports(const Topology& topology) {
    std::vector<PortId> ports(topology.ports().size());
    std::iota(ports.begin(), ports.end(), 0);
    return ports;
}

core::Bytes data_of(int flits) {
    return (flits - 1) * 32;
}

struct Records : PacketObserver {
    std::vector<PacketRecord> of;
    void delivered(const PacketRecord& packet) override { of.push_back(packet); }
};

/// All deliveries of transfers that are sent at 0.
std::vector<Delivery> deliveries(Network& network, const std::vector<Transfer>& transfers) {
    for (const Transfer& transfer : transfers) {
        network.send(0, transfer);
    }
    std::vector<Delivery> delivered = test::drain(network);
    EXPECT_EQ(network.in_flight(), 0);
    return delivered;
}

/// Cycles until all transfers, sent at 0, are delivered.
core::Ps completion(Network& network, const std::vector<Transfer>& transfers) {
    return deliveries(network, transfers).back().time / test::kCycle;
}

Transfer to_group(std::uint64_t id, PortId source, int flits, CollectiveId group) {
    Transfer transfer{id, source, 0, data_of(flits)};
    transfer.group = group;
    return transfer;
}

std::int64_t flit_hops(const NetworkBase& network, const Topology& topology) {
    std::int64_t sum = 0;
    for (LinkId id = 0; id < static_cast<LinkId>(topology.links().size()); ++id) {
        sum += topology.link(id).from >= 0 ? network.link_flits(id) : 0;
    }
    return sum;
}

class Collective : public testing::TestWithParam<const char*> {};

TEST_P(Collective, AMulticastReachesEachTargetInTheTimeOfAUnicast) {
    const Topology topology = test::mesh(4, 3);
    const RoutingTable routing(topology, "xy");
    for (const int flits : {1, 4, 8}) {
        for (const PortId source : {0, 5, 11}) {
            Records records;
            NetworkOptions options;
            options.observer = &records;
            const auto network = test::make_network(GetParam(), topology, routing, options);
            const auto group = network->add_multicast(source, all_ports(topology));
            std::map<PortId, core::Ps> times;
            for (const Delivery& each : deliveries(*network, {to_group(7, source, flits, group)})) {
                EXPECT_EQ(each.id, 7U);
                EXPECT_TRUE(times.emplace(each.port, each.time).second) << "twice";
            }
            ASSERT_EQ(times.size(), 12U);
            core::Ps farthest = 0;
            for (PortId target = 0; target < 12; ++target) {
                const Transfer alone{0, source, target, data_of(flits)};
                EXPECT_EQ(times[target], network->zero_load_latency(alone)) << target;
                farthest = std::max(farthest, times[target]);
            }
            ASSERT_EQ(records.of.size(), 1U);
            EXPECT_EQ(records.of.front().tail_arrived, farthest);
            // 11 tree links and 12 ejection links, each once.
            EXPECT_EQ(flit_hops(*network, topology), 23 * flits);
        }
    }
}

TEST_P(Collective, ReductionTakesTheLongestWayAndACycleAtEveryJoint) {
    const Topology topology = test::mesh(4, 3);
    const RoutingTable routing(topology, "xy");
    for (const int flits : {1, 4, 8}) {
        for (const Cycle reduce : {0, 1, 3}) {
            NetworkOptions options;
            options.reduce_cycles = reduce;
            const auto network = test::make_network(GetParam(), topology, routing, options);
            const auto group = network->add_reduction(all_ports(topology), 0);
            std::vector<Transfer> parts;
            for (PortId source = 0; source < 12; ++source) {
                parts.push_back(to_group(static_cast<std::uint64_t>(source), source, flits, group));
            }
            // From the far corner: 6 routers, of which all but the first join branches.
            EXPECT_EQ(completion(*network, parts), 4 * 6 + flits - 1 + 2 + 5 * reduce);
            EXPECT_EQ(flit_hops(*network, topology), 12 * flits);
        }
    }
}

TEST_P(Collective, AReductionWaitsForItsLastPart) {
    const Topology topology = test::mesh(4, 1);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    const auto group = network->add_reduction({1, 3}, 0);
    Progress progress;
    network->send(0, to_group(0, 3, 4, group));
    network->advance(100 * test::kCycle, progress);
    EXPECT_TRUE(progress.delivered.empty());
    network->send(100 * test::kCycle, to_group(1, 1, 4, group));
    EXPECT_EQ(network->in_flight(), 2);
    const auto delivered = test::drain(*network);
    ASSERT_EQ(delivered.size(), 1U);
    EXPECT_EQ(delivered.front().id, 0U);  // the part that was sent first
    EXPECT_EQ(delivered.front().port, 0);
    EXPECT_EQ(network->in_flight(), 0);
    // Two routers from port 1 and the joint's cycle.
    EXPECT_EQ(delivered.front().time, (100 + 4 * 2 + 3 + 2 + 1) * test::kCycle);
}

/// Flits on every link, from the routes alone: `flits` by unicast between the root and each other
/// port, in or out.
std::vector<std::int64_t> unicast_loads(const Topology& topology, const RoutingTable& routing,
                                        bool to_root, std::int64_t flits) {
    std::vector<std::int64_t> loads(topology.links().size());
    std::vector<LinkId> way;
    for (PortId port = 1; port < static_cast<PortId>(topology.ports().size()); ++port) {
        routing.path(topology, to_root ? port : 0, to_root ? 0 : port, way);
        for (const LinkId link : way) {
            loads[static_cast<std::size_t>(link)] += flits;
        }
    }
    return loads;
}

/// Of a tree, each link once; a link that is injected by is not counted by the network.
std::vector<std::int64_t> tree_loads(const Topology& topology, const CollectiveTree& tree,
                                     std::int64_t flits) {
    std::vector<std::int64_t> loads(topology.links().size());
    for (const CollectiveTree::Node& node : tree.nodes()) {
        loads[static_cast<std::size_t>(node.trunk.link)] = flits;
        for (const CollectiveTree::Branch& branch : node.branches) {
            loads[static_cast<std::size_t>(branch.link)] = flits;
        }
    }
    return loads;
}

std::int64_t busiest(const std::vector<std::int64_t>& loads) {
    return *std::max_element(loads.begin(), loads.end());
}

void expect_loads(const NetworkBase& network, const Topology& topology,
                  const std::vector<std::int64_t>& loads) {
    for (LinkId id = 0; id < static_cast<LinkId>(loads.size()); ++id) {
        if (topology.link(id).from >= 0) {
            EXPECT_EQ(network.link_flits(id), loads[static_cast<std::size_t>(id)]);
        }
    }
}

/// A reduction to port 0, then a multicast of the sum, against the same by unicast.
TEST_P(Collective, AllReduceOfEightIsFasterByTheFactorOfTheLinkLoads) {
    const Topology topology = test::mesh(4, 2);
    const RoutingTable routing(topology, "xy");
    constexpr int kFlits = 8;
    constexpr int kPackets = 64;
    const std::vector<PortId> others{1, 2, 3, 4, 5, 6, 7};
    for (const bool to_root : {true, false}) {
        const auto native = test::make_network(GetParam(), topology, routing);
        const auto unicast = test::make_network(GetParam(), topology, routing);
        const auto group =
            to_root ? native->add_reduction(others, 0) : native->add_multicast(0, others);
        std::vector<Transfer> by_tree;
        std::vector<Transfer> alone;
        for (int i = 0; i < kPackets; ++i) {
            for (const PortId port : others) {
                alone.push_back(
                    {alone.size(), to_root ? port : 0, to_root ? 0 : port, data_of(kFlits)});
                if (to_root) {
                    by_tree.push_back(to_group(by_tree.size(), port, kFlits, group));
                }
            }
            if (!to_root) {
                by_tree.push_back(to_group(by_tree.size(), 0, kFlits, group));
            }
        }
        const auto tree = to_root ? CollectiveTree::reduction(topology, routing, others, 0)
                                  : CollectiveTree::multicast(topology, routing, 0, others);
        const auto tree_flits = tree_loads(topology, tree, kPackets * kFlits);
        const auto flits = unicast_loads(topology, routing, to_root, kPackets * kFlits);
        const double predicted =
            static_cast<double>(busiest(flits)) / static_cast<double>(busiest(tree_flits));
        EXPECT_EQ(predicted, 7.0);
        const double factor = static_cast<double>(completion(*unicast, alone)) /
                              static_cast<double>(completion(*native, by_tree));
        EXPECT_NEAR(factor, predicted, 0.1 * predicted);
        expect_loads(*native, topology, tree_flits);
        expect_loads(*unicast, topology, flits);
    }
}

TEST_P(Collective, ARandomMixIsDeliveredExactlyOnce) {
    struct Case {
        const char* family;
        std::vector<int> dims;
    };
    for (const Case& each : {Case{"mesh", {4, 4}}, Case{"torus", {4, 4}}, Case{"ring", {8}}}) {
        const Topology topology = test::network(each.family, each.dims);
        const RoutingTable routing(topology, "xy");
        const auto ports = static_cast<std::int32_t>(topology.ports().size());
        core::RandomStream random(5, "mix");
        const auto network = test::make_network(GetParam(), topology, routing);
        std::vector<CollectiveId> groups;
        std::vector<std::vector<PortId>> sources;
        std::vector<std::vector<PortId>> targets;
        const auto any_port = [&] {
            return static_cast<PortId>(random.below(static_cast<std::uint64_t>(ports)));
        };
        for (int g = 0; g < 12; ++g) {
            const PortId root = any_port();
            std::vector<PortId> ends{static_cast<PortId>((root + 1) % ports)};
            for (PortId port = 0; port < ports; ++port) {
                if (port != ends.front() && random.chance(0.4)) {
                    ends.push_back(port);
                }
            }
            groups.push_back(g % 2 == 0 ? network->add_multicast(root, ends)
                                        : network->add_reduction(ends, root));
            sources.push_back(g % 2 == 0 ? std::vector<PortId>{root} : ends);
            targets.push_back(g % 2 == 0 ? ends : std::vector<PortId>{root});
        }
        Progress progress;
        std::uint64_t sent = 0;
        std::map<std::pair<std::uint64_t, PortId>, int> times;  // expected − delivered
        for (int i = 0; i < 600; ++i) {
            const core::Ps now = i * 6 * test::kCycle;
            network->advance(now, progress);
            const auto g = random.below(3 * groups.size());
            if (g < groups.size()) {
                const int flits = 1 + static_cast<int>(random.below(8));
                for (const PortId target : targets[g]) {
                    ++times[{sent, target}];
                }
                for (const PortId source : sources[g]) {
                    network->send(now, to_group(sent++, source, flits, groups[g]));
                }
            } else {
                for (int k = 0; k < 6; ++k) {
                    const PortId target = any_port();
                    ++times[{sent, target}];
                    network->send(now, {sent++, any_port(), target, data_of(4)});
                }
            }
        }
        for (const Delivery& delivery : test::drain(*network)) {
            progress.delivered.push_back(delivery);
        }
        for (const Delivery& delivery : progress.delivered) {
            --times[{delivery.id, delivery.port}];
        }
        EXPECT_TRUE(std::all_of(times.begin(), times.end(),
                                [](const auto& entry) { return entry.second == 0; }));
        EXPECT_EQ(network->in_flight(), 0) << each.family << network->describe_state();
    }
}

TEST_P(Collective, BadGroupsAreRefused) {
    const Topology topology = test::mesh(2, 2);
    const RoutingTable routing(topology, "xy");
    const auto network = test::make_network(GetParam(), topology, routing);
    EXPECT_THROW(network->add_multicast(0, {}), core::ModelError);
    EXPECT_THROW(network->add_multicast(0, {1, 1}), core::ModelError);
    EXPECT_THROW(network->add_reduction({1, 4}, 0), core::ModelError);
    const auto group = network->add_reduction({1, 2}, 0);
    EXPECT_THROW(network->send(0, to_group(0, 3, 4, group)), core::ModelError);
    EXPECT_THROW(network->send(0, to_group(0, 1, 4, group + 1)), core::ModelError);
    network->send(0, to_group(0, 1, 4, group));
    EXPECT_THROW(network->send(0, to_group(1, 2, 5, group)), core::ModelError);
    const RoutingTable adaptive(topology, "adaptive_west_first");
    EXPECT_THROW(test::make_network(GetParam(), topology, adaptive)->add_multicast(0, {1}),
                 core::ModelError);
}

TEST(CollectiveLevels, TheIdealOneRefusesThem) {
    const Topology topology = test::mesh(2, 2);
    const RoutingTable routing(topology, "xy");
    EXPECT_THROW(test::make_network("ideal", topology, routing)->add_multicast(0, {1}),
                 core::ModelError);
}

INSTANTIATE_TEST_SUITE_P(Levels, Collective, testing::Values("packet", "flit"));

}  // namespace
}  // namespace strata::interconnect
