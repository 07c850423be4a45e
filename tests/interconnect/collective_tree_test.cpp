// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/collective_tree.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/diagnostics.h"
#include "core/random.h"
#include "tests/interconnect/net_support.h"
#include "tests/interconnect/routing_support.h"

namespace strata::interconnect {
namespace {

std::vector<PortId> all_ports(const Topology& topology) {
    std::vector<PortId> ports(topology.ports().size());
    std::iota(ports.begin(), ports.end(), 0);
    return ports;
}

/// Links between the port of `branch` at node `leaf` and the root.
std::vector<LinkId> way_to_root(const CollectiveTree& tree, std::int32_t leaf) {
    std::vector<LinkId> links;
    for (std::int32_t node = leaf; node >= 0;) {
        const auto& trunk = tree.nodes()[static_cast<std::size_t>(node)].trunk;
        links.push_back(trunk.link);
        EXPECT_LT(trunk.node, node);  // parents come first
        node = trunk.node;
    }
    return links;
}

/// Node at which each port's link is attached; fails when one is attached twice.
std::map<LinkId, std::int32_t> leaves(const CollectiveTree& tree) {
    std::map<LinkId, std::int32_t> found;
    std::set<RouterId> routers;
    for (std::size_t i = 0; i < tree.nodes().size(); ++i) {
        EXPECT_TRUE(routers.insert(tree.nodes()[i].router).second) << "a router twice";
        for (const auto& branch : tree.nodes()[i].branches) {
            if (branch.node < 0) {
                EXPECT_TRUE(found.emplace(branch.link, static_cast<std::int32_t>(i)).second);
            } else {
                EXPECT_EQ(tree.nodes()[static_cast<std::size_t>(branch.node)].trunk.link,
                          branch.link);
            }
        }
    }
    return found;
}

TEST(CollectiveTree, BroadcastOnAMeshForksAlongTheXyRoutes) {
    const Topology topology = test::network("mesh", {4, 3});
    const RoutingTable routing(topology, "xy");
    const auto tree = CollectiveTree::multicast(topology, routing, 0, all_ports(topology));
    // One link per router but the source's: 11 hops instead of the 30 of twelve packets.
    EXPECT_EQ(tree.hops(), 11);
    const auto attached = leaves(tree);
    ASSERT_EQ(attached.size(), 12U);
    std::vector<LinkId> route;
    for (PortId port = 0; port < 12; ++port) {
        routing.path(topology, 0, port, route);
        auto way = way_to_root(tree, attached.at(topology.port(port).ejection));
        way.insert(way.begin(), topology.port(port).ejection);
        std::reverse(way.begin(), way.end());
        EXPECT_EQ(way, route);
    }
    // The source's row forks in every column: on, up and out.
    EXPECT_EQ(tree.nodes().front().branches.size(), 3U);
}

TEST(CollectiveTree, ReductionIsTheUnionOfTheRoutesToItsRoot) {
    const Topology topology = test::network("torus", {4, 4});
    const RoutingTable routing(topology, "xy");
    const PortId root = 5;
    const auto tree = CollectiveTree::reduction(topology, routing, all_ports(topology), root);
    EXPECT_EQ(tree.hops(), 15);
    EXPECT_EQ(tree.nodes().front().trunk.link, topology.port(root).ejection);
    const auto attached = leaves(tree);
    std::vector<LinkId> route;
    for (PortId port = 0; port < 16; ++port) {
        routing.path(topology, port, root, route);
        auto way = way_to_root(tree, attached.at(topology.port(port).injection));
        way.insert(way.begin(), topology.port(port).injection);
        EXPECT_EQ(way, route);
        for (const auto& node : tree.nodes()) {
            for (const auto& branch : node.branches) {
                if (branch.node >= 0) {
                    const RouterId from = topology.link(branch.link).from;
                    EXPECT_EQ(branch.vc_class,
                              routing.next(from, topology.port(root).router).vc_class);
                }
            }
        }
    }
}

/// Random groups of ports on every kind of network: each is reached once, by a shortest way.
TEST(CollectiveTree, RandomGroupsAreReachedOnceAndDirectly) {
    core::RandomStream random(3, "tree");
    struct Case {
        const char* family;
        std::vector<int> dims;
        const char* routing;
    };
    for (const Case& each :
         {Case{"mesh", {5, 4}, "yx"}, Case{"mesh", {5, 4}, "adaptive_odd_even"},
          Case{"torus", {4, 5}, "xy"}, Case{"ring", {9}, "xy"}, Case{"crossbar", {8}, "xy"},
          Case{"fat_tree", {2, 4}, "nca"}, Case{"fat_tree", {4, 2}, "shortest"}}) {
        const Topology topology = test::network(each.family, each.dims);
        const RoutingTable routing(topology, each.routing);
        const auto ports = static_cast<std::int64_t>(topology.ports().size());
        for (int trial = 0; trial < 20; ++trial) {
            const auto root = static_cast<PortId>(random.below(static_cast<std::uint64_t>(ports)));
            std::vector<PortId> group;
            for (PortId port = 0; port < ports; ++port) {
                if (random.chance(0.4)) {
                    group.push_back(port);
                }
            }
            if (group.empty()) {
                continue;
            }
            const auto fork = CollectiveTree::multicast(topology, routing, root, group);
            const auto sum = CollectiveTree::reduction(topology, routing, group, root);
            const auto reached = leaves(fork);
            const auto gathered = leaves(sum);
            ASSERT_EQ(reached.size(), group.size());
            ASSERT_EQ(gathered.size(), group.size());
            const auto back = test::distances_to(topology, topology.port(root).router);
            for (const PortId port : group) {
                const Port& end = topology.port(port);
                const auto there = test::distances_to(topology, end.router);
                ASSERT_EQ(way_to_root(fork, reached.at(end.ejection)).size() - 1,
                          static_cast<std::size_t>(
                              there[static_cast<std::size_t>(topology.port(root).router)]));
                ASSERT_EQ(way_to_root(sum, gathered.at(end.injection)).size() - 1,
                          static_cast<std::size_t>(back[static_cast<std::size_t>(end.router)]));
            }
        }
    }
}

TEST(CollectiveTree, RoutesThatMeetAgainShareTheirTrunk) {
    // Two ways from 0 to 3; packets for 3 take one of them, for 4 behind it the other.
    Topology topology(32);
    const NocConfig noc;
    const GroupId group = topology.add_group("g", GroupKind::kGraph, 5, 1);
    for (int i = 0; i < 5; ++i) {
        topology.add_port(
            "p" + std::to_string(i),
            topology.add_router("r" + std::to_string(i), group, i, 0, noc.router("noc")));
    }
    const LinkId upper = topology.connect(0, 1, noc.link("noc"));
    const LinkId lower = topology.connect(0, 2, noc.link("noc"));
    topology.connect(1, 3, noc.link("noc"));
    topology.connect(2, 3, noc.link("noc"));
    topology.connect(3, 4, noc.link("noc"));
    topology.add_route(group, {0, 3, upper});
    topology.add_route(group, {0, 4, lower});
    const RoutingTable routing(topology, "table");
    const auto tree = CollectiveTree::multicast(topology, routing, 0, {3, 4});
    EXPECT_EQ(tree.hops(), 3);
    EXPECT_EQ(leaves(tree).size(), 2U);
}

TEST(CollectiveTree, CrossesNetworks) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    const auto tree = CollectiveTree::multicast(topology, routing, 13, all_ports(topology));
    EXPECT_EQ(tree.hops(), 13);
    EXPECT_EQ(leaves(tree).size(), 14U);
}

TEST(CollectiveTree, RefusesNonsense) {
    const Topology topology = test::network("mesh", {2, 2});
    const RoutingTable routing(topology, "xy");
    EXPECT_THROW(CollectiveTree::multicast(topology, routing, 0, {}), core::ModelError);
    EXPECT_THROW(CollectiveTree::multicast(topology, routing, 0, {1, 1}), core::ModelError);
    EXPECT_THROW(CollectiveTree::reduction(topology, routing, {1, 4}, 0), core::ModelError);
    EXPECT_THROW(CollectiveTree::reduction(topology, routing, {1}, -1), core::ModelError);
}

/// With the class of the nearer target the copies on the ring could wait for each other.
TEST(CollectiveTree, ASharedLinkTakesTheDatelineClassOfTheFartherTarget) {
    const Topology topology = test::network("ring", {8});
    const RoutingTable routing(topology, "xy");
    for (const std::vector<PortId>& targets : {std::vector<PortId>{7, 1}, {1, 7}}) {
        const auto tree = CollectiveTree::multicast(topology, routing, 6, targets);
        ASSERT_EQ(tree.nodes().size(), 4U);  // 6, 7, 0, 1
        EXPECT_EQ(routing.next(6, 7).vc_class, 1);
        EXPECT_EQ(routing.next(6, 1).vc_class, 0);
        EXPECT_EQ(tree.nodes()[1].trunk.vc_class, 0);
        for (const CollectiveTree::Branch& branch : tree.nodes()[0].branches) {
            EXPECT_EQ(branch.vc_class, 0);
        }
        EXPECT_EQ(tree.nodes()[2].trunk.vc_class, routing.next(7, 1).vc_class);
    }
}

}  // namespace
}  // namespace strata::interconnect
