// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/flit_layout.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

std::size_t index(std::int32_t i) {
    return static_cast<std::size_t>(i);
}

/// The pipeline up to and including switch allocation.
int allocation_cycles(const FlitConfig& config) {
    const int both = config.speculative
                         ? std::max(config.vc_alloc_cycles, config.switch_alloc_cycles)
                         : config.vc_alloc_cycles + config.switch_alloc_cycles;
    return config.routing_cycles + both;
}

bool foreign(const Topology& topology, const FlitConfig& config, const Link& link) {
    if (config.watches_links() && link.from >= 0 && link.to >= 0) {
        return true;
    }
    const auto other_clock = [&](RouterId router) {
        return router >= 0 && topology.router(router).clock != link.clock;
    };
    return link.shared || link.latency != 0 || link.width != topology.flit() ||
           other_clock(link.from) || other_clock(link.to);
}

}  // namespace

FlitLayout::FlitLayout(const Topology& topology, const RoutingTable& routing,
                       const FlitConfig& config)
    : vcs(config.total_vcs()), vc_classes_(routing.vc_classes()) {
    while (1 << shift < vcs) {
        ++shift;
    }
    number_ports(topology);
    make_masks(config);
    set_delays(topology, config);
}

void FlitLayout::number_ports(const Topology& topology) {
    std::vector<std::int32_t> input_of_link(topology.links().size(), -1);
    output_of_link.assign(topology.links().size(), -1);
    for (RouterId id = 0; id < static_cast<RouterId>(topology.routers().size()); ++id) {
        const Router& router = topology.router(id);
        RouterPorts ports;
        ports.first_input = static_cast<std::int32_t>(inputs.size());
        ports.inputs = static_cast<std::int32_t>(router.inputs.size() + router.outputs.size());
        ports.first_output = static_cast<std::int32_t>(outputs.size());
        ports.outputs = static_cast<std::int32_t>(router.outputs.size());
        ports.first_word = words;
        ports.words = static_cast<std::int32_t>(core::ceil_div(ports.inputs << shift, 64));
        words += ports.words;
        routers.push_back(ports);
        for (const LinkId link : router.inputs) {
            input_of_link[index(link)] = static_cast<std::int32_t>(inputs.size());
            inputs.push_back({id, topology.link(link).input, -1, 0, 0});
        }
        for (const LinkId link : router.outputs) {
            const auto local = static_cast<std::int32_t>(outputs.size()) - ports.first_output;
            const auto inner = static_cast<std::int32_t>(inputs.size());
            output_of_link[index(link)] = static_cast<std::int32_t>(outputs.size());
            outputs.push_back(
                {id, topology.link(link).port, link, local, -1, inner, router.clock, 0, 0});
            inputs.push_back({id, inner - ports.first_input, -1, 0, 0});
        }
    }
    for (PortId id = 0; id < static_cast<PortId>(topology.ports().size()); ++id) {
        const LinkId link = topology.port(id).injection;
        output_of_link[index(link)] = static_cast<std::int32_t>(outputs.size());
        outputs.push_back({-1, id, link, 0, -1, -1, topology.link(link).clock, 0, 0});
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        outputs[i].input = input_of_link[index(outputs[i].link)];
        if (outputs[i].input >= 0) {
            inputs[index(outputs[i].input)].output = static_cast<std::int32_t>(i);
        }
    }
}

void FlitLayout::make_masks(const FlitConfig& config) {
    const auto range = [](int from, int to) {  // [from, to)
        const std::uint64_t below = to == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << to) - 1;
        return below & ~((std::uint64_t{1} << from) - 1);
    };
    for (int c = 0; c < config.classes; ++c) {
        const int first = c * config.vcs;
        for (int k = 0; k < vc_classes_; ++k) {
            const int begin = k * config.vcs / vc_classes_;
            const int end = (k + 1) * config.vcs / vc_classes_;
            masks_.push_back(range(first + begin, first + end));
            class_of_vc_.insert(class_of_vc_.end(), static_cast<std::size_t>(end - begin),
                                static_cast<std::uint8_t>(k));
        }
        masks_.push_back(range(first, first + config.vcs));
    }
}

void FlitLayout::set_delays(const Topology& topology, const FlitConfig& config) {
    const int slower = std::max(config.vc_alloc_cycles, config.switch_alloc_cycles);
    const int first_vc_alloc = std::max(config.vc_alloc_cycles, 1) - 1;
    const int first_switch_alloc = std::max(config.switch_alloc_cycles, 1) - 1;
    bid_delay = config.speculative ? slower - 1 : first_switch_alloc;
    head_delay = config.routing_cycles + (config.speculative ? 0 : first_vc_alloc);
    credit_cycles = config.credit_cycles + config.credit_processing;
    shortest_ejection = kNoDelay;
    for (Output& output : outputs) {
        set_output_delays(topology, config, output);
        if (output.input < 0) {
            shortest_ejection = std::min(shortest_ejection, output.flit_delay);
        }
    }
    for (const RouterPorts& ports : routers) {
        std::int32_t deepest = config.buffer_flits;
        for (std::int32_t i = ports.first_input; i < ports.first_input + ports.inputs; ++i) {
            Input& input = inputs[index(i)];
            if (input.output >= 0) {
                set_input(topology, config, input);
                deepest = std::max(deepest, input.depth);
            } else {
                input.depth = deepest;  // all that a fork may have in front of it
            }
        }
    }
}

void FlitLayout::set_output_delays(const Topology& topology, const FlitConfig& config,
                                   Output& output) {
    const Link& link = topology.link(output.link);
    if (output.router >= 0) {
        const Router& router = topology.router(output.router);
        const int traversal = router.pipeline - allocation_cycles(config);
        if (traversal < 0) {
            throw core::ModelError("flit level: the pipeline of router '" + router.name +
                                   "' is shorter than its stages");
        }
        output.start_delay = traversal + (config.switch_alloc_cycles > 0 ? 1 : 0);
    }
    const Cycle there = output.start_delay + link.flit_cycles + link.extra_cycles;
    if (foreign(topology, config, link)) {
        output.flit_delay = kForeign;
    } else {
        output.flit_delay = output.input < 0 ? there - 1 : there + bid_delay;
    }
}

void FlitLayout::set_input(const Topology& topology, const FlitConfig& config, Input& input) {
    const Output& sender = outputs[index(input.output)];
    const Link& link = topology.link(sender.link);
    input.depth = config.buffer_flits;
    if (sender.router < 0) {
        // The interface needs one cycle for a credit.
        input.credit_delay = 1 + config.credit_cycles + 1;
    } else if (!foreign(topology, config, link)) {
        input.credit_delay = 1 + credit_cycles;
    } else {
        // What a long or slow link holds during a round trip is on top of the router's buffers.
        input.credit_delay = kForeign;
        const CycleClock& clock = topology.clock(sender.clock);
        const core::Ps slower =
            std::max<core::Ps>(0, topology.clock(link.clock).span(1) - clock.span(1));
        input.depth += static_cast<std::int32_t>(clock.at_or_after(2 * (link.latency + slower)));
    }
}

}  // namespace strata::interconnect
