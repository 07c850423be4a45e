// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/noc_traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <sstream>

#include "core/diagnostics.h"
#include "platform/bench/noc_collective.h"

namespace strata::platform {

namespace fs = std::filesystem;

namespace {

using Pattern = NocTraffic::Pattern;

struct PatternName {
    const char* name;
    Pattern pattern;
};
constexpr PatternName kPatterns[] = {
    {"uniform", Pattern::kUniform}, {"transpose", Pattern::kTranspose},
    {"hotspot", Pattern::kHotspot}, {"bit_complement", Pattern::kBitComplement},
    {"tornado", Pattern::kTornado}, {"neighbor", Pattern::kNeighbor},
    {"trace", Pattern::kTrace},
};
constexpr NocCycle kFar = std::numeric_limits<NocCycle>::max() / 4;
constexpr int kMostPoints = 1000;

Pattern read_pattern(core::Section& section) {
    std::vector<std::string> names;
    for (const PatternName& known : kPatterns) {
        names.emplace_back(known.name);
    }
    // Collectives are read elsewhere (noc_collective.h); here they are for the message.
    std::vector<std::string> all = names;
    for (const std::string& collective : NocCollective::names()) {
        all.push_back(collective);
    }
    const std::string name = section.choice("pattern", all, names.front());
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
        throw core::ModelError("the collective '" + name + "' is no pattern of NocTraffic");
    }
    return kPatterns[known - names.begin()].pattern;
}

/// `sweep: [0.05, 0.1]` or `sweep: {from: 0.05, to: 0.5, step: 0.05}`.
std::vector<double> read_sweep(core::Section& section) {
    constexpr core::Range kRate{1e-6, 1.0};
    std::vector<double> rates;
    if (section.has_mapping("sweep")) {
        core::Section sweep = section.section("sweep");
        const double from = sweep.number("from", {}, kRate);
        const double to = sweep.number("to", {}, kRate);
        const double step = sweep.number("step", {}, kRate);
        sweep.finish();
        if (step > 0.0 && (to < from || (to - from) / step > kMostPoints)) {
            section.error("sweep", "expected 1 to 1000 rates from `from` up to `to`");
            return rates;
        }
        for (int i = 0; step > 0.0 && from + i * step <= to * (1.0 + 1e-9); ++i) {
            rates.push_back(from + i * step);
        }
        return rates;
    }
    for (const std::string& text : section.strings("sweep", std::vector<std::string>{})) {
        std::istringstream words(text);
        double rate = 0.0;
        if (!(words >> rate) || !words.eof() || rate < kRate.low || rate > kRate.high) {
            section.error("sweep", "expected rates in 1e-06..1, got '" + text + "'");
            return {};
        }
        rates.push_back(rate);
    }
    if (!std::is_sorted(rates.begin(), rates.end())) {
        section.error("sweep", "expected rising rates");
    }
    return rates;
}

std::string trace_file(core::Section& section) {
    const fs::path file = section.string("file");
    const fs::path beside = fs::path(section.location("file").file).parent_path() / file;
    return fs::exists(beside) ? beside.string() : file.string();
}

void read_process(core::Section& section, NocTraffic& traffic) {
    core::Section burst = section.section("burst");
    if (burst.present()) {
        traffic.burst_on = burst.number("on", {}, {1.0, 1e9});
        traffic.burst_off = burst.number("off", {}, {1.0, 1e9});
    }
    burst.finish();
    core::Section loop = section.section("closed_loop");
    if (loop.present()) {
        traffic.outstanding = loop.integer("outstanding", {}, {1, 1 << 16});
        traffic.reply_flits = loop.integer("reply_flits", traffic.reply_flits, {1, 65'536});
        traffic.service_cycles = loop.integer("service_cycles", 0, {0, 1e9});
    }
    loop.finish();
}

}  // namespace

NocTraffic NocTraffic::parse(core::Section& section) {
    NocTraffic t;
    t.pattern = read_pattern(section);
    t.warmup_cycles = section.integer("warmup_cycles", t.trace() ? 0 : t.warmup_cycles, {0, 1e12});
    t.measure_cycles =
        section.integer("measure_cycles", t.trace() ? kFar : t.measure_cycles, {1, 1e12});
    t.drain_cycles = section.integer("drain_cycles", t.trace() ? kFar : t.drain_cycles, {1, 1e12});
    // One case may be given any pattern, so what only others use is read for all of them.
    t.packet_flits = section.integer("packet_flits", t.packet_flits, {1, 65'536});
    t.seed = static_cast<std::uint64_t>(section.integer("seed", 1, core::kNotNegative));
    t.rate = section.number("rate", t.rate, {1e-6, 1.0});
    t.hotspots = section.integers("hotspots", std::vector<std::int64_t>{}, {0, 1e9});
    if (t.trace()) {
        t.file = trace_file(section);
        return t;
    }
    read_process(section, t);
    if (t.closed_loop()) {
        return t;
    }
    t.sweep = read_sweep(section);
    return t;
}

void NocTraffic::check(core::Section& section, const NocGrid& grid) const {
    if (pattern == Pattern::kTranspose && grid.columns != grid.rows) {
        section.error("pattern", fmt::format("transpose needs a square of endpoints, these are "
                                             "{}x{}",
                                             grid.columns, grid.rows));
    }
    if (pattern == Pattern::kHotspot && hotspots.empty()) {
        section.error("hotspots", "expected at least one endpoint");
    }
    for (const std::int64_t hotspot : hotspots) {
        if (hotspot >= grid.nodes()) {
            section.error("hotspots", fmt::format("there is no endpoint {}, the last one is {}",
                                                  hotspot, grid.nodes() - 1));
        }
    }
    const double highest = sweep.empty() ? rate : sweep.back();
    const double share = burst_on > 0.0 ? burst_on / (burst_on + burst_off) : 1.0;
    if (!trace() && !closed_loop() && highest / static_cast<double>(packet_flits) > share) {
        section.error("burst", "cannot offer that rate: more than a packet per cycle while on");
    }
}

NocTrafficSource::NocTrafficSource(const NocTraffic& traffic, const NocGrid& grid, double rate)
    : traffic_(traffic), grid_(grid), random_(traffic.seed, "noc.traffic") {
    if (traffic_.trace()) {
        trace_.open(traffic_.file);
        if (!trace_) {
            throw core::UserError(traffic_.file + ": cannot be read");
        }
        return;
    }
    if (traffic_.closed_loop()) {
        return;
    }
    double per_cycle = rate / static_cast<double>(traffic_.packet_flits);
    const auto nodes = static_cast<std::size_t>(grid_.nodes());
    if (traffic_.burst_on > 0.0) {
        per_cycle *= (traffic_.burst_on + traffic_.burst_off) / traffic_.burst_on;
        burst_ends_ = Chance(1.0 / traffic_.burst_on);
        pause_ends_ = Chance(1.0 / traffic_.burst_off);
        on_left_.resize(nodes);
        for (NocCycle& left : on_left_) {
            left = geometric(burst_ends_);
        }
    }
    packet_ = Chance(per_cycle);
    for (std::int32_t node = 0; node < grid_.nodes(); ++node) {
        nodes_.push_back({gap(node) - 1, node});
    }
    std::make_heap(nodes_.begin(), nodes_.end(), std::greater<>());
}

NocTrafficSource::Chance::Chance(double probability)
    : certain(probability >= 1.0), log_failure(std::log1p(-probability)) {}

/// Trials up to and including the first success.
NocCycle NocTrafficSource::geometric(const Chance& chance) {
    if (chance.certain) {
        return 1;
    }
    const double trials = std::log1p(-random_.uniform()) / chance.log_failure;
    return 1 + static_cast<NocCycle>(std::min(trials, static_cast<double>(kFar)));
}

NocCycle NocTrafficSource::gap(std::int32_t node) {
    NocCycle on = geometric(packet_);
    if (on_left_.empty()) {
        return on;
    }
    NocCycle& left = on_left_[static_cast<std::size_t>(node)];
    NocCycle cycles = 0;
    while (on > left) {
        on -= left;
        cycles += left + geometric(pause_ends_);
        left = geometric(burst_ends_);
    }
    left -= on;
    return cycles + on;
}

bool NocTrafficSource::next(NocPacket& packet) {
    if (traffic_.trace()) {
        return next_of_trace(packet);
    }
    if (nodes_.empty()) {
        return false;
    }
    const Node node = nodes_.front();
    nodes_.front().cycle += gap(node.node);
    sift_down();
    packet = {node.cycle, node.node, target(node.node),
              static_cast<std::int32_t>(traffic_.packet_flits), 0};
    return true;
}

/// The first node has moved to a later cycle.
void NocTrafficSource::sift_down() {
    const Node node = nodes_.front();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < nodes_.size(); child = 2 * hole + 1) {
        if (child + 1 < nodes_.size() && nodes_[child] > nodes_[child + 1]) {
            ++child;
        }
        if (!(node > nodes_[child])) {
            break;
        }
        nodes_[hole] = nodes_[child];
        hole = child;
    }
    nodes_[hole] = node;
}

std::int32_t NocTrafficSource::target(std::int32_t source) {
    const int x = source % grid_.columns;
    const int y = source / grid_.columns;
    const auto node = [&](int column, int row) {
        return row % grid_.rows * grid_.columns + column % grid_.columns;
    };
    switch (traffic_.pattern) {
        case Pattern::kTranspose:
            return node(y, x);
        case Pattern::kHotspot:
            return static_cast<std::int32_t>(
                traffic_.hotspots[random_.below(traffic_.hotspots.size())]);
        case Pattern::kBitComplement:
            return grid_.nodes() - 1 - source;
        case Pattern::kTornado:
            return node(x + (grid_.columns - 1) / 2, y + (grid_.rows - 1) / 2);
        case Pattern::kNeighbor:
            return node(x + 1, y + 1);
        case Pattern::kUniform:
        case Pattern::kTrace:
            break;
    }
    return static_cast<std::int32_t>(random_.below(static_cast<std::uint64_t>(grid_.nodes())));
}

void NocTrafficSource::fail(const std::string& what) const {
    throw core::UserError(fmt::format("{}:{}: {}", traffic_.file, line_, what));
}

bool NocTrafficSource::next_of_trace(NocPacket& packet) {
    std::string line;
    while (std::getline(trace_, line)) {
        ++line_;
        std::istringstream words(line.substr(0, line.find('#')));
        std::vector<std::int64_t> values;
        std::string word;
        while (words >> word) {
            std::istringstream number(word);
            std::int64_t value = -1;
            if (!(number >> value) || !number.eof() || value < 0) {
                fail("expected 'cycle source target flits [class]'");
            }
            values.push_back(value);
        }
        if (values.empty()) {
            continue;
        }
        if (values.size() < 4 || values.size() > 5) {
            fail("expected 'cycle source target flits [class]'");
        }
        if (values[0] < last_ || values[0] > kFar) {
            fail("cycles must not fall");
        }
        if (values[1] >= grid_.nodes() || values[2] >= grid_.nodes()) {
            fail(fmt::format("the last endpoint is {}", grid_.nodes() - 1));
        }
        if (values[3] < 1 || values[3] > 65'536) {
            fail("expected 1..65536 flits");
        }
        if (values.size() == 5 && values[4] > 1) {
            fail("expected class 0 or 1");
        }
        last_ = values[0];
        packet = {last_, static_cast<std::int32_t>(values[1]), static_cast<std::int32_t>(values[2]),
                  static_cast<std::int32_t>(values[3]),
                  static_cast<std::uint8_t>(values.size() == 5 ? values[4] : 0)};
        return true;
    }
    return false;
}

}  // namespace strata::platform
