// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/noc_config.h"

#include <algorithm>

#include "interconnect/network_check.h"
#include "interconnect/topology_family.h"

namespace strata::interconnect {
namespace {

// Requests wait for responses, so a platform needs both classes.
constexpr int kPlatformClasses = 2;

int small(core::Section& section, const char* key, int fallback, core::Range range) {
    return static_cast<int>(section.integer(key, fallback, range));
}

int cycles(core::Section& section, const char* key, int fallback, double least) {
    return small(section, key, fallback, {least, 1000});
}

void read_shape(core::Section& section, NocConfig& noc) {
    noc.topology = section.choice("topology", topology_names(), noc.topology);
    const TopologyFamily& family = topology_family(noc.topology);
    noc.concentration = small(section, "concentration", family.concentration, {1, 64});
    if (section.has("dims") && noc.topology != "table") {
        for (const std::int64_t size :
             section.integers("dims", std::vector<std::int64_t>{}, core::Range{1, 4096})) {
            noc.dims.push_back(static_cast<int>(size));
        }
        const std::string wrong = noc.dims.empty() ? "" : family.check(noc);
        if (!wrong.empty()) {
            section.error("dims", wrong);
            noc.dims.clear();
        }
    }
    noc.routing = section.choice("routing", family.routings, family.routings.front());
}

void read_router(core::Section& section, NocConfig& noc) {
    // 32 B at 1 GHz per link: assumption, between AXI4 at 128 and 512 bit.
    noc.flit = section.size("flit", noc.flit, {1, 4096});
    noc.clock = section.frequency("clock", noc.clock);
    // A supply and clock of its own, as the on-die meshes of server processors have: assumption.
    noc.dvfs = section.choice("dvfs", {"fixed", "cube"}, "fixed") == "cube";
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
    noc.injection_queue = small(section, "injection_queue", noc.injection_queue, {1, 1 << 20});
    noc.receive_slots = small(section, "receive_slots", noc.receive_slots, {1, 1 << 20});
}

void read_flit_level(core::Section& section, NocConfig& noc, int message_classes) {
    // 8 flits cover the credit round trip of 7 cycles; 4 VCs: two per message class (assumption).
    noc.vcs = small(section, "vcs", noc.vcs, {1, 64});
    noc.buffer_flits = small(section, "buffer_flits", noc.buffer_flits, {1, 4096});
    // Credits, speculation, allocator: BookSim 2.
    noc.credit_cycles = cycles(section, "credit_cycles", noc.credit_cycles, 1);
    noc.credit_processing = cycles(section, "credit_processing", noc.credit_processing, 0);
    noc.speculative = section.boolean("speculative", noc.speculative);
    if (noc.speculative && (noc.vc_alloc_cycles == 0 || noc.switch_alloc_cycles == 0)) {
        section.error("speculative", "needs pipeline.vc_alloc and pipeline.switch_alloc");
    }
    noc.allocator = section.choice("allocator", {"islip", "separable"}, noc.allocator);
    noc.message_classes = message_classes;
    noc.classes = small(section, "classes", message_classes, {1, 8});
    core::Section qos = section.section("qos");
    noc.qos.levels = small(qos, "levels", noc.qos.levels, {1, 16});
    // Several zero-load latencies of an 8×8 mesh: assumption.
    noc.qos.starvation_cycles =
        small(qos, "starvation_cycles", noc.qos.starvation_cycles, {1, 1 << 20});
    qos.finish();
}

void read_faults(core::Section& section, LinkFaults& faults) {
    for (core::Section& fault : section.list("faults")) {
        const std::string link = fault.string("link");
        if (fault.boolean("down", true)) {
            faults.down.push_back(link);
        }
        fault.finish();
    }
    faults.error_rate = section.number("error_rate", faults.error_rate, {0.0, 0.5});
    faults.retry_cycles = small(section, "retry_cycles", faults.retry_cycles, {0, 100'000});
}

void read_gating(core::Section section, LinkGating& gating) {
    gating.idle_cycles = small(section, "idle_cycles", gating.idle_cycles, {0, 1 << 20});
    // Of the order of published designs' 10 cycles: assumption.
    gating.wakeup_cycles = small(section, "wakeup_cycles", gating.wakeup_cycles, {0, 1 << 20});
    section.finish();
}

/// Below the flit level these would change nothing, without a word.
void check_level(core::Section& section, const NocConfig& noc) {
    const auto needs_flits = [&](const char* key, bool used) {
        if (used && noc.model != "flit") {
            section.error(key, "needs model: flit");
        }
    };
    needs_flits("qos", noc.qos.levels > 1);
    needs_flits("error_rate", noc.faults.error_rate > 0.0);
    needs_flits("link_gating", noc.gating.idle_cycles > 0);
}

NocConfig read(core::Section& section, int message_classes) {
    NocConfig noc;
    noc.model = section.choice("model", {"ideal", "packet", "flit"}, noc.model);
    read_shape(section, noc);
    read_router(section, noc);
    read_flit_level(section, noc, message_classes);
    read_faults(section, noc.faults);
    read_gating(section.section("link_gating"), noc.gating);
    check_level(section, noc);
    // Estimates for 7 nm at half toggle rate: router interpolated between published 45 nm and 12 nm
    // figures, wire 0.03–0.05 pJ/bit/mm; 1 mm between routers is an assumption.
    noc.router_pj_per_bit = section.energy_pj("router_energy_per_bit", noc.router_pj_per_bit);
    noc.wire_pj_per_bit_mm = section.energy_pj("wire_energy_per_bit_mm", noc.wire_pj_per_bit_mm);
    noc.hop_length_m = section.length_m("hop_length", noc.hop_length_m);
    // 0: the power of a network without traffic is that of its block, `power.blocks.noc`.
    noc.router_static_w = section.power_w("router_static_power", 0.0, core::kNotNegative);
    noc.link_static_w = section.power_w("link_static_power", 0.0, core::kNotNegative);
    if (noc.topology == "table") {
        noc.graph = GraphConfig::parse(section.required_section("table"), noc.link(""),
                                       noc.wire_pj_per_bit_mm);
    }
    return noc;
}

}  // namespace

NocConfig NocConfig::parse(core::Section section) {
    NocConfig noc = read(section, kPlatformClasses);
    noc.native_collectives =
        section.choice("collectives", {"unicast", "native"}, "unicast") == "native";
    if (noc.native_collectives && noc.model == "ideal") {
        section.error("collectives", "native needs model: packet or flit");
    }
    if (noc.native_collectives && noc.model == "flit" && noc.buffer_flits < 2) {
        section.error("buffer_flits", "native collectives need 2, for a header and data");
    }
    // 1 KiB per router at 4 B an entry (input, outputs, count of parts): assumption.
    noc.group_entries = small(section, "group_entries", noc.group_entries, {1, 1 << 20});
    section.finish();
    return noc;
}

NocConfig NocConfig::read_alone(core::Section& section, int message_classes) {
    const std::size_t errors = section.diagnostics().messages().size();
    NocConfig noc = read(section, message_classes);
    if (noc.dvfs) {
        section.error("dvfs", "cube: only in a platform, whose governor sets the level");
    }
    if (noc.topology != "table" && !section.has("dims")) {
        section.integers("dims");  // reports it missing
    }
    if (section.diagnostics().messages().size() == errors) {
        check_network(section, make_topology(noc), noc);
    }
    return noc;
}

void NocConfig::fit(core::Section section, int columns, int rows) {
    const std::string grid = std::to_string(columns) + "x" + std::to_string(rows);
    const std::vector<int> fitting = topology_family(topology).fit(*this, columns, rows);
    if (fitting.empty()) {
        const std::string each =
            concentration > 1 ? ", " + std::to_string(concentration) + " at each router" : "";
        section.error("topology", "no " + topology + " has " + grid + " endpoints" + each);
    } else if (!dims.empty() && dims != fitting) {
        section.error("dims", "does not give the " + grid + " endpoints of this network");
    }
    dims = fitting;
}

RouterConfig NocConfig::router(const std::string& block) const {
    RouterConfig router;
    router.clock = clock;
    const int allocation = speculative ? std::max(vc_alloc_cycles, switch_alloc_cycles)
                                       : vc_alloc_cycles + switch_alloc_cycles;
    router.pipeline = routing_cycles + allocation + traversal_cycles;
    router.injection_cycles = injection_cycles;
    router.ejection_cycles = ejection_cycles;
    router.pj_per_flit = router_pj_per_bit * static_cast<double>(flit * 8);
    router.static_w = router_static_w;
    router.block = block;
    router.clock_domain = dvfs ? block : "";
    return router;
}

LinkConfig NocConfig::link(const std::string& block) const {
    LinkConfig link;
    link.width = flit;
    link.clock = clock;
    link.cycles = link_cycles;
    link.pj_per_bit = wire_pj_per_bit_mm * hop_length_m * 1e3;
    link.static_w = link_static_w;
    link.block = block;
    link.clock_domain = dvfs ? block : "";
    return link;
}

FlitConfig NocConfig::flit_level() const {
    FlitConfig level;
    level.vcs = vcs / classes;
    level.classes = classes;
    level.buffer_flits = buffer_flits;
    level.routing_cycles = routing_cycles;
    level.vc_alloc_cycles = vc_alloc_cycles;
    level.switch_alloc_cycles = switch_alloc_cycles;
    level.credit_cycles = credit_cycles;
    level.credit_processing = credit_processing;
    level.speculative = speculative;
    level.allocator =
        allocator == "islip" ? FlitConfig::Allocator::kIslip : FlitConfig::Allocator::kSeparable;
    level.qos_levels = qos.levels;
    level.starvation_cycles = qos.starvation_cycles;
    level.error_rate = faults.error_rate;
    level.retry_cycles = faults.retry_cycles;
    level.gate_after = gating.idle_cycles;
    level.wakeup_cycles = gating.wakeup_cycles;
    return level;
}

Topology make_topology(const NocConfig& noc) {
    Topology topology(noc.flit);
    const GroupId group = topology_family(noc.topology).build(topology, "noc", noc, "noc");
    const std::vector<RouterId> endpoints = topology.group(group).endpoints;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        topology.add_port("n" + std::to_string(i), endpoints[i]);
    }
    return topology;
}

}  // namespace strata::interconnect
