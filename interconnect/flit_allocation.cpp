// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The allocators of a router of the flit level. Both see the state at the beginning of the cycle: a
// VC that its tail frees is bid for in the next one.

#include <algorithm>

#include "interconnect/flit_network.h"

namespace strata::interconnect {
namespace {

/// Exactly one bit is set.
bool is_lone(const std::uint64_t* words, std::int32_t count) {
    std::uint64_t found = 0;
    for (std::int32_t w = 0; w < count; ++w) {
        if (words[w] != 0) {
            if (found != 0) {
                return false;
            }
            found = words[w];
        }
    }
    return found != 0 && (found & (found - 1)) == 0;
}

}  // namespace

/// Lower wins. A bid that has waited for the limit goes before all others.
std::uint32_t FlitNetwork::rank(const InputVc& vc, Cycle cycle) const {
    if (config_.qos_levels == 1 || cycle - vc.since >= config_.starvation_cycles) {
        return 0;
    }
    return static_cast<std::uint32_t>(config_.qos_levels -
                                      std::min<int>(vc.qos, config_.qos_levels - 1));
}

// VC allocation.

/// True when a head found a VC to bid for.
bool FlitNetwork::allocate_vcs(RouterId router, Cycle cycle) {
    const FlitLayout::RouterPorts& ports = layout_.routers[index(router)];
    const auto words = waiting_.begin() + ports.first_word;
    const bool lone = is_lone(&*words, ports.words) && !config_.speculative;
    bool bids = false;
    for (std::int32_t w = 0; w < ports.words; ++w) {
        for_each_bit(words[w], [&](std::int32_t bit) {
            const std::int32_t id = layout_.vc(ports.first_input, 0) + w * 64 + bit;
            InputVc& vc = in_[index(id)];
            if (routing_.adaptive()) {
                route(id, packets_[flits_[index(vc.buffer + vc.head)] >> 2]);
            }
            const std::uint64_t free = free_[index(vc.output)] & vc.mask;
            if (free == 0) {
                return;
            }
            bids = true;
            if (lone) {
                take_vc(router, id, next_free(router, vc, free), cycle);
            } else {
                request_vcs(router, id, free, cycle);
            }
        });
    }
    if (!vc_matcher_.empty()) {
        vc_matcher_.match(output_first_, [&](const FlitMatcher::Request& match) {
            take_vc(router, layout_.vc(ports.first_input, 0) + match.in,
                    layout_.vc(ports.first_output, 0) + match.out, cycle);
        });
    }
    return bids;
}

/// The output VC that a head gets when it is alone: the first free one from its pointer on.
std::int32_t FlitNetwork::next_free(RouterId router, const InputVc& vc, std::uint64_t free) const {
    const std::int32_t first = layout_.vc(vc.output, 0);
    const std::int32_t v =
        vc.pointer + layout_.vc(layout_.routers[index(router)].first_output, 0) - first;
    const std::uint64_t ahead = v > 0 && v < 64 ? free >> v << v : free;
    return first + __builtin_ctzll(ahead != 0 ? ahead : free);
}

void FlitNetwork::request_vcs(RouterId router, std::int32_t id, std::uint64_t free, Cycle cycle) {
    const FlitLayout::RouterPorts& ports = layout_.routers[index(router)];
    const InputVc& vc = in_[index(id)];
    const std::int32_t in = id - layout_.vc(ports.first_input, 0);
    const std::int32_t first = layout_.vc(vc.output - ports.first_output, 0);
    const std::uint32_t its_rank = rank(vc, cycle);
    bool credit = false;
    for_each_bit(free, [&](std::int32_t v) {
        const OutputVc& out = out_[index(layout_.vc(vc.output, v))];
        const std::int32_t from_input =
            FlitMatcher::distance(vc.pointer, first + v, layout_.vc(ports.outputs, 0));
        const std::int32_t from_output =
            FlitMatcher::distance(out.pointer, in, layout_.vc(ports.inputs, 0));
        vc_matcher_.add({in, first + v, id, FlitMatcher::key(0, from_input, 0),
                         FlitMatcher::key(its_rank, from_output, 0)});
        credit |= out.credits > 0;
    });
    if (config_.speculative && credit) {
        bidders_.push_back(id);
    }
}

void FlitNetwork::take_vc(RouterId router, std::int32_t id, std::int32_t out_id, Cycle cycle) {
    const FlitLayout::RouterPorts& ports = layout_.routers[index(router)];
    InputVc& vc = in_[index(id)];
    OutputVc& out = out_[index(out_id)];
    const std::int32_t in = id - layout_.vc(ports.first_input, 0);
    const std::int32_t local = out_id - layout_.vc(ports.first_output, 0);
    vc.pointer = local + 1 == layout_.vc(ports.outputs, 0) ? 0 : local + 1;
    out.pointer = in + 1 == layout_.vc(ports.inputs, 0) ? 0 : in + 1;
    vc.out = out_id;
    vc.since = cycle + 1;
    out.owner = id;
    free_[index(vc.output)] &= ~(std::uint64_t{1} << layout_.vc_at_end(out_id));
    waiting_[index(ports.first_word + (in >> 6))] &= ~(std::uint64_t{1} << (in & 63));
    new_vcs_.push_back(id);
}

// Switch allocation.

FlitMatcher::Request FlitNetwork::switch_request(std::int32_t id, std::int32_t output,
                                                 Cycle cycle) const {
    const std::int32_t input = layout_.end_of_vc(id);
    const std::int32_t in = layout_.inputs[index(input)].local;
    const FlitLayout::RouterPorts& ports =
        layout_.routers[index(layout_.inputs[index(input)].router)];
    const std::int32_t out = output - ports.first_output;
    const std::uint32_t its_rank = rank(in_[index(id)], cycle);
    const std::int32_t from_vc =
        FlitMatcher::distance(next_vc_[index(input)], layout_.vc_at_end(id), layout_.vcs);
    const std::int32_t from_input =
        FlitMatcher::distance(accept_[index(input)], out, ports.outputs);
    const std::int32_t from_output = FlitMatcher::distance(grant_[index(output)], in, ports.inputs);
    return {in, out, id, FlitMatcher::key(its_rank, from_input, from_vc),
            FlitMatcher::key(its_rank, from_output, from_vc)};
}

/// Moves the round-robin pointers past a match.
void FlitNetwork::pass(const FlitMatcher::Request& match) {
    const std::int32_t input = layout_.end_of_vc(match.vc);
    const FlitLayout::RouterPorts& ports =
        layout_.routers[index(layout_.inputs[index(input)].router)];
    accept_[index(input)] = match.out + 1 == ports.outputs ? 0 : match.out + 1;
    grant_[index(ports.first_output + match.out)] = match.in + 1 == ports.inputs ? 0 : match.in + 1;
    const std::int32_t v = layout_.vc_at_end(match.vc);
    next_vc_[index(input)] = v + 1 == layout_.vcs ? 0 : v + 1;
}

void FlitNetwork::grant(Domain& domain, const FlitMatcher::Request& match, Cycle cycle) {
    pass(match);
    if (config_.speculative) {
        input_taken_[index(match.in)] = 1;
        output_taken_[index(match.out)] = 1;
    }
    traverse(domain, match.vc, cycle);
}

/// True when a flit moved.
bool FlitNetwork::allocate_switch(Domain& domain, RouterId router, Cycle cycle) {
    const FlitLayout::RouterPorts& ports = layout_.routers[index(router)];
    const auto words = ready_.begin() + ports.first_word;
    const bool lone = is_lone(&*words, ports.words);
    bool moves = false;
    for (std::int32_t w = 0; w < ports.words; ++w) {
        for_each_bit(words[w], [&](std::int32_t bit) {
            const std::int32_t id = layout_.vc(ports.first_input, 0) + w * 64 + bit;
            const InputVc& vc = in_[index(id)];
            if (layout_.outputs[index(vc.output)].flit_delay == FlitLayout::kForeign &&
                !link_open(domain, vc.output, (flits_[index(vc.buffer + vc.head)] & kHead) != 0,
                           cycle)) {
                words[w] &= ~(std::uint64_t{1} << bit);  // until the link is free
                return;
            }
            moves = true;
            if (lone) {
                const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(id))];
                grant(domain, {input.local, vc.output - ports.first_output, id, 0, 0}, cycle);
            } else {
                switch_matcher_.add(switch_request(id, vc.output, cycle));
            }
        });
    }
    if (!switch_matcher_.empty()) {
        switch_matcher_.match(
            output_first_, [&](const FlitMatcher::Request& match) { grant(domain, match, cycle); });
    }
    return moves;
}

