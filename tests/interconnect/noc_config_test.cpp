// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc_config.h"

#include <gtest/gtest.h>

#include "core/config.h"

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
model: ideal
routing: yx
flit: 64B
clock: 1.2GHz
pipeline: {routing: 1, vc_alloc: 2, switch_alloc: 3, traversal: 4}
link_cycles: 2
injection_cycles: 3
ejection_cycles: 4
max_packet: 1KiB
injection_queue: 2
receive_slots: 5
router_energy_per_bit: 0.5pJ
wire_energy_per_bit_mm: 0.25pJ
hop_length: 2mm
)";
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
    const NocConfig config = NocConfig::parse(document.root());
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(config.model, "ideal");
    EXPECT_EQ(config.max_packet, 1024);
    EXPECT_EQ(config.injection_queue, 2);
    EXPECT_EQ(config.receive_slots, 5);
    const RouterConfig router = config.router("b");
    EXPECT_EQ(router.pipeline, 10);
    EXPECT_EQ(router.injection_cycles, 3);
    EXPECT_EQ(router.ejection_cycles, 4);
    EXPECT_DOUBLE_EQ(router.pj_per_flit, 0.5 * 64 * 8);
    const LinkConfig link = config.link("b");
    EXPECT_EQ(link.cycles, 2);
    EXPECT_EQ(link.width, 64);
    EXPECT_EQ(link.clock.hz, 1'200'000'000);
    EXPECT_DOUBLE_EQ(link.pj_per_bit, 0.5);
}

TEST(NocConfig, ReportsMistakes) {
    const char* text = "{flit: 0B, modle: packet, routing: zigzag}";
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
    NocConfig::parse(document.root());
    EXPECT_EQ(diagnostics.messages().size(), 3U);
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
