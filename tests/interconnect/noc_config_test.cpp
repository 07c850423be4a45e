// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc_config.h"

#include <gtest/gtest.h>

#include "core/config.h"
#include "interconnect/routing.h"

namespace strata::interconnect {
namespace {

TEST(NocConfig, DefaultsGiveTheReferenceRouter) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse("{}", "test.yaml", {}, diagnostics);
    const NocConfig config = NocConfig::parse(document.root());
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(config.router("b").pipeline, 3);
    EXPECT_EQ(config.link("b").cycles, 1);
    EXPECT_EQ(config.model, "packet");
}

TEST(NocConfig, ReadsEveryKey) {
    const char* text = R"(
model: flit
topology: torus
dims: [4, 6]
concentration: 2
routing: yx
flit: 64B
clock: 1.2GHz
dvfs: cube
pipeline: {routing: 1, vc_alloc: 2, switch_alloc: 3, traversal: 4}
link_cycles: 2
link_gating: {idle_cycles: 40, wakeup_cycles: 6}
injection_cycles: 3
ejection_cycles: 4
max_packet: 1KiB
injection_queue: 2
receive_slots: 5
vcs: 8
buffer_flits: 5
credit_cycles: 2
credit_processing: 3
speculative: true
allocator: separable
classes: 2
qos: {levels: 3, starvation_cycles: 99}
faults: [{link: a_to_b, down: true}, {link: b_to_a, down: false}]
error_rate: 0.001
retry_cycles: 12
router_energy_per_bit: 0.5pJ
wire_energy_per_bit_mm: 0.25pJ
hop_length: 2mm
router_static_power: 3mW
link_static_power: 2mW
)";
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
    const NocConfig config = NocConfig::parse(document.root());
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(config.model, "flit");
    EXPECT_EQ(config.topology, "torus");
    EXPECT_EQ(config.dims, (std::vector<int>{4, 6}));
    EXPECT_EQ(config.concentration, 2);
    EXPECT_EQ(config.routing, "yx");
    EXPECT_EQ(config.max_packet, 1024);
    EXPECT_EQ(config.injection_queue, 2);
    EXPECT_EQ(config.receive_slots, 5);
    EXPECT_EQ(config.faults.down, (std::vector<std::string>{"a_to_b"}));
    EXPECT_DOUBLE_EQ(config.faults.error_rate, 0.001);
    EXPECT_EQ(config.faults.retry_cycles, 12);
    const RouterConfig router = config.router("b");
    EXPECT_EQ(router.pipeline, 8);  // speculation: both allocations at once
    EXPECT_EQ(router.injection_cycles, 3);
    EXPECT_EQ(router.ejection_cycles, 4);
    EXPECT_DOUBLE_EQ(router.pj_per_flit, 0.5 * 64 * 8);
    EXPECT_DOUBLE_EQ(router.static_w, 3e-3);
    EXPECT_EQ(router.clock_domain, "b");
    const LinkConfig link = config.link("b");
    EXPECT_EQ(link.cycles, 2);
    EXPECT_EQ(link.width, 64);
    EXPECT_EQ(link.clock.hz, 1'200'000'000);
    EXPECT_DOUBLE_EQ(link.pj_per_bit, 0.5);
    EXPECT_DOUBLE_EQ(link.static_w, 2e-3);
    EXPECT_EQ(link.clock_domain, "b");
    const FlitConfig level = config.flit_level();
    EXPECT_EQ(level.vcs, 4);
    EXPECT_EQ(level.classes, 2);
    EXPECT_EQ(level.buffer_flits, 5);
    EXPECT_EQ(level.credit_cycles, 2);
    EXPECT_EQ(level.credit_processing, 3);
    EXPECT_TRUE(level.speculative);
    EXPECT_EQ(level.allocator, FlitConfig::Allocator::kSeparable);
    EXPECT_EQ(level.qos_levels, 3);
    EXPECT_EQ(level.starvation_cycles, 99);
    EXPECT_DOUBLE_EQ(level.error_rate, 0.001);
    EXPECT_EQ(level.retry_cycles, 12);
    EXPECT_EQ(level.gate_after, 40);
    EXPECT_EQ(level.wakeup_cycles, 6);
}

/// What a network alone, given by `text`, is refused for; an empty list: it is accepted.
std::vector<std::string> complaints(const std::string& text, int message_classes = 1) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "t.yaml", {}, diagnostics);
    core::Section root = document.root();
    core::Section noc = root.section("noc");
    NocConfig::read_alone(noc, message_classes);
    noc.finish();
    root.finish();
    return diagnostics.messages();
}

