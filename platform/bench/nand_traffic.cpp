// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/nand_traffic.h"

#include <algorithm>

namespace strata::platform {

NandTraffic NandTraffic::parse(core::Section s, core::Bytes capacity, core::Bytes page) {
    NandTraffic t;
    const std::string pattern =
        s.choice("pattern", {"sequential", "random", "trace"}, "sequential");
    if (pattern == "trace") {
        return parse_trace(s, capacity, page);
    }
    t.pattern = pattern == "random" ? Pattern::kRandom : Pattern::kSequential;
    const std::string op = s.choice("op", {"read", "write", "mix"}, "read");
    t.op = op == "read" ? Op::kRead : op == "write" ? Op::kWrite : Op::kMix;
    t.read_fraction = s.number("read_fraction", t.read_fraction, {0, 1});
    t.request = s.size("request", page, {1, 1 << 30});
    t.requests = s.integer("requests", t.requests, {1, 1e9});
    t.queue_depth = s.integer("queue_depth", t.queue_depth, {1, 65536});
    t.span = s.size("span", capacity, {1, static_cast<double>(capacity)});
    t.start = s.size("start", 0);
    t.overwrites = s.number("overwrites", t.overwrites, {0, 1000});
    t.refresh = s.time("refresh", 0);
    t.seed = static_cast<std::uint64_t>(s.integer("seed", 1, core::kNotNegative));
    if (t.span < t.request) {
        s.error("span", "is less than a request");
    }
    if (t.start % t.request != 0 || t.start >= std::max<core::Bytes>(1, t.span)) {
        s.error("start", "must be a multiple of request, inside the span");
    }
    if (t.op != Op::kRead && t.request % page != 0) {
        s.error("request", "writes are whole pages of " + core::format_size(page));
    }
    s.finish();
    return t;
}

NandTraffic NandTraffic::parse_trace(core::Section& s, core::Bytes capacity, core::Bytes page) {
    NandTraffic t;
    t.pattern = Pattern::kTrace;
    t.op = Op::kWrite;
    t.file = trace_path(s);
    t.request = page;
    t.span = capacity;
    t.requests = s.integer("requests", INT64_MAX, {1, 1e9});
    t.queue_depth = s.integer("queue_depth", t.queue_depth, {1, 65536});
    s.finish();
    return t;
}

NandTrafficSource::NandTrafficSource(const NandTraffic& traffic)
    : traffic_(traffic),
      places_(static_cast<std::uint64_t>(std::max<core::Bytes>(1, traffic.span / traffic.request))),
      random_(traffic.seed, "nand.traffic") {
    if (traffic_.pattern == NandTraffic::Pattern::kTrace) {
        trace_.emplace(traffic_.file, traffic_.span, traffic_.request);
    }
}

bool NandTrafficSource::next(NandAccess& access) {
    if (sent_ == traffic_.requests) {
        return false;
    }
    if (trace_) {
        ++sent_;
        return trace_->next(access);
    }
    const bool read =
        traffic_.op == NandTraffic::Op::kRead ||
        (traffic_.op == NandTraffic::Op::kMix && random_.chance(traffic_.read_fraction));
    const std::uint64_t place =
        traffic_.pattern == NandTraffic::Pattern::kRandom
            ? random_.below(places_)
            : static_cast<std::uint64_t>(sent_ + traffic_.start / traffic_.request) % places_;
    access.op = read ? core::MemoryOp::kRead : core::MemoryOp::kWrite;
    access.address = place * static_cast<std::uint64_t>(traffic_.request);
    access.bytes = traffic_.request;
    ++sent_;
    return true;
}

}  // namespace strata::platform
