// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests of a NAND bench case, one after the other, offered in a closed loop of `queue_depth`:
// `sequential` (rising addresses from `start`, from 0 again at the end of the span), `random`
// (uniform over the span) or `trace` (request_trace.h: each at its time or, with the queue full,
// later; times of 0 make it a closed loop; what it reads it has to write, or nand.preloaded). What
// is read has been written before, and `overwrites` x span random writes have been made, without
// time.

#include <cstdint>
#include <optional>
#include <string>

#include "core/config.h"
#include "core/payload.h"
#include "core/random.h"
#include "core/units.h"
#include "platform/bench/request_trace.h"

namespace strata::platform {

struct NandTraffic {
    enum class Pattern : std::uint8_t { kSequential, kRandom, kTrace };
    enum class Op : std::uint8_t { kRead, kWrite, kMix };
    Pattern pattern = Pattern::kSequential;
    Op op = Op::kRead;
    double read_fraction = 0.5;  ///< of `mix`
    core::Bytes request = 0;
    std::int64_t requests = 100'000;
    std::int64_t queue_depth = 64;
    core::Bytes span = 0;
    core::Bytes start = 0;  ///< where `sequential` begins
    double overwrites = 0.0;
    core::Ps refresh = 0;  ///< host-issued refreshes of one zone or block after the other; 0: none
    std::uint64_t seed = 1;
    std::string file;  ///< of a trace

    /// `capacity` limits the span and is its default; `page` is the default of the request.
    static NandTraffic parse(core::Section s, core::Bytes capacity, core::Bytes page);

   private:
    static NandTraffic parse_trace(core::Section& s, core::Bytes capacity, core::Bytes page);
};

using NandAccess = TraceRequest;  ///< not offered before its time

class NandTrafficSource {
   public:
    /// Throws core::UserError when the trace cannot be opened.
    explicit NandTrafficSource(const NandTraffic& traffic);

    /// The next request; false after the last. Throws core::UserError for a bad line of a trace.
    bool next(NandAccess& access);

   private:
    NandTraffic traffic_;
    std::uint64_t places_;
    std::int64_t sent_ = 0;
    core::RandomStream random_;
    std::optional<RequestTrace> trace_;
};

}  // namespace strata::platform
