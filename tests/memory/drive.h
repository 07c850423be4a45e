// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Drives a memory controller without SystemC.

#include <algorithm>
#include <cstdint>
#include <map>
#include <ostream>
#include <vector>

#include "models/memory/memory_controller.h"

namespace strata::test {

using Completions = std::vector<models::MemoryCompletion>;

/// Runs until nothing is left to do, event by event.
inline Completions drain(models::MemoryController& controller) {
    Completions done;
    while (controller.next_event() != core::kNever) {
        controller.advance(controller.next_event(), done);
    }
    return done;
}

/// Does everything due up to `now`, event by event.
inline void run_until(models::MemoryController& controller, core::Ps now, Completions& done) {
    while (controller.next_event() <= now) {
        controller.advance(controller.next_event(), done);
    }
    controller.advance(now, done);
}

inline models::MemoryRequest read_of(std::uint64_t address, core::Bytes bytes,
                                     std::uint64_t id = 0) {
    return {id, core::MemoryOp::kRead, address, bytes, 0};
}
inline models::MemoryRequest write_of(std::uint64_t address, core::Bytes bytes,
                                      std::uint64_t id = 0) {
    return {id, core::MemoryOp::kWrite, address, bytes, 0};
}
inline models::MemoryRequest erase_of(std::uint64_t address, core::Bytes bytes,
                                      std::uint64_t id = 0) {
    return {id, core::MemoryOp::kErase, address, bytes, 0};
}

/// Submits one request to a controller that is otherwise idle and returns its completion.
inline models::MemoryCompletion serve(models::MemoryController& controller, core::Ps now,
                                      const models::MemoryRequest& request) {
    Completions done;
    run_until(controller, now, done);
    controller.submit(now, request);
    return drain(controller).back();
}

/// Submits a request as one request per granule, all at the same moment and with the same id.
inline void submit_singly(models::MemoryController& controller, core::Ps now,
                          models::MemoryRequest request) {
    const auto granule = static_cast<std::uint64_t>(controller.granule());
    const std::uint64_t end = request.address + static_cast<std::uint64_t>(request.bytes);
    while (request.address < end) {
        const std::uint64_t next = std::min(end, (request.address / granule + 1) * granule);
        request.bytes = static_cast<core::Bytes>(next - request.address);
        controller.submit(now, request);
        request.address = next;
    }
}

/// Per id: the first begin and the last end.
struct Span {
    core::Ps begin = core::kNever;
    core::Ps end = 0;
    friend std::ostream& operator<<(std::ostream& out, const Span& span) {
        return out << span.begin << ".." << span.end;
    }
    friend bool operator==(const Span& a, const Span& b) {
        return a.begin == b.begin && a.end == b.end;
    }
};
inline std::map<std::uint64_t, Span> spans(const Completions& done) {
    std::map<std::uint64_t, Span> result;
    for (const models::MemoryCompletion& completion : done) {
        Span& span = result[completion.id];
        span.begin = std::min(span.begin, completion.begin);
        span.end = std::max(span.end, completion.time);
    }
    return result;
}

}  // namespace strata::test
