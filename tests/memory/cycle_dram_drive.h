// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Devices and traffic for the tests of the DRAM controller.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "core/random.h"
#include "models/memory/dram/cycle_dram.h"
#include "models/memory/dram/dram_preset.h"
#include "tests/memory/drive.h"

namespace strata::test {

inline models::DramDevice preset(const std::string& name) {
    return models::load_dram_preset(std::string(STRATA_SOURCE) + "/configs/presets/dram/" + name +
                                    ".yaml");
}
inline models::DramDevice without_refresh(models::DramDevice device) {
    device.policy.refresh = models::DramRefreshMode::kNone;
    return device;
}

struct CommandRecorder : models::DramCommandSink {
    void command(const models::DramCommandRecord& record) override { records.push_back(record); }
    std::vector<models::DramCommandRecord> records;
};

/// Offers requests in order, always one more than fit; returns the time of the last completion.
struct Saturation {
    core::Ps end = 0;
    core::Ps worst_latency = 0;
    core::Bytes bytes = 0;
    double gbps() const { return static_cast<double>(bytes) * 1e3 / static_cast<double>(end); }
};
inline Saturation saturate(models::MemoryController& dram, std::int64_t requests,
                           const std::function<models::MemoryRequest(std::int64_t)>& make,
                           Completions* all = nullptr) {
    Saturation result;
    std::vector<core::Ps> submitted(static_cast<std::size_t>(requests));
    Completions done;
    std::int64_t next = 0;
    models::MemoryRequest request = make(0);
    for (core::Ps now = 0; now != core::kNever; now = dram.next_event()) {
        dram.advance(now, done);
        while (next < requests && dram.can_accept(request)) {
            request.id = static_cast<std::uint64_t>(next);
            submitted[static_cast<std::size_t>(next)] = now;
            result.bytes += request.bytes;
            dram.submit(now, request);
            if (++next < requests) {
                request = make(next);
            }
        }
    }
    for (const models::MemoryCompletion& completion : done) {
        const core::Ps latency = completion.time - submitted[completion.id];
        result.worst_latency = std::max(result.worst_latency, latency);
        result.end = std::max(result.end, completion.time);
    }
    if (all != nullptr) {
        *all = done;
    }
    return result;
}

/// Uniform random requests of one size; `writes` is their share.
inline std::function<models::MemoryRequest(std::int64_t)> random_requests(core::Bytes capacity,
                                                                          core::Bytes bytes,
                                                                          double writes,
                                                                          std::uint64_t seed = 1) {
    auto random = core::RandomStream(seed, "traffic");
    return [=](std::int64_t) mutable {
        models::MemoryRequest request;
        request.address = random.below(static_cast<std::uint64_t>(capacity / bytes)) *
                          static_cast<std::uint64_t>(bytes);
        request.bytes = bytes;
        request.op = random.chance(writes) ? core::MemoryOp::kWrite : core::MemoryOp::kRead;
        return request;
    };
}

inline std::function<models::MemoryRequest(std::int64_t)> stream_requests(core::Bytes bytes) {
    return
        [bytes](std::int64_t i) { return read_of(static_cast<std::uint64_t>(i * bytes), bytes); };
}

}  // namespace strata::test
