// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc_config.h"

#include "interconnect/routing.h"

namespace strata::interconnect {
namespace {

int cycles(core::Section& section, const char* key, int fallback, double least) {
    return static_cast<int>(section.integer(key, fallback, {least, 1000}));
}

}  // namespace

NocConfig NocConfig::read(core::Section& section) {
    NocConfig noc;
    noc.model = section.choice("model", {"ideal", "packet"}, noc.model);
    noc.routing = section.choice("routing", routing_names(), noc.routing);
    // 32 B at 1 GHz per link: assumption, between AXI4 at 128 and 512 bit.
    noc.flit = section.size("flit", noc.flit, {1, 4096});
    noc.clock = section.frequency("clock", noc.clock);
    // The pipeline is that of BookSim 2's default router, see topology.h.
    core::Section pipeline = section.section("pipeline");
    noc.routing_cycles = cycles(pipeline, "routing", noc.routing_cycles, 0);
    noc.vc_alloc_cycles = cycles(pipeline, "vc_alloc", noc.vc_alloc_cycles, 0);
    noc.switch_alloc_cycles = cycles(pipeline, "switch_alloc", noc.switch_alloc_cycles, 0);
    noc.traversal_cycles = cycles(pipeline, "traversal", noc.traversal_cycles, 0);
    pipeline.finish();
    noc.link_cycles = cycles(section, "link_cycles", noc.link_cycles, 1);
    noc.injection_cycles = cycles(section, "injection_cycles", noc.injection_cycles, 1);
    noc.ejection_cycles = cycles(section, "ejection_cycles", noc.ejection_cycles, 1);
    // One AXI4 burst may not cross a 4 KiB border.
    noc.max_packet = section.size("max_packet", noc.max_packet, {1, 1 << 30});
    // Queue depths: assumptions; 16 slots cover a round trip of 64 B messages at full rate.
    noc.injection_queue =
        static_cast<int>(section.integer("injection_queue", noc.injection_queue, {1, 1 << 20}));
    noc.receive_slots =
        static_cast<int>(section.integer("receive_slots", noc.receive_slots, {1, 1 << 20}));
    // Estimates for 7 nm at half toggle rate: router interpolated between published 45 nm and 12 nm
    // figures, wire 0.03–0.05 pJ/bit/mm; 1 mm between routers is an assumption.
    noc.router_pj_per_bit = section.energy_pj("router_energy_per_bit", noc.router_pj_per_bit);
    noc.wire_pj_per_bit_mm = section.energy_pj("wire_energy_per_bit_mm", noc.wire_pj_per_bit_mm);
    noc.hop_length_m = section.length_m("hop_length", noc.hop_length_m);
    return noc;
}

NocConfig NocConfig::parse(core::Section section) {
    NocConfig noc = read(section);
    section.finish();
    return noc;
}

RouterConfig NocConfig::router(const std::string& block) const {
    RouterConfig router;
    router.clock = clock;
    router.pipeline = routing_cycles + vc_alloc_cycles + switch_alloc_cycles + traversal_cycles;
    router.link_cycles = link_cycles;
    router.injection_cycles = injection_cycles;
    router.ejection_cycles = ejection_cycles;
    router.pj_per_flit = router_pj_per_bit * static_cast<double>(flit * 8);
    router.block = block;
    return router;
}

LinkConfig NocConfig::link(const std::string& block) const {
    LinkConfig link;
    link.width = flit;
    link.clock = clock;
    link.cycles = link_cycles;
    link.pj_per_bit = wire_pj_per_bit_mm * hop_length_m * 1e3;
    link.block = block;
    return link;
}

}  // namespace strata::interconnect
