// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The requests of a DRAM bench case, one after the other: `stream` (rising addresses, from 0 again
// at the end of the span), `random` (uniform over the span) or `trace` (request_trace.h).

#include <cstdint>
#include <optional>
#include <string>

#include "core/config.h"
#include "core/payload.h"
#include "core/random.h"
#include "core/units.h"
#include "platform/bench/request_trace.h"

namespace strata::platform {

struct DramTraffic {
    enum class Pattern : std::uint8_t { kStream, kRandom, kTrace };
    Pattern pattern = Pattern::kStream;
    double read_fraction = 1.0;
    std::int64_t write_every = 0;  ///< every n-th request is a write; 0: read_fraction rules
    core::Bytes request = 64;
    std::int64_t requests = 300'000;
    core::Bytes span = 0;
    core::Ps interval = 0;  ///< between requests; 0: as fast as they are accepted
    std::uint64_t seed = 1;
    std::string file;  ///< of a trace

    /// `capacity` limits the span and is its default; `granule` is that of the request.
    static DramTraffic parse(core::Section s, core::Bytes capacity, core::Bytes granule);
};

using DramAccess = TraceRequest;  ///< not offered before its time

class DramTrafficSource {
   public:
    /// Throws core::UserError when the trace cannot be opened.
    DramTrafficSource(const DramTraffic& traffic, core::Bytes capacity);

    /// The next request; false after the last. Throws core::UserError with file and line for a
    /// bad line of a trace.
    bool next(DramAccess& access);

   private:
    DramTraffic traffic_;
    std::uint64_t places_;
    std::int64_t sent_ = 0;
    core::RandomStream random_;
    std::optional<RequestTrace> trace_;
};

}  // namespace strata::platform
