// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Native multicast and reduction; the flit level has none yet and refuses them.

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

struct Arrivals : PacketObserver {
    std::map<std::pair<std::uint64_t, PortId>, int> count;
    void delivered(const PacketRecord& packet) override {
        ++count[{packet.transfer.id, packet.transfer.target}];
    }
};

/// Cycles until all transfers, sent at 0, are delivered.
core::Ps completion(Network& network, const std::vector<Transfer>& transfers) {
    for (const Transfer& transfer : transfers) {
        network.send(0, transfer);
    }
    const auto delivered = test::drain(network);
    EXPECT_EQ(delivered.size(), transfers.size());
    EXPECT_EQ(network.in_flight(), 0);
    return delivered.back().time / test::kCycle;
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

TEST_P(Collective, MulticastTakesTheTimeOfItsFarthestTarget) {
    const Topology topology = test::mesh(4, 3);
    const RoutingTable routing(topology, "xy");
    for (const int flits : {1, 4, 8}) {
        for (const PortId source : {0, 5, 11}) {
            Arrivals arrivals;
            NetworkOptions options;
            options.observer = &arrivals;
            const auto network = test::make_network(GetParam(), topology, routing, options);
            const auto group = network->add_multicast(source, all_ports(topology));
            core::Ps farthest = 0;
            for (PortId target = 0; target < 12; ++target) {
                farthest = std::max(
                    farthest, network->zero_load_latency({0, source, target, data_of(flits)}));
            }
            EXPECT_EQ(completion(*network, {to_group(7, source, flits, group)}),
                      farthest / test::kCycle);
            // 11 tree links and 12 ejection links, each once.
            EXPECT_EQ(flit_hops(*network, topology), 23 * flits);
            EXPECT_EQ(arrivals.count.size(), 12U);
            for (const auto& [key, times] : arrivals.count) {
                EXPECT_EQ(times, 1) << key.second;
            }
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
    const auto delivered = test::drain(*network);
    ASSERT_EQ(delivered.size(), 2U);
    // Two routers from port 1 and the joint's cycle.
    EXPECT_EQ(delivered.front().time, (100 + 4 * 2 + 3 + 2 + 1) * test::kCycle);
}

/// A reduction to port 0 and a multicast of the sum against the same by unicast. The busiest link
/// is the root's ejection link, then its injection link: k − 1 packets there against one.
TEST_P(Collective, AllReduceOfEightIsFasterByTheFactorOfTheLinkLoads) {
    const Topology topology = test::mesh(4, 2);
    const RoutingTable routing(topology, "xy");
    constexpr int kFlits = 8;
    constexpr int kPackets = 64;
    const auto native = test::make_network(GetParam(), topology, routing);
    const auto unicast = test::make_network(GetParam(), topology, routing);
    const auto reduction = native->add_reduction(all_ports(topology), 0);
    const auto broadcast = native->add_multicast(0, all_ports(topology));
    core::Ps by_tree = 0;
    core::Ps by_unicast = 0;
    std::vector<Transfer> up;
    std::vector<Transfer> up_alone;
    std::vector<Transfer> down;
    std::vector<Transfer> down_alone;
    for (std::uint64_t i = 0; i < kPackets; ++i) {
        for (PortId port = 0; port < 8; ++port) {
            up.push_back(to_group(up.size(), port, kFlits, reduction));
            if (port > 0) {
                up_alone.push_back({up_alone.size(), port, 0, data_of(kFlits)});
                down_alone.push_back({down_alone.size(), 0, port, data_of(kFlits)});
            }
        }
        down.push_back(to_group(i, 0, kFlits, broadcast));
    }
    by_tree = completion(*native, up);
    by_unicast = completion(*unicast, up_alone);
    const double factor = static_cast<double>(by_unicast) / static_cast<double>(by_tree);
    EXPECT_NEAR(factor, 7.0, 0.7);
    const auto native_down = test::make_network(GetParam(), topology, routing);
    const auto unicast_down = test::make_network(GetParam(), topology, routing);
    native_down->add_reduction(all_ports(topology), 0);
    native_down->add_multicast(0, all_ports(topology));
    by_tree += completion(*native_down, down);
    by_unicast += completion(*unicast_down, down_alone);
    EXPECT_NEAR(static_cast<double>(by_unicast) / static_cast<double>(by_tree), 7.0, 0.7);
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
        std::vector<std::vector<PortId>> members;
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
            members.push_back(g % 2 == 0 ? std::vector<PortId>{root} : ends);
        }
        Progress progress;
        std::uint64_t sent = 0;
        for (int i = 0; i < 600; ++i) {
            const core::Ps now = i * 6 * test::kCycle;
            network->advance(now, progress);
            const auto g = random.below(3 * groups.size());
            if (g < groups.size()) {
                const int flits = 1 + static_cast<int>(random.below(8));
                for (const PortId source : members[g]) {
                    network->send(now, to_group(sent++, source, flits, groups[g]));
                }
            } else {
                for (int k = 0; k < 6; ++k) {
                    network->send(now, {sent++, any_port(), any_port(), data_of(4)});
                }
            }
        }
        for (const Delivery& delivery : test::drain(*network)) {
            progress.delivered.push_back(delivery);
        }
        std::vector<int> times(sent);
        for (const Delivery& delivery : progress.delivered) {
            ++times[delivery.id];
        }
        EXPECT_EQ(std::count(times.begin(), times.end(), 1), static_cast<std::ptrdiff_t>(sent));
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

TEST(CollectiveLevels, OthersRefuseThem) {
    const Topology topology = test::mesh(2, 2);
    const RoutingTable routing(topology, "xy");
    for (const char* level : {"ideal", "flit"}) {
        EXPECT_THROW(test::make_network(level, topology, routing)->add_multicast(0, {1}),
                     core::ModelError);
    }
}

INSTANTIATE_TEST_SUITE_P(Levels, Collective, testing::Values("packet"));

}  // namespace
}  // namespace strata::interconnect
