// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/stats.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/diagnostics.h"

namespace strata::core {

namespace {

constexpr int kStepBits = 4;  // 16 steps per power of two
constexpr std::int64_t kSteps = std::int64_t{1} << kStepBits;

int floor_log2(std::int64_t value) {
    return 63 - __builtin_clzll(static_cast<unsigned long long>(value));
}

// Values below 16 have a bucket each; above, the power of two and the next four bits choose.
std::size_t bucket_of(std::int64_t value) {
    if (value < kSteps) {
        return static_cast<std::size_t>(std::max<std::int64_t>(value, 0));
    }
    const int shift = floor_log2(value) - kStepBits;
    return static_cast<std::size_t>(shift * kSteps + (value >> shift));
}

std::int64_t upper_edge(std::size_t bucket) {
    const auto index = static_cast<std::int64_t>(bucket);
    if (index < kSteps) {
        return index;
    }
    const std::int64_t shift = index / kSteps - 1;
    // Unsigned: the edge of the very last bucket is 2^63 - 1.
    const auto steps = static_cast<std::uint64_t>(index - shift * kSteps + 1);
    return static_cast<std::int64_t>((steps << shift) - 1);
}

}  // namespace

void Histogram::add(std::int64_t value, std::int64_t times) {
    const std::size_t bucket = bucket_of(value);
    if (bucket >= buckets_.size()) {
        buckets_.resize(bucket + 1, 0);
    }
    buckets_[bucket] += times;
    min_ = count_ == 0 ? value : std::min(min_, value);
    max_ = count_ == 0 ? value : std::max(max_, value);
    count_ += times;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
}

double Histogram::mean() const {
    return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_);
}

std::int64_t Histogram::quantile(double q) const {
    if (count_ == 0) {
        return 0;
    }
    const auto wanted = static_cast<std::int64_t>(std::ceil(q * static_cast<double>(count_)));
    const std::int64_t rank = std::clamp<std::int64_t>(wanted, 1, count_);
    std::int64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank) {
            return std::min(upper_edge(bucket), max_);
        }
    }
    return max_;
}

StatGroup& StatGroup::child(const std::string& path) {
    StatGroup* group = this;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const std::string name = path.substr(begin, end - begin);
        begin = end + 1;
        auto& children = group->children_;
        auto found = std::find_if(children.begin(), children.end(),
                                  [&](const auto& entry) { return entry.first == name; });
        if (found == children.end()) {
            children.emplace_back(name, std::make_unique<StatGroup>());
            found = std::prev(children.end());
        }
        group = found->second.get();
    }
    return *group;
}

void StatGroup::counter(const std::string& name, const std::string& unit,
                        const std::string& description, const std::int64_t* value) {
    add({name, unit, description, [value] { return nlohmann::ordered_json{{"value", *value}}; }});
}

void StatGroup::value(const std::string& name, const std::string& unit,
                      const std::string& description, std::function<double()> read) {
    add({name, unit, description, [read = std::move(read)] {
             return nlohmann::ordered_json{{"value", read()}};
         }});
}

void StatGroup::histogram(const std::string& name, const std::string& unit,
                          const std::string& description, const Histogram* histogram,
                          double scale) {
    add({name, unit, description, [histogram, scale] {
             const auto scaled = [scale](std::int64_t v) { return static_cast<double>(v) * scale; };
             return nlohmann::ordered_json{{"value", histogram->mean() * scale},
                                           {"count", histogram->count()},
                                           {"min", scaled(histogram->min())},
                                           {"max", scaled(histogram->max())},
                                           {"p50", scaled(histogram->quantile(0.5))},
                                           {"p99", scaled(histogram->quantile(0.99))}};
         }});
}

void StatGroup::add(Leaf leaf) {
    for (const Leaf& other : leaves_) {
        if (other.name == leaf.name) {
            throw ModelError("statistic '" + leaf.name + "' is registered twice");
        }
    }
    leaves_.push_back(std::move(leaf));
}

nlohmann::ordered_json StatGroup::to_json() const {
    nlohmann::ordered_json result = nlohmann::ordered_json::object();
    for (const Leaf& leaf : leaves_) {
        nlohmann::ordered_json entry = leaf.read();
        entry["unit"] = leaf.unit;
        entry["desc"] = leaf.description;
        result[leaf.name] = std::move(entry);
    }
    for (const auto& [name, group] : children_) {
        result[name] = group->to_json();
    }
    return result;
}

}  // namespace strata::core
