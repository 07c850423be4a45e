// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/diagnostics.h"
#include "core/random.h"
#include "interconnect/deadlock_check.h"
#include "tests/interconnect/net_support.h"
#include "tests/interconnect/routing_support.h"

namespace strata::interconnect {
namespace {

std::string refusal(const Topology& topology, const std::string& routing) {
    try {
        const RoutingTable table(topology, routing);
    } catch (const core::UserError& error) {
        return error.what();
    }
    return "accepted";
}

/// A graph of `count` routers with a port each and no links yet.
struct Graph {
    explicit Graph(int count) : topology(32) {
        const NocConfig noc;
        group = topology.add_group("g", GroupKind::kGraph, count, 1);
        for (int i = 0; i < count; ++i) {
            const RouterId id =
                topology.add_router("r" + std::to_string(i), group, i, 0, noc.router("noc"));
            topology.add_port("p" + std::to_string(i), id);
        }
    }
    LinkId one_way(RouterId a, RouterId b) {
        return topology.connect_one_way(a, b, NocConfig().link("noc"));
    }

    Topology topology;
    GroupId group;
};

TEST(Deadlock, ARingOfOneClassIsRefusedAndItsCircleNamed) {
    Graph ring(5);
    for (int i = 0; i < 5; ++i) {
        ring.topology.connect(i, (i + 1) % 5, NocConfig().link("noc"));
    }
    EXPECT_EQ(refusal(ring.topology, "shortest"),
              "packets may deadlock: r0_to_r1 waits for r1_to_r2 waits for r2_to_r3 waits for "
              "r3_to_r4 waits for r4_to_r0 waits for r0_to_r1; up_down never does");
    EXPECT_EQ(refusal(ring.topology, "up_down"), "accepted");
}

TEST(Deadlock, ATorusNeedsItsDateline) {
    const Topology torus = test::network("torus", {5, 5});
    EXPECT_EQ(refusal(torus, "shortest").rfind("packets may deadlock: ", 0), 0U);
    EXPECT_EQ(refusal(torus, "xy"), "accepted");
}

TEST(Deadlock, ALongCircleIsCutShort) {
    const Topology ring = test::network("ring", {64});
    const std::string message = refusal(ring, "shortest");
    EXPECT_NE(message.find("(64 links in all)"), std::string::npos) << message;
    EXPECT_LT(message.size(), 700U);
}

/// Four turns that make a circle on a 2×2 mesh, each harmless alone.
TEST(Deadlock, ATableMayMakeACircleOfTurns) {
    Graph square(4);
    const LinkId east = square.one_way(0, 1);
    const LinkId north = square.one_way(1, 3);
    const LinkId west = square.one_way(3, 2);
    const LinkId south = square.one_way(2, 0);
    square.one_way(1, 0);
    square.one_way(3, 1);
    const LinkId east_above = square.one_way(2, 3);
    square.one_way(0, 2);
    const auto route = [&](RouterId at, RouterId to, LinkId link) {
        square.topology.add_route(square.group, {at, to, link});
    };
    route(0, 3, east);
    route(1, 2, north);
    route(3, 0, west);
    route(2, 1, east_above);
    EXPECT_EQ(refusal(square.topology, "table"), "accepted");
    route(2, 1, south);
    EXPECT_EQ(refusal(square.topology, "table"),
              "packets may deadlock: r0_to_r1 waits for r1_to_r3 waits for r3_to_r2 waits for "
              "r2_to_r0 waits for r0_to_r1; up_down never does");
}

TEST(Deadlock, ATableThatLeadsInACircleIsRefused) {
    Graph line(3);
    const LinkId there = line.one_way(0, 1);
    const LinkId back = line.one_way(1, 0);
    line.one_way(1, 2);
    line.one_way(2, 1);
    line.topology.add_route(line.group, {0, 2, there});
    line.topology.add_route(line.group, {1, 2, back});
    EXPECT_EQ(refusal(line.topology, "table"),
              "the table leads packets from 'r0' to 'r2' in a circle");
}

/// Random graphs with random next hops: refused if and only if Kahn's algorithm says so.
TEST(Deadlock, AgreesWithAnIndependentReadingOfRandomTables) {
    core::RandomStream random(7, "deadlock");
    int refused = 0;
    constexpr int kGraphs = 300;
    for (int trial = 0; trial < kGraphs; ++trial) {
        const int count = 4 + static_cast<int>(random.below(4));
        Graph graph(count);
        for (int i = 1; i < count; ++i) {  // a tree, and some more
            graph.topology.connect(
                i, static_cast<RouterId>(random.below(static_cast<std::uint64_t>(i))),
                NocConfig().link("noc"));
        }
        for (int i = 0; i < 3; ++i) {
            const auto a = static_cast<RouterId>(random.below(static_cast<std::uint64_t>(count)));
            const auto b = static_cast<RouterId>(random.below(static_cast<std::uint64_t>(count)));
            if (a != b) {
                graph.topology.connect(a, b, NocConfig().link("noc"));
            }
        }
        std::map<std::pair<RouterId, RouterId>, LinkId> next;  // (at, to): any link that is closer
        for (RouterId to = 0; to < count; ++to) {
            const auto distance = test::distances_to(graph.topology, to);
            for (RouterId at = 0; at < count; ++at) {
                std::vector<LinkId> closer;
                for (const LinkId id : graph.topology.router(at).outputs) {
                    const RouterId far = graph.topology.link(id).to;
                    if (far >= 0 && distance[static_cast<std::size_t>(far)] <
                                        distance[static_cast<std::size_t>(at)]) {
                        closer.push_back(id);
                    }
                }
                if (at != to) {
                    next[{at, to}] = closer[random.below(closer.size())];
                    graph.topology.add_route(graph.group, {at, to, next[{at, to}]});
                }
            }
        }
        test::Dependencies edges;
        for (const auto& [pair, link] : next) {
            const RouterId at = graph.topology.link(link).to;
            if (at != pair.second) {
                edges.insert({{link, 0}, {next[{at, pair.second}], 0}});
            }
        }
        const bool accepted = refusal(graph.topology, "table") == "accepted";
        ASSERT_EQ(accepted, test::acyclic(edges)) << "trial " << trial;
        EXPECT_EQ(refusal(graph.topology, "up_down"), "accepted");
        refused += accepted ? 0 : 1;
    }
    EXPECT_GT(refused, kGraphs / 20);
    EXPECT_LT(refused, kGraphs * 19 / 20);
}

TEST(Deadlock, ResponsesInTheVcsOfRequestsDeadlock) {
    const Topology topology = test::network("mesh", {2, 1});
    const RoutingTable routing(topology, "xy");
    EXPECT_TRUE(find_deadlock(topology, routing).empty());
    const auto circle = find_deadlock(topology, routing, true);
    EXPECT_EQ(describe(topology, circle),
              "noc.r0_0_to_noc.r1_0 waits for noc.r1_0_to_noc.r0_0 waits for "
              "noc.r0_0_to_noc.r1_0");
    const Topology crossbar = test::network("crossbar", {4});
    EXPECT_TRUE(find_deadlock(crossbar, RoutingTable(crossbar, "xy"), true).empty());
}

/// Cubes of any topology in a grid, an IO die that reaches each of them, a host.
Topology package(const std::string& family, const std::vector<int>& dims, int columns, int rows) {
    NocConfig noc;
    noc.topology = family;
    noc.dims = dims;
    Topology topology(noc.flit);
    std::vector<GroupId> cubes;
    const RouterId io = topology.add_router("io", noc.router("io"));
    for (int i = 0; i < columns * rows; ++i) {
        const std::string name = "c" + std::to_string(i);
        cubes.push_back(topology_family(family).build(topology, name, noc, "noc"));
        topology.connect(io, topology.group(cubes.back()).endpoints.front(), sip_link());
    }
    const auto join = [&](int a, int b) {
        const auto& from = topology.group(cubes[static_cast<std::size_t>(a)]).endpoints;
        const auto& to = topology.group(cubes[static_cast<std::size_t>(b)]).endpoints;
        topology.connect(from.back(), to.front(), die_to_die_link());
        if (from.front() != from.back()) {
            topology.connect(from.front(), to.back(), die_to_die_link());
        }
    };
    for (int i = 0; i < columns * rows; ++i) {
        if (i % columns + 1 < columns) {
            join(i, i + 1);
        }
        if (i + columns < columns * rows) {
            join(i, i + columns);
        }
    }
    topology.connect(topology.add_router("host", noc.router("host")), io, pcie_link());
    for (std::size_t i = 0; i < topology.routers().size(); ++i) {
        topology.add_port("p" + std::to_string(i), static_cast<RouterId>(i));
    }
    return topology;
}

TEST(Deadlock, WaysThroughSeveralNetworksGetTheClassesTheyNeed) {
    struct Case {
        const char* family;
        std::vector<int> dims;
        const char* routing;
    };
    for (const Case& each : {Case{"mesh", {3, 3}, "xy"}, Case{"mesh", {3, 3}, "adaptive_odd_even"},
                             Case{"mesh", {3, 3}, "o1turn"}, Case{"torus", {3, 4}, "xy"},
                             Case{"ring", {6}, "xy"}, Case{"crossbar", {4}, "xy"}}) {
        for (const int rows : {1, 2, 3}) {
            const Topology topology = package(each.family, each.dims, 2, rows);
            const RoutingTable routing(topology, each.routing);
            EXPECT_TRUE(test::acyclic(topology, routing)) << each.family << " " << rows;
            EXPECT_LE(routing.vc_classes(), 6) << each.family << " " << rows;
        }
    }
    // Two meshes side by side need none.
    const Topology pair = test::system_in_package();
    EXPECT_EQ(RoutingTable(pair, "xy").vc_classes(), 1);
}

TEST(Deadlock, LinksThatAreDownAreGoneRoundOrReported) {
    const Topology tree = test::network("fat_tree", {2, 3});
    const LinkId branch = tree.find_link("noc.l0_0_to_noc.l1_0");
    const Topology topology = test::network("mesh", {4, 4});
    const LinkId broken = topology.find_link("noc.r1_1_to_noc.r2_1");
    const auto goes_round = [](const Topology& network, const char* name, LinkId link) {
        const RoutingTable routing(network, name, {link});
        test::for_each_hop(network, routing,
                           [&](auto, auto, auto, const Hop& hop) { EXPECT_NE(hop.link, link); });
        EXPECT_TRUE(test::acyclic(network, routing));
    };
    goes_round(tree, "shortest", branch);
    goes_round(tree, "up_down", branch);
    goes_round(topology, "up_down", broken);
    // The shortest ways round a hole in a mesh make a circle of turns.
    EXPECT_THROW(goes_round(topology, "shortest", broken), core::UserError);
    for (const char* name : {"xy", "o1turn", "adaptive_west_first"}) {
        try {
            const RoutingTable routing(topology, name, {broken});
            FAIL() << name;
        } catch (const core::UserError& error) {
            EXPECT_EQ(std::string(error.what()),
                      "link 'noc.r1_1_to_noc.r2_1' is down and '" + std::string(name) +
                          "' cannot go round it; shortest and up_down can");
        }
    }
}

TEST(Deadlock, ARouterCutOffIsReported) {
    const Topology topology = test::network("mesh", {2, 1});
    const LinkId only = topology.find_link("noc.r0_0_to_noc.r1_0");
    try {
        const RoutingTable routing(topology, "up_down", {only});
        FAIL();
    } catch (const core::UserError& error) {
        EXPECT_STREQ(error.what(), "no route from 'noc.r1_0' to 'noc.r0_0'");
    }
}

/// As a tree of a multicast may do: the ring's classes are free of deadlock until a packet that has
/// crossed the dateline's class goes on in the other one.
TEST(Deadlock, FindsACircleThatOneMoreDependencyCloses) {
    const Topology topology = test::network("ring", {6});
    const RoutingTable routing(topology, "xy");
    DependencyGraph graph(topology, routing);
    EXPECT_TRUE(graph.find_circle().empty());
    const Hop first = routing.next(1, 2);
    const Hop second = routing.next(2, 3);
    EXPECT_FALSE(graph.add({first.link, first.vc_class}, {second.link, second.vc_class}));
    EXPECT_TRUE(graph.find_circle().empty());
    EXPECT_TRUE(graph.add({second.link, 1}, {first.link, 1}));
    EXPECT_EQ(graph.find_circle().size(), 2U);
}

}  // namespace
}  // namespace strata::interconnect
