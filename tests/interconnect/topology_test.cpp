// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/diagnostics.h"
#include "interconnect/mesh_shape.h"
#include "interconnect/topology_family.h"
#include "tests/interconnect/routing_support.h"

namespace strata::interconnect {
namespace {

struct Size {
    const char* family;
    std::vector<int> dims;
    int concentration;
    std::size_t routers;
    std::size_t links;  // one way, between routers
    std::size_t endpoints;
};

class TopologySizes : public ::testing::TestWithParam<Size> {};

TEST_P(TopologySizes, AreThoseOfTheTextbook) {
    const Size& expected = GetParam();
    const Topology topology = test::network(expected.family, expected.dims, expected.concentration);
    EXPECT_EQ(topology.routers().size(), expected.routers);
    EXPECT_EQ(topology.ports().size(), expected.endpoints);
    EXPECT_EQ(topology.links().size(), expected.links + 2 * expected.endpoints);
}

INSTANTIATE_TEST_SUITE_P(
    All, TopologySizes,
    ::testing::Values(
        Size{"mesh", {8, 4}, 1, 32, 2 * (7 * 4 + 8 * 3), 32}, Size{"cmesh", {4, 4}, 4, 16, 48, 64},
        Size{"torus", {4, 3}, 1, 12, 2 * (12 + 12), 12},
        // A closed dimension of 2 has one link, not two.
        Size{"torus", {4, 2}, 1, 8, 2 * (8 + 4), 8}, Size{"torus", {1, 1}, 1, 1, 0, 1},
        Size{"ring", {5}, 2, 5, 10, 10}, Size{"crossbar", {64}, 1, 1, 0, 64},
        // k-ary n-tree: n k^(n-1) routers, (n-1) k^n links each way
        Size{"fat_tree", {4, 3}, 1, 48, 2 * 2 * 64, 64}, Size{"fat_tree", {2, 1}, 1, 1, 0, 2}));

TEST(Topology, EndpointsOfACmeshFormTilesOfTheirGrid) {
    const Topology topology = test::network("cmesh", {2, 2}, 4);
    const Group& group = topology.group(0);
    EXPECT_EQ(group.columns, 4);
    const std::vector<RouterId> expected{0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3};
    EXPECT_EQ(group.endpoints, expected);
    EXPECT_EQ(tile_of(1), (std::pair{1, 1}));
    EXPECT_EQ(tile_of(2), (std::pair{2, 1}));
    EXPECT_EQ(tile_of(7), (std::pair{7, 1}));
    EXPECT_EQ(tile_of(12), (std::pair{4, 3}));
}

TEST(Topology, FoldedTorusLinksAreTwiceAsLong) {
    const NocConfig noc;
    const double wire = noc.wire_pj_per_bit_mm * noc.hop_length_m * 1e3;
    const Topology topology = test::network("torus", {4, 2});
    const Router& corner = topology.router(0);
    for (const LinkId id : corner.outputs) {
        const Link& link = topology.link(id);
        if (link.to >= 0) {
            const bool in_x = topology.router(link.to).y == corner.y;
            EXPECT_DOUBLE_EQ(link.pj_per_bit, in_x ? 2 * wire : wire) << link.name;
        }
    }
}

TEST(Topology, FitsAGridOfEndpoints) {
    NocConfig noc;
    const auto fit = [&](const char* family, int concentration, int columns, int rows) {
        noc.topology = family;
        noc.concentration = concentration;
        return topology_family(family).fit(noc, columns, rows);
    };
    EXPECT_EQ(fit("mesh", 1, 4, 2), (std::vector<int>{4, 2}));
    EXPECT_EQ(fit("cmesh", 4, 8, 4), (std::vector<int>{4, 2}));
    EXPECT_TRUE(fit("cmesh", 4, 3, 4).empty());
    EXPECT_EQ(fit("ring", 2, 4, 4), (std::vector<int>{8}));
    EXPECT_TRUE(fit("ring", 3, 4, 4).empty());
    EXPECT_EQ(fit("crossbar", 1, 4, 4), (std::vector<int>{4, 4}));
    EXPECT_EQ(fit("fat_tree", 1, 8, 8), (std::vector<int>{4, 3}));
    EXPECT_EQ(fit("fat_tree", 1, 8, 4), (std::vector<int>{2, 5}));
    EXPECT_EQ(fit("fat_tree", 1, 6, 6), (std::vector<int>{6, 2}));
    EXPECT_TRUE(fit("fat_tree", 1, 37, 1).empty());
}

TEST(Topology, FindsLinksByName) {
    const Topology topology = test::network("mesh", {2, 1});
    const LinkId id = topology.find_link("noc.r0_0_to_noc.r1_0");
    ASSERT_GE(id, 0);
    EXPECT_EQ(topology.link(id).to, 1);
    EXPECT_EQ(topology.find_link("noc.r0_0_to_noc.r2_0"), -1);
}

TEST(Topology, RefusesNonsense) {
    Topology topology(32);
    EXPECT_THROW(topology.add_group("g", GroupKind::kMesh, 0, 1), core::ModelError);
    EXPECT_THROW(topology_family("hypercube"), core::ModelError);
    EXPECT_EQ(topology_names(), (std::vector<std::string>{"mesh", "cmesh", "torus", "ring",
                                                          "crossbar", "fat_tree", "table"}));
}

}  // namespace
}  // namespace strata::interconnect
