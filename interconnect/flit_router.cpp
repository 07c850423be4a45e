// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// A cycle of a router of the flit level, and the way of a flit out of it.

#include <algorithm>

#include "interconnect/flit_network.h"

namespace strata::interconnect {

void FlitNetwork::evaluate_router(Domain& domain, RouterId router, Cycle cycle) {
    if (!claims_[index(router)].empty()) {
        serve_claims(domain, router, cycle);
    }
    const bool bids = allocate_vcs(router, cycle);
    if (config_.vc_alloc_cycles == 0) {
        for (const std::int32_t vc : new_vcs_) {
            if (out_[index(in_[index(vc)].out)].credits > 0) {
                bid(vc);
            }
        }
        new_vcs_.clear();
    }
    bool moves = allocate_switch(domain, router, cycle);
    if (config_.speculative) {
        moves |= speculate(domain, router, cycle);
    }
    for (const std::int32_t id : new_vcs_) {
        const InputVc& vc = in_[index(id)];
        if (vc.out != kNone && vc.count > 0 && out_[index(vc.out)].credits > 0) {
            bid(id);
        }
    }
    new_vcs_.clear();
    const FlitLayout::RouterPorts& ports = layout_.routers[index(router)];
    const auto first = ready_.begin() + ports.first_word;
    const bool ready = std::any_of(first, first + ports.words, [](auto word) { return word != 0; });
    if (!bids && !moves && !ready) {
        domain.routers.erase(router);  // a credit, a flit or a link that comes free wakes it
    }
}

/// The flit in front of a VC leaves its buffer and the router.
void FlitNetwork::traverse(Domain& domain, std::int32_t id, Cycle cycle) {
    InputVc& vc = in_[index(id)];
    const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(id))];
    const FlitLayout::Output& output = layout_.outputs[index(vc.output)];
    const Flit flit = flits_[index(vc.buffer + vc.head)];
    Packet& packet = packets_[flit >> 2];
    const bool inner = input.output < 0;  // its flits are still in the buffer of a fork, or a sum's
    if (inner) {
        vc.head = vc.head + 1 == input.depth ? 0 : vc.head + 1;
        --vc.count;
    } else {
        leave_buffer(id, vc, input, cycle);
    }

    OutputVc& out = out_[index(vc.out)];
    const std::int32_t v = layout_.vc_at_end(vc.out);
    --out.credits;
    if ((flit & kHead) != 0) {
        const Link& link = topology_.link(output.link);
        account(link, output.link, length(link, packet.data, packet.flits), packet.flits);
        ++packet.routers;
    }
    if (output.input < 0) {
        // The interface takes every flit at once and returns its credit.
        const Cycle last = cycle + output.flit_delay;
        domain.credits.push(last + 1 + layout_.credit_cycles, vc.out);
        if ((flit & kHead) != 0) {
            packet.head_arrived = end_of(domain, last);
        }
        if ((flit & kTail) != 0) {
            domain.departures.push(last, {flit >> 2, output.port});
        }
    } else if (output.flit_delay != FlitLayout::kForeign) {
        domain.arrivals.push(cycle + output.flit_delay, {layout_.vc(output.input, v), flit});
    } else {
        cross_link(output, packet, {layout_.vc(output.input, v), flit}, cycle);
    }
    if (traced() && output.flit_delay != FlitLayout::kForeign) {
        trace_busy(output.link, cycle + output.start_delay, cycle + output.start_delay + 1, false);
    }

    vc.since = cycle + 1;
    bool again = vc.count > 0 && out.credits > 0;
    if ((flit & kTail) != 0) {
        free_[index(vc.output)] |= std::uint64_t{1} << v;
        out.owner = kNone;
        vc.out = kNone;
        again = false;
    }
    const FlitLayout::RouterPorts& ports = layout_.routers[index(input.router)];
    const std::int32_t bit = id - layout_.vc(ports.first_input, 0);
    if (!again) {
        ready_[index(ports.first_word + (bit >> 6))] &= ~(std::uint64_t{1} << (bit & 63));
    } else if (config_.speculative) {
        bid(id);  // a speculative head was not among the ready ones
    }
    if (inner) {
        inner_sent(domain, id, (flit & kTail) != 0, cycle);
    } else if ((flit & kTail) != 0 && vc.count > 0) {
        begin_head(domain, id, cycle + 1);
    }
}

void FlitNetwork::return_credit(const FlitLayout::Input& input, std::int32_t vc, Cycle cycle) {
    const FlitLayout::Output& sender = layout_.outputs[index(input.output)];
    const std::int32_t out = layout_.vc(input.output, layout_.vc_at_end(vc));
    Domain& here = domain_of(input.router);
    if (input.credit_delay != FlitLayout::kForeign) {
        here.credits.push(cycle + input.credit_delay, out);
        return;
    }
    Domain& there = domain_of(sender.router);
    const Cycle edge = topology_.clock(there.clock)
                           .at_or_after(end_of(here, cycle) + topology_.link(sender.link).latency);
    there.credits.push(edge + layout_.credit_cycles, out);
}

}  // namespace strata::interconnect