using Messages = std::vector<std::string>;

TEST(NocConfig, EveryTopologyHasADefaultRouting) {
    for (const char* text :
         {"{topology: mesh, dims: [4, 4]}", "{topology: cmesh, dims: [2, 2]}",
          "{topology: torus, dims: [4, 4]}", "{topology: ring, dims: [8]}",
          "{topology: crossbar, dims: [16]}", "{topology: fat_tree, dims: [2, 3]}",
          "{topology: table, table: {routers: [a, b], links: [{from: a, to: b}]}}"}) {
        EXPECT_EQ(complaints("noc: " + std::string(text)), Messages{}) << text;
    }
}

TEST(NocConfig, ReportsMistakesWhereTheyAre) {
    EXPECT_EQ(complaints("noc: {flit: 0B, modle: packet, routing: zigzag, dims: [2, 2]}"),
              (Messages{"t.yaml:1:41: noc.routing: expected one of xy, yx, adaptive_west_first, "
                        "adaptive_odd_even, o1turn, shortest, up_down, got zigzag",
                        "t.yaml:1:13: noc.flit: expected 1B..4KiB, got 0B",
                        "t.yaml:1:17: noc.modle: unknown key, did you mean 'model'?"}));
    EXPECT_EQ(complaints("noc: {topology: tours, dims: [4, 4]}").front(),
              "t.yaml:1:17: noc.topology: expected one of mesh, cmesh, torus, ring, crossbar, "
              "fat_tree, table, got tours, did you mean 'torus'?");
    EXPECT_EQ(complaints("noc: {topology: mesh}"), (Messages{"t.yaml:1:6: noc.dims: missing"}));
    EXPECT_EQ(complaints("noc: {dims: [4]}"),
              (Messages{"t.yaml:1:13: noc.dims: expected [columns, rows], each 1..64"}));
    EXPECT_EQ(complaints("noc: {topology: ring, dims: [4, 4]}"),
              (Messages{"t.yaml:1:29: noc.dims: expected [routers], 1..1024"}));
    EXPECT_EQ(complaints("noc: {topology: fat_tree, dims: [64, 2]}"),
              (Messages{"t.yaml:1:33: noc.dims: expected [k, n] with k 2..32, n 1..6 and at most "
                        "4096 endpoints, k^n"}));
    EXPECT_EQ(complaints("noc: {topology: crossbar, dims: [64, 64]}"),
              (Messages{"t.yaml:1:33: noc.dims: expected [endpoints] or [columns, rows], at most "
                        "1024 endpoints"}));
    EXPECT_EQ(complaints("noc: {dims: [2, 2], speculative: true, pipeline: {vc_alloc: 0}}"),
              (Messages{"t.yaml:1:34: noc.speculative: needs pipeline.vc_alloc and "
                        "pipeline.switch_alloc"}));
    EXPECT_EQ(complaints("noc: {dims: [2, 2], faults: [{link: noc.r0_0_to_noc.r0_2}]}"),
              (Messages{"t.yaml:1:29: noc.faults: no link 'noc.r0_0_to_noc.r0_2', did you mean "
                        "'noc.r0_0_to_noc.r0_1'?"}));
}

