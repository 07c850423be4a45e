// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// States, statistics and the deadlock report of the command processor.

#include <algorithm>
#include <string>

#include "core/payload.h"
#include "core/stats.h"
#include "models/pe/command_processor.h"

namespace strata::models {

using core::Ps;

CommandProcessor::State CommandProcessor::state(Engine engine) const {
    switch (streams_[static_cast<std::size_t>(engine)].phase) {
        case Phase::kEnd:
            return State::kIdle;
        case Phase::kCode:
        case Phase::kSemaphore:
            return State::kWait;
        case Phase::kEngine:
        case Phase::kDispatch:
        case Phase::kCompute:
            return State::kRun;
    }
    return State::kIdle;
}

/// Index into the stall times; -1 for phases that are no stall of the stream.
int CommandProcessor::stall_of(Phase phase) {
    switch (phase) {
        case Phase::kSemaphore:
            return static_cast<int>(Stall::kSemaphore);
        case Phase::kCode:
            return static_cast<int>(Stall::kCode);
        case Phase::kDispatch:
            return static_cast<int>(Stall::kDispatch);
        default:
            return -1;
    }
}

void CommandProcessor::account(Ps now) {
    for (Stream& stream : streams_) {
        if (stream.phase == stream.booked) {
            continue;
        }
        if (const int stall = stall_of(stream.booked); stall >= 0) {
            stream.stalled[static_cast<std::size_t>(stall)] += now - stream.booked_since;
        }
        stream.booked = stream.phase;
        stream.booked_since = now;
    }
}

CommandProcessor::Counters CommandProcessor::unfinished(Ps now) const {
    Counters left;
    for (const Stream& stream : streams_) {
        if (stream.phase != Phase::kCompute || stream.until <= now) {
            continue;
        }
        // Clamped: a clock that changed just now goes on at its next edge.
        const double ahead =
            std::min(1.0, static_cast<double>(stream.until - now) /
                              static_cast<double>(stream.until - stream.clock_since));
        const double share =
            ahead * static_cast<double>(stream.cycles_left) / static_cast<double>(stream.cycles);
        const auto part = [share](std::int64_t whole) {
            return static_cast<std::int64_t>(static_cast<double>(whole) * share);
        };
        left.macs[stream.work.type] += part(stream.work.macs);
        left.vector_ops += part(stream.work.vector_ops);
        left.tcm_bytes += part(stream.work.tcm_bytes);
    }
    return left;
}

Ps CommandProcessor::stall_time(Engine engine, Stall stall, Ps now) const {
    const Stream& stream = streams_[static_cast<std::size_t>(engine)];
    const bool current = stall_of(stream.booked) == static_cast<int>(stall);
    return stream.stalled[static_cast<std::size_t>(stall)] +
           (current ? now - stream.booked_since : 0);
}

Ps CommandProcessor::busy_time(Engine engine, Ps now) const {
    const Stream& stream = streams_[static_cast<std::size_t>(engine)];
    return stream.busy + (stream.phase == Phase::kCompute ? now - stream.busy_since : 0);
}

void CommandProcessor::register_stats(core::StatGroup& stats) const {
    stats.counter("kernels", "1", "kernels started", &counters_.kernels);
    stats.counter("kernels_aborted", "1", "kernels ended by a fault", &counters_.aborted);
    stats.counter("vector_lane_cycles", "1", "work of the vector lanes", &counters_.vector_ops);
    for (std::size_t type = 0; type < counters_.macs.size(); ++type) {
        stats.counter(std::string("macs_") + to_string(static_cast<DataType>(type)), "1",
                      "multiply-accumulates", &counters_.macs[type]);
    }
    for (int e = 0; e < kEngines; ++e) {
        const auto engine = static_cast<Engine>(e);
        core::StatGroup& group = stats.child(std::string("engine.") + to_string(engine));
        group.counter("commands", "1", "commands finished",
                      &counters_.commands[static_cast<std::size_t>(e)]);
        const auto stall = [&](const char* name, const char* text, Stall kind) {
            group.value(name, "ns", text, [this, engine, kind] {
                return static_cast<double>(stall_time(engine, kind, core::now_ps())) * 1e-3;
            });
        };
        stall("stall_semaphore_ns", "waiting for a semaphore", Stall::kSemaphore);
        stall("stall_code_ns", "waiting for code", Stall::kCode);
        stall("dispatch_ns", "dispatching", Stall::kDispatch);
        if (engine == Engine::kMatrix || engine == Engine::kVector) {
            group.value("busy_ns", "ns", "computing", [this, engine] {
                return static_cast<double>(busy_time(engine, core::now_ps())) * 1e-3;
            });
        }
    }
}

std::string CommandProcessor::describe_stream(int e) const {
    const Stream& stream = streams_[static_cast<std::size_t>(e)];
    std::string text = std::string(to_string(static_cast<Engine>(e))) + ": command " +
                       std::to_string(stream.next) + " of " +
                       std::to_string(stream.commands->size());
    switch (stream.phase) {
        case Phase::kEnd:
            return text + ", all started";
        case Phase::kCode:
            return text + ", waits for code";
        case Phase::kEngine:
            return text + ", waits for the engine";
        case Phase::kDispatch:
            return text + ", being dispatched";
        case Phase::kCompute:
            return text + ", computing";
        case Phase::kSemaphore:
            break;
    }
    const Wait& wait = (*stream.commands)[stream.next].waits[stream.wait];
    const auto index = static_cast<std::size_t>(wait.semaphore);
    return text + ", waits for semaphore " + std::to_string(wait.semaphore) + ": has " +
           std::to_string(semaphores_[index]) + ", needs " + std::to_string(wait.value);
}

std::string CommandProcessor::describe_state() const {
    if (!running_) {
        return "no kernel\n";
    }
    std::string text = "kernel " + name_ + (aborting_ ? ", aborting\n" : "\n");
    for (int e = 0; kernel_ != nullptr && e < kEngines; ++e) {
        if (!kernel_->streams[static_cast<std::size_t>(e)].empty()) {
            text += describe_stream(e) + '\n';
        }
    }
    return text;
}

}  // namespace strata::models
