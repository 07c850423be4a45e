// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/dram_traffic.h"

#include <algorithm>

namespace strata::platform {

namespace {

/// `load: saturate`, `load: {interval: 20us}` or `interval: 20us`, which wins.
core::Ps read_interval(core::Section& s) {
    constexpr core::Range kInterval{1, 1e15};
    if (s.has_mapping("load")) {
        core::Section load = s.section("load");
        const core::Ps interval = load.time("interval", {}, kInterval);
        load.finish();
        return interval;
    }
    const bool interval = s.has("interval");
    s.choice("load", {"saturate", "interval"}, interval ? "interval" : "saturate");
    return interval ? s.time("interval", {}, kInterval) : 0;
}

}  // namespace

DramTraffic DramTraffic::parse(core::Section s, core::Bytes capacity, core::Bytes granule) {
    DramTraffic t;
    const std::string pattern = s.choice("pattern", {"stream", "random", "trace"}, "stream");
    t.interval = read_interval(s);
    t.requests = s.integer("requests", t.requests, {1, 1e9});
    if (pattern == "trace") {
        t.pattern = Pattern::kTrace;
        t.file = trace_path(s);
        t.requests = s.has("requests") ? t.requests : INT64_MAX;
        t.request = granule;
        s.finish();
        return t;
    }
    t.pattern = pattern == "random" ? Pattern::kRandom : Pattern::kStream;
    t.read_fraction = s.number("read_fraction", t.read_fraction, {0, 1});
    t.write_every = s.integer("write_every", t.write_every, {0, 1e9});
    t.request = s.size("request", t.request, {1, 1 << 20});
    t.span = s.size("span", capacity, core::kPositive);
    t.seed = static_cast<std::uint64_t>(s.integer("seed", 1, core::kNotNegative));
    t.span = std::min(t.span, capacity);
    if (t.span < t.request) {
        s.error("span", "is less than a request");
    }
    s.finish();
    return t;
}

DramTrafficSource::DramTrafficSource(const DramTraffic& traffic, core::Bytes capacity)
    : traffic_(traffic),
      places_(static_cast<std::uint64_t>(std::max<core::Bytes>(1, traffic.span / traffic.request))),
      random_(traffic.seed, "dram.traffic") {
    if (traffic_.pattern == DramTraffic::Pattern::kTrace) {
        trace_.emplace(traffic_.file, capacity, traffic_.request);
    }
}

bool DramTrafficSource::next(DramAccess& access) {
    if (sent_ == traffic_.requests) {
        return false;
    }
    if (trace_) {
        ++sent_;
        return trace_->next(access);
    }
    const auto number = static_cast<std::uint64_t>(sent_);
    const std::uint64_t place = traffic_.pattern == DramTraffic::Pattern::kRandom
                                    ? random_.below(places_)
                                    : number % places_;
    bool write = false;
    if (traffic_.write_every > 0) {
        write = (sent_ + 1) % traffic_.write_every == 0;
    } else if (traffic_.read_fraction < 1.0) {
        write = !random_.chance(traffic_.read_fraction);
    }
    access = {sent_ * traffic_.interval, write ? core::MemoryOp::kWrite : core::MemoryOp::kRead,
              place * static_cast<std::uint64_t>(traffic_.request), traffic_.request};
    ++sent_;
    return true;
}

}  // namespace strata::platform