/// Heads that bid for a VC in this cycle compete for what the others leave of the switch. True when
/// there were any.
bool FlitNetwork::speculate(Domain& domain, RouterId router, Cycle cycle) {
    const bool any = !bidders_.empty();
    for (const std::int32_t id : bidders_) {
        const FlitMatcher::Request request = switch_request(id, in_[index(id)].output, cycle);
        if (input_taken_[index(request.in)] == 0 && output_taken_[index(request.out)] == 0 &&
            (layout_.outputs[index(in_[index(id)].output)].flit_delay != FlitLayout::kForeign ||
             link_open(domain, in_[index(id)].output, true, cycle))) {
            switch_matcher_.add(request);
        }
    }
    bidders_.clear();
    const FlitLayout::RouterPorts& ports = layout_.routers[index(router)];
    std::fill_n(input_taken_.begin(), ports.inputs, 0);
    std::fill_n(output_taken_.begin(), ports.outputs, 0);
    if (!switch_matcher_.empty()) {
        switch_matcher_.match(output_first_, [&](const FlitMatcher::Request& match) {
            pass(match);
            const InputVc& vc = in_[index(match.vc)];
            if (vc.out != kNone && out_[index(vc.out)].credits > 0) {
                traverse(domain, match.vc, cycle);  // the speculation was right
            }
        });
    }
    return any;
}

}  // namespace strata::interconnect