TEST(NocConfig, DividesItsVcsEvenly) {
    const std::string torus = "noc: {model: flit, topology: torus, dims: [4, 4], ";
    EXPECT_EQ(complaints(torus + "vcs: 2}"), Messages{});
    EXPECT_EQ(complaints(torus + "vcs: 3}"),
              (Messages{"t.yaml:1:56: noc.vcs: expected a multiple of 2, for 1 message classes and "
                        "2 classes of the routing, got 3"}));
    EXPECT_EQ(complaints(torus + "vcs: 6, classes: 2}").size(), 1U);
    EXPECT_EQ(complaints(torus + "vcs: 8, classes: 2}"), Messages{});
    // Below the flit level there are no VCs to divide.
    EXPECT_EQ(complaints("noc: {topology: torus, dims: [4, 4], vcs: 3}"), Messages{});
}

TEST(NocConfig, RefusesWhatOnlyTheFlitLevelModels) {
    EXPECT_EQ(complaints("noc: {dims: [2, 2], qos: {levels: 2}, error_rate: 0.1, link_gating: "
                         "{idle_cycles: 9}}"),
              (Messages{"t.yaml:1:26: noc.qos: needs model: flit",
                        "t.yaml:1:51: noc.error_rate: needs model: flit",
                        "t.yaml:1:69: noc.link_gating: needs model: flit"}));
    EXPECT_EQ(complaints("noc: {model: flit, dims: [2, 2], qos: {levels: 2}, error_rate: 0.1}"),
              Messages{});
}

TEST(NocConfig, RefusesANetworkAloneThatWouldFollowACube) {
    EXPECT_EQ(complaints("noc: {dims: [2, 2], dvfs: cube}"),
              (Messages{"t.yaml:1:27: noc.dvfs: cube: only in a platform, whose governor sets the "
                        "level"}));
    EXPECT_EQ(complaints("noc: {dims: [2, 2], dvfs: fixed}"), Messages{});
}

TEST(NocConfig, RequestsAndResponsesNeedClassesOfTheirOwn) {
    EXPECT_EQ(complaints("noc: {dims: [2, 1]}", 2), Messages{});
    EXPECT_EQ(complaints("noc: {dims: [2, 1], classes: 1}", 2),
              (Messages{"t.yaml:1:30: noc.classes: requests and responses in the same VCs may "
                        "deadlock: noc.r0_0_to_noc.r1_0 waits for noc.r1_0_to_noc.r0_0 waits for "
                        "noc.r0_0_to_noc.r1_0"}));
}

constexpr const char* kSquare = R"(noc:
  topology: table
  routing: table
  table:
    routers: [a, b, c, d]
    links:
      - {from: a, to: b, length: 3mm}
      - {from: b, to: c, width: 16B, clock: 2GHz, latency: 3ns}
      - {from: c, to: d, one_way: true}
      - {from: d, to: a}
    endpoints: [a, a, c, d]
    routes:
      - {at: a, to: c, via: b}
)";

TEST(NocConfig, ReadsATable) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(kSquare, "t.yaml", {}, diagnostics);
    core::Section section = document.root().section("noc");
    const NocConfig noc = NocConfig::read_alone(section);
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages().front();
    const Topology topology = make_topology(noc);
    ASSERT_EQ(topology.routers().size(), 4U);
    ASSERT_EQ(topology.ports().size(), 4U);
    EXPECT_EQ(topology.port(1).router, 0);
    const Link& first = topology.link(topology.find_link("noc.a_to_noc.b"));
    EXPECT_DOUBLE_EQ(first.pj_per_bit, 3 * noc.wire_pj_per_bit_mm);
    const Link& slow = topology.link(topology.find_link("noc.c_to_noc.b"));
    EXPECT_EQ(slow.width, 16);
    EXPECT_EQ(slow.latency, 3000);
    EXPECT_EQ(topology.find_link("noc.d_to_noc.c"), -1);
    const RoutingTable routing(topology, "table");
    EXPECT_EQ(topology.link(routing.next(0, 2).link).to, 1);  // as the table says
    EXPECT_EQ(topology.link(routing.next(3, 2).link).to, 0);  // the shortest
}

