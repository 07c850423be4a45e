// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// States, statistics and the text of a deadlock report.

#include <string>

#include "core/payload.h"
#include "core/stats.h"
#include "models/pe/dma.h"

namespace strata::models {

using core::Ps;

Dma::State Dma::state(DmaQueue which, Ps now) const {
    const Queue& queue = queue_of(which);
    if (queue.head == queue.tail) {
        return State::kIdle;
    }
    if (queue.prepared.valid) {
        if (queue.prepared.ready > now) {
            return State::kTranslation;
        }
        return issuable(queue, now) ? State::kPort : State::kNoSlot;
    }
    if (queue.walk.active || queue.page_wait) {
        return State::kTranslation;
    }
    const bool local = queue.local_end != core::kNever;
    return queue.splitting && !local && !queue.aborting ? State::kNoSlot : State::kData;
}

void Dma::account(Ps now) {
    for (int q = 0; q < 3; ++q) {
        Queue& queue = queue_at(q);
        const State current = state(static_cast<DmaQueue>(q), now);
        if (current != queue.state) {
            queue.spent[static_cast<std::size_t>(queue.state)] += now - queue.state_since;
            queue.state = current;
            queue.state_since = now;
        }
    }
}

Ps Dma::time_in(DmaQueue which, State state, Ps now) const {
    const Queue& queue = queue_of(which);
    const Ps current = queue.state == state ? now - queue.state_since : 0;
    return queue.spent[static_cast<std::size_t>(state)] + current;
}

void Dma::register_stats(core::StatGroup& stats) const {
    static constexpr std::array<const char*, kDmaQueues> kNames = {
        "load", "store", "prefetch", "code_fetch", "physical", "probe", "message"};
    for (int q = 0; q < kDmaQueues; ++q) {
        core::StatGroup& group =
            stats.child(std::string("dma.") + kNames[static_cast<std::size_t>(q)]);
        const Counters& c = queue_at(q).counters;
        group.counter("descriptors", "1", "copies started", &c.descriptors);
        group.counter("payloads", "1", "network transactions", &c.payloads);
        group.counter("read_bytes", "B", "bytes asked from memories", &c.read_bytes);
        group.counter("write_bytes", "B", "bytes sent to memories", &c.write_bytes);
        if (q >= 3) {
            continue;
        }
        group.counter("walk_reads", "1", "reads of page walks", &c.walk_reads);
        group.counter("local_bytes", "B", "bytes copied within the TCM", &c.local_bytes);
        const auto time = [&, q](const char* name, const char* text, State state) {
            group.value(name, "ns", text, [this, q, state] {
                const Ps spent = time_in(static_cast<DmaQueue>(q), state, core::now_ps());
                return static_cast<double>(spent) * 1e-3;
            });
        };
        time("data_ns", "all issued, data under way", State::kData);
        time("stall_slot_ns", "waiting for an outstanding payload", State::kNoSlot);
        time("stall_translation_ns", "waiting for a translation", State::kTranslation);
        time("stall_port_ns", "waiting for the network port", State::kPort);
    }
}

std::string Dma::describe_state() const {
    std::string text;
    for (int q = 0; q < kDmaQueues; ++q) {
        const Queue& queue = queue_at(q);
        if (queue.head == queue.tail) {
            continue;
        }
        text += std::string("dma ") + to_string(static_cast<DmaQueue>(q)) + ": " +
                std::to_string(queue.tail - queue.head) + " descriptors, " +
                std::to_string(queue.in_flight) + " payloads outstanding";
        if (queue.walk.active) {
            text += ", page walk at level " + std::to_string(queue.walk.level);
        }
        if (queue.page_wait) {
            text += ", waits for a page that is being filled";
        }
        text += '\n';
    }
    return text;
}

}  // namespace strata::models
