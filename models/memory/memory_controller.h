// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The interface of every memory model (SRAM bank, DRAM channel, NAND channel; simple and full),
// free of SystemC. models/memory/memory_target.h puts it behind a TLM-2.0 socket.

#include <cstdint>
#include <string>
#include <vector>

#include "core/energy.h"
#include "core/payload.h"
#include "core/units.h"

namespace strata::core {
class StatGroup;
class TraceSink;
}  // namespace strata::core

namespace strata::models {

/// A run of consecutive bytes. It stands for as many bursts or pages as it covers, and takes
/// exactly the time these would take if they were submitted one by one at the same moment.
struct MemoryRequest {
    std::uint64_t id = 0;  ///< the caller's handle
    core::MemoryOp op = core::MemoryOp::kRead;
    std::uint64_t address = 0;  ///< byte address inside this channel or bank
    core::Bytes bytes = 0;      ///< at least 1; the range stays inside capacity()
    std::uint8_t qos = 0;
};

/// Where the time from submission to completion went, by the burst that was done last.
struct MemoryLatency {
    core::Ps queue = 0;    ///< waiting for its turn, and for the bursts before it
    core::Ps bank = 0;     ///< closing and opening rows
    core::Ps refresh = 0;  ///< waiting for a refresh
    core::Ps bus = 0;      ///< access, transfer, error correction
};

struct MemoryCompletion {
    std::uint64_t id = 0;
    core::Ps time = 0;                       ///< when the last burst was done
    core::Ps begin = 0;                      ///< when work on its earliest burst started
    core::Fault fault = core::Fault::kNone;  ///< on a fault nothing was changed
    MemoryLatency parts = {};                ///< all 0 where the model does not tell them apart
};

/// Use: `submit` while `can_accept`, then `advance(t)` with t ≤ `next_event()`.
class MemoryController {
   public:
    virtual ~MemoryController() = default;

    /// Whether the request would find a place in the queues now. What is refused is asked again
    /// after the next completion.
    virtual bool can_accept(const MemoryRequest& request) const = 0;
    /// `now` is not earlier than the last `advance`. Returns a fault that is certain already, which
    /// the completion will repeat; kNone when there is none or it shows only later.
    virtual core::Fault submit(core::Ps now, const MemoryRequest& request) = 0;
    virtual core::Ps next_event() const = 0;
    /// Appends the completions up to and including `now`, ordered by (time, submission).
    virtual void advance(core::Ps now, std::vector<MemoryCompletion>& done) = 0;

    virtual core::Bytes capacity() const = 0;
    /// Smallest unit it moves: burst or page, in bytes.
    virtual core::Bytes granule() const = 0;
    /// Time in which the data interface was busy, for utilisation and bandwidth figures.
    virtual core::Ps busy_time() const = 0;
    virtual bool idle() const = 0;
    virtual std::string describe_state() const = 0;
    virtual void register_stats(core::StatGroup& stats) = 0;
    /// Registers its kinds of events; without this call energy is not counted.
    virtual void register_energy(core::EnergyLedger& /*ledger*/,
                                 core::EnergyLedger::BlockId /*block*/) {}
    /// Registers waveform signals under the scope `path`.
    virtual void register_trace(core::TraceSink* /*sink*/, const std::string& /*path*/) {}
    /// Brings counters, energy and waveform up to `now`, with what follows unchanged. `now` is not
    /// later than the next event.
    virtual void settle(core::Ps /*now*/) {}
    /// Data count from now on: a model that maps pages to places checks that every read finds what
    /// was written last, and throws core::ModelError otherwise. Before the first request.
    virtual void check_data() {}
    /// Temperature from the monitor, in °C; models without a temperature effect ignore it.
    virtual void set_temperature(double /*celsius*/) {}
};

}  // namespace strata::models
