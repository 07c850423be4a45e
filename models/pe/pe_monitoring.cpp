// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Energy, waveform and utilisation of a processing element.

#include <string>

#include "models/pe/processing_element.h"

namespace strata::models {

using core::Bytes;
using core::EnergyCategory;
using core::Ps;

void ProcessingElement::register_energy() {
    core::EnergyLedger& ledger = services().energy;
    const core::EnergyLedger::BlockId block = ledger.block(path());
    for (std::size_t type = 0; type < energy_.mac.size(); ++type) {
        energy_.mac[type] =
            ledger.event(block, EnergyCategory::kPe,
                         std::string("mac_") + to_string(static_cast<DataType>(type)),
                         config_.energy.mac_pj[type]);
    }
    energy_.vector_op =
        ledger.event(block, EnergyCategory::kPe, "vector_op", config_.energy.vector_op_pj);
    energy_.tcm_bit =
        ledger.event(block, EnergyCategory::kPe, "tcm_bit", config_.energy.tcm_bit_pj);
    ledger.set_static_power(block, EnergyCategory::kPe, config_.energy.idle_w, 0);
    ledger.set_static_power(block, EnergyCategory::kLeakage, config_.energy.leakage_w, 0);
}

Bytes ProcessingElement::tcm_traffic() const {
    Bytes bytes = commands_.counters().tcm_bytes + inbox_logic_.counters().read_bytes +
                  inbox_logic_.counters().write_bytes;
    for (int q = 0; q < kDmaQueues; ++q) {
        bytes += dma_.counters(static_cast<DmaQueue>(q)).tcm_bytes;
    }
    return bytes;
}

void ProcessingElement::settle(Ps now) {
    book_energy(commands_.unfinished(now));
}

void ProcessingElement::clock_changed(Ps now, core::Frequency before) {
    commands_.clock_changed(now, before);
    schedule(now);
}

/// Counts everything that was done since the last time; `left` was started, but not done.
void ProcessingElement::book_energy(const CommandProcessor::Counters& left) {
    core::EnergyLedger& ledger = services().energy;
    const CommandProcessor::Counters& done = commands_.counters();
    const auto book = [&ledger](core::EnergyLedger::EventId event, std::int64_t total,
                                std::int64_t& booked, std::int64_t scale) {
        if (total != booked) {
            ledger.count(event, (total - booked) * scale);
            booked = total;
        }
    };
    for (std::size_t type = 0; type < energy_.mac.size(); ++type) {
        book(energy_.mac[type], done.macs[type] - left.macs[type], energy_.macs_booked[type], 1);
    }
    book(energy_.vector_op, done.vector_ops - left.vector_ops, energy_.vector_booked, 1);
    book(energy_.tcm_bit, tcm_traffic() - left.tcm_bytes, energy_.tcm_booked, 8);
}

void ProcessingElement::register_trace() {
    core::TraceSink* sink = services().trace;
    traced_ = sink != nullptr;
    if (!traced_) {
        return;
    }
    for (int e = 0; e < kEngines; ++e) {
        const std::string name = to_string(static_cast<Engine>(e));
        const auto i = static_cast<std::size_t>(e);
        engine_trace_[i] = core::trace_enum(sink, path(), name, {"idle", "wait", "run"});
        engine_trace_[i].set(0, 0);
        if (i < outstanding_trace_.size()) {
            outstanding_trace_[i] = core::trace_integer(sink, path(), name + "_outstanding", 12);
            outstanding_trace_[i].set(0, 0);
        }
    }
}

void ProcessingElement::update_trace(Ps now) {
    for (std::size_t i = 0; i < engine_trace_.size(); ++i) {
        auto state = static_cast<std::int64_t>(commands_.state(static_cast<Engine>(i)));
        if (i < outstanding_trace_.size()) {
            const auto queue = static_cast<DmaQueue>(i);
            if (dma_.state(queue, now) != Dma::State::kIdle) {
                state = static_cast<std::int64_t>(CommandProcessor::State::kRun);
            }
            const std::int64_t outstanding = dma_.outstanding(queue);
            if (outstanding != traced_outstanding_[i]) {
                traced_outstanding_[i] = outstanding;
                outstanding_trace_[i].set(now, outstanding);
            }
        }
        if (state != traced_state_[i]) {
            traced_state_[i] = state;
            engine_trace_[i].set(now, state);
        }
    }
}

ProcessingElement::Utilisation ProcessingElement::utilisation(Ps now) const {
    Utilisation u;
    u.matrix_busy = commands_.busy_time(Engine::kMatrix, now);
    u.vector_busy = commands_.busy_time(Engine::kVector, now);
    for (std::size_t i = 0; i < u.dma_busy.size(); ++i) {
        const auto queue = static_cast<DmaQueue>(i);
        u.dma_busy[i] = now - dma_.time_in(queue, Dma::State::kIdle, now);
        u.read_bytes += dma_.counters(queue).read_bytes;
        u.write_bytes += dma_.counters(queue).write_bytes;
    }
    for (const std::int64_t macs : commands_.counters().macs) {
        u.macs += macs;
    }
    return u;
}

}  // namespace strata::models
