// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// A clock domain changes its frequency. Whatever happens at a cycle of the domain follows without
// further ado; flits and credits that are on their way into it from elsewhere keep their times.

#include "interconnect/flit_network.h"

namespace strata::interconnect {

/// Moves every event to the cycle `due(cycle, event)`; events of one link keep their order.
template <typename Event, typename Due>
void FlitNetwork::retime(CycleWheel<Event>& wheel, Due due) {
    CycleWheel<Event> moved;
    for (Cycle cycle = wheel.next(); cycle != kNoCycle; cycle = wheel.next()) {
        for (const Event& event : wheel.take(cycle)) {
            moved.push(due(cycle, event), event);
        }
    }
    wheel = std::move(moved);
}

bool FlitNetwork::sender_is_timed(std::int32_t output) const {
    return is_timed(topology_.link(layout_.outputs[index(output)].link));
}

void FlitNetwork::clock_changed(const ClockChange& change) {
    NetworkBase::clock_changed(change);
    for (const auto& domain : domains_) {
        if (domain->clock != change.clock) {
            continue;
        }
        retime(domain->arrivals, [&](Cycle cycle, const Arrival& arrival) {
            const FlitLayout::Input& input = layout_.inputs[index(layout_.end_of_vc(arrival.vc))];
            return sender_is_timed(input.output)
                       ? keep_time(change, cycle - layout_.bid_delay) + layout_.bid_delay
                       : cycle;
        });
        retime(domain->credits, [&](Cycle cycle, std::int32_t vc) {
            const std::int32_t output = layout_.end_of_vc(vc);
            return sender_is_timed(output)
                       ? keep_time(change, cycle - layout_.credit_cycles) + layout_.credit_cycles
                       : cycle;
        });
        // An output looks again when its link comes free; it may look too early, never too late.
        retime(domain->wakes, [&](Cycle cycle, const Wake& wake) {
            return wake.kind == Wake::Kind::kOutput ? std::min(cycle, keep_time(change, cycle))
                                                    : cycle;
        });
    }
}

}  // namespace strata::interconnect
