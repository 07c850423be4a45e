// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/diagnostics.h"
#include "tests/interconnect/net_support.h"

namespace strata::interconnect {
namespace {

std::vector<std::string> visited(const Topology& topology, const RoutingTable& routing,
                                 PortId source, PortId target) {
    std::vector<LinkId> links;
    routing.path(topology, source, target, links);
    std::vector<std::string> names;
    for (const LinkId id : links) {
        if (topology.link(id).to >= 0) {
            names.push_back(topology.router(topology.link(id).to).name);
        }
    }
    return names;
}

TEST(Routing, XyGoesAlongTheRowFirst) {
    const Topology topology = test::mesh(4, 4);
    const RoutingTable xy(topology, "xy");
    EXPECT_EQ(visited(topology, xy, 0, 6),
              (std::vector<std::string>{"m.r0_0", "m.r1_0", "m.r2_0", "m.r2_1"}));
    const RoutingTable yx(topology, "yx");
    EXPECT_EQ(visited(topology, yx, 0, 6),
              (std::vector<std::string>{"m.r0_0", "m.r0_1", "m.r1_1", "m.r2_1"}));
}

TEST(Routing, EveryMeshPathIsMinimal) {
    const Topology topology = test::mesh(5, 3);
    const RoutingTable routing(topology, "xy");
    for (PortId a = 0; a < 15; ++a) {
        for (PortId b = 0; b < 15; ++b) {
            const int distance = std::abs(a % 5 - b % 5) + std::abs(a / 5 - b / 5);
            EXPECT_EQ(visited(topology, routing, a, b).size(),
                      static_cast<std::size_t>(distance + 1));
        }
    }
}

TEST(Routing, CrossesCubesThroughTheirGateways) {
    const Topology topology = test::system_in_package();
    const RoutingTable routing(topology, "xy");
    EXPECT_EQ(visited(topology, routing, 13, 11),
              (std::vector<std::string>{"host", "io", "c0.r0_1", "c0.r1_1", "c0.r2_1", "c0.r2_0",
                                        "c1.r0_0", "c1.r1_0", "c1.r2_0", "c1.r2_1"}));
}

TEST(Routing, PrefersTheGatewayOnTheWay) {
    const NocConfig config;
    Topology topology(config.flit);
    const auto a = topology.add_mesh("a", 2, 3, config.link("x"), config.router("x"));
    const auto b = topology.add_mesh("b", 2, 3, config.link("x"), config.router("x"));
    for (int y = 0; y < 3; ++y) {
        topology.connect(topology.mesh_router(a, 1, y), topology.mesh_router(b, 0, y),
                         die_to_die_link());
    }
    const PortId source = topology.add_port("s", topology.mesh_router(a, 0, 2));
    const PortId target = topology.add_port("t", topology.mesh_router(b, 1, 2));
    const RoutingTable routing(topology, "xy");
    EXPECT_EQ(visited(topology, routing, source, target),
              (std::vector<std::string>{"a.r0_2", "a.r1_2", "b.r0_2", "b.r1_2"}));
}

TEST(Routing, ReportsWhatCannotBeReached) {
    const NocConfig config;
    Topology topology(config.flit);
    topology.add_port("a", topology.add_router("left", config.router("x")));
    topology.add_port("b", topology.add_router("right", config.router("x")));
    try {
        const RoutingTable routing(topology, "xy");
        FAIL() << "no error";
    } catch (const core::UserError& error) {
        EXPECT_STREQ(error.what(), "no route from 'right' to 'left'");
    }
}

TEST(Routing, SuggestsAName) {
    const Topology topology = test::mesh(2, 1);
    EXPECT_THROW(RoutingTable(topology, "xz"), core::UserError);
}

}  // namespace
}  // namespace strata::interconnect
