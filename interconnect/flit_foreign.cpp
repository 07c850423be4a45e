// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Links of the flit level that differ from their routers in width or clock, have a latency or are
// shared by two networks.

#include <algorithm>
#include <numeric>

#include "interconnect/flit_network.h"

namespace strata::interconnect {

FlitLink& FlitNetwork::link_state(LinkId id) {
    const bool share = shared_links_ != nullptr && topology_.link(id).shared;
    return share ? (*shared_links_)[index(id)] : own_links_[index(id)];
}

/// The link's first cycle after the router's pipeline, for a flit that gets the switch at `cycle`.
Cycle FlitNetwork::link_edge(const FlitLayout::Output& output, Cycle cycle) const {
    const Link& link = topology_.link(output.link);
    const Cycle leaves = cycle + output.start_delay;
    return link.clock == output.clock
               ? leaves
               : topology_.clock(link.clock)
                     .at_or_after(topology_.clock(output.clock).time(leaves));
}

/// True when a flit could leave now and wait in the latch for less than a cycle of the router.
/// Otherwise the output is looked at again when that is so.
bool FlitNetwork::link_open(Domain& domain, std::int32_t id, bool head, Cycle cycle) {
    const FlitLayout::Output& output = layout_.outputs[index(id)];
    const Link& link = topology_.link(output.link);
    FlitLink& state = link_state(output.link);
    const CycleClock& clock = topology_.clock(output.clock);
    const Cycle edge = link_edge(output, cycle);
    if (config_.gate_after > 0) {
        const Cycle off = state.wake(edge, config_.gate_after, config_.wakeup_cycles);
        if (off > 0) {
            const CycleClock& link_clock = topology_.clock(link.clock);
            gated_time_[index(output.link)] += link_clock.time(edge) - link_clock.time(edge - off);
            ++wakeups_;
        }
    }
    const Cycle start = state.start(edge, head);
    const core::Ps latest = clock.time(cycle + output.start_delay + 1);
    Cycle retry = cycle + 1;
    if (start > edge && topology_.clock(link.clock).time(start) >= latest) {
        const core::Ps free = topology_.clock(link.clock).time(start);
        retry = std::max(retry, clock.at_or_after(free + 1) - output.start_delay - 1);
    } else if (!link.shared || state.turn(number_, end_of(domain, cycle))) {
        return true;
    }
    if (link.shared) {
        state.claim(number_, end_of(domain, retry));
    }
    domain.wakes.push(retry, {Wake::Kind::kOutput, id});
    return false;
}

core::Ps FlitNetwork::gated_time(LinkId id, core::Ps now) const {
    const Link& link = topology_.link(id);
    const bool share = shared_links_ != nullptr && link.shared;
    if (config_.gate_after == 0 || link.from < 0 || link.to < 0) {
        return 0;
    }
    const core::Ps woken = gated_time_[index(id)];
    if (share && number_ != 0) {
        return woken;  // the other network counts the link's present sleep
    }
    const CycleClock& clock = topology_.clock(link.clock);
    const Cycle cycle = clock.at_or_after(now);
    const Cycle off =
        (share ? *shared_links_ : own_links_)[index(id)].asleep(cycle, config_.gate_after);
    return off == 0 ? woken : woken + clock.time(cycle) - clock.time(cycle - off);
}

core::Ps FlitNetwork::gated_time() const {
    return std::accumulate(gated_time_.begin(), gated_time_.end(), core::Ps{0});
}

/// How often the link spoils its next flit before it gets through.
int FlitNetwork::spoilt(LinkId id) {
    if (config_.error_rate <= 0.0) {
        return 0;
    }
    int times = 0;
    while (config_.draw(static_cast<std::uint64_t>(id), crossings_[index(id)]++) <
           config_.error_rate) {
        ++times;
    }
    retries_ += times;
    return times;
}

void FlitNetwork::cross_link(const FlitLayout::Output& output, const Packet& packet,
                             Arrival arrival, Cycle cycle) {
    const Link& link = topology_.link(output.link);
    FlitLink& state = link_state(output.link);
    const bool head = (arrival.flit & kHead) != 0;
    const bool tail = (arrival.flit & kTail) != 0;
    const Cycle edge = link_edge(output, cycle);
    const Cycle start = state.start(edge, head);
    Cycle cycles = link.flit_cycles;
    if (tail && !head) {
        const core::Bytes rest = packet.data - (packet.flits - 2) * flit_;
        cycles = core::ceil_div(rest, link.width);
    }
    state.take(start, cycles, head, static_cast<int>(std::max<core::Bytes>(1, link.width / flit_)));
    const Cycle again = spoilt(output.link) * (config_.retry_cycles + cycles);
    if (again > 0) {
        state.extend(again);
        account_extra(link, output.link, again / (config_.retry_cycles + cycles) * cycles);
    }
    if (link.shared) {
        state.took(number_);
    }
    if (traced()) {
        trace_busy(output.link, start, start + cycles + again, false);
    }
    const Cycle end = std::max(start + cycles + again, edge + link.flit_cycles) + link.extra_cycles;
    Domain& there = domain_of(link.to);
    const Cycle arrives = topology_.clock(there.clock)
                              .at_or_after(topology_.clock(link.clock).time(end) + link.latency);
    there.arrivals.push(arrives + layout_.bid_delay, arrival);
}

}  // namespace strata::interconnect