TEST(NocConfig, ReportsMistakesInATable) {
    EXPECT_EQ(complaints(R"(noc:
  topology: table
  table:
    routers: [left, right, left]
    links:
      - {from: left, to: rihgt}
      - {from: left, to: left}
    endpoints: [up]
    routes: [{at: left, to: right, via: right}]
)"),
              (Messages{"t.yaml:4:14: noc.table.routers: 'left' stands there twice",
                        "t.yaml:6:26: noc.table.links.0.to: no router 'rihgt', did you mean "
                        "'right'?",
                        "t.yaml:7:26: noc.table.links.1.to: a link from a router to itself",
                        "t.yaml:8:16: noc.table.endpoints: no router 'up'",
                        "t.yaml:9:41: noc.table.routes.0.via: no link leads there from 'left'"}));
    EXPECT_EQ(complaints("noc: {topology: table}"), (Messages{"t.yaml:1:6: noc.table: missing"}));
    EXPECT_EQ(complaints("noc: {topology: table, table: {routers: [a, b]}}"),
              (Messages{"t.yaml:1:6: noc.routing: no route from 'noc.b' to 'noc.a'"}));
}

TEST(NocConfig, RefusesATableThatLeadsInACircle) {
    std::string text = kSquare;
    text += "      - {at: b, to: c, via: a}\n";
    EXPECT_EQ(complaints(text),
              (Messages{"t.yaml:5:5: noc.table: the table leads packets from 'noc.a' to 'noc.c' in "
                        "a circle"}));
}

TEST(NocConfig, RefusesATableThatMayDeadlock) {
    const std::string ring = R"(noc:
  topology: table
  routing: shortest
  table:
    routers: [a, b, c]
    links: [{from: a, to: b, one_way: true}, {from: b, to: c, one_way: true},
            {from: c, to: a, one_way: true}]
)";
    EXPECT_EQ(complaints(ring),
              (Messages{"t.yaml:3:12: noc.routing: packets may deadlock: noc.a_to_noc.b waits for "
                        "noc.b_to_noc.c waits for noc.c_to_noc.a waits for noc.a_to_noc.b; "
                        "up_down never does"}));
}

TEST(NocConfig, FitsThePesOfACube) {
    const auto fitted = [](const std::string& text, int columns, int rows) {
        core::Diagnostics diagnostics;
        auto document = core::ConfigDocument::parse(text, "t.yaml", {}, diagnostics);
        NocConfig noc = NocConfig::parse(document.root().section("noc"));
        noc.fit(document.root().section("noc"), columns, rows);
        return diagnostics.ok() ? "" : diagnostics.messages().front();
    };
    EXPECT_EQ(fitted("noc: {topology: cmesh}", 4, 4), "");
    EXPECT_EQ(fitted("noc: {topology: mesh, dims: [4, 2]}", 4, 2), "");
    EXPECT_EQ(fitted("noc: {topology: mesh, dims: [2, 4]}", 4, 2),
              "t.yaml:1:29: noc.dims: does not give the 4x2 endpoints of this network");
    EXPECT_EQ(fitted("noc: {topology: fat_tree, dims: [2, 4]}", 4, 4), "");
    EXPECT_EQ(fitted("noc: {topology: fat_tree}", 7, 5),
              "t.yaml:1:17: noc.topology: no fat_tree has 7x5 endpoints");
    EXPECT_EQ(fitted("noc: {topology: cmesh}", 3, 4),
              "t.yaml:1:17: noc.topology: no cmesh has 3x4 endpoints, 4 at each router");
}

TEST(LinkConfig, OverlaysDefaults) {
    core::Diagnostics diagnostics;
    auto document =
        core::ConfigDocument::parse("{width: 16B, latency: 5ns}", "test.yaml", {}, diagnostics);
    const LinkConfig link = LinkConfig::parse(document.root(), pcie_link());
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(link.width, 16);
    EXPECT_EQ(link.latency, 5000);
    EXPECT_EQ(link.clock.hz, 1'000'000'000);
    EXPECT_TRUE(link.shared);
}

}  // namespace
}  // namespace strata::interconnect
