// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The statistics tree. It mirrors the component hierarchy; each leaf has value, unit, description.
// Components own plain integers and count with `++`; the tree holds pointers or functions and
// reads them only when a report is written.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/units.h"

namespace strata::core {

/// Counts of values in buckets that grow by powers of two with 16 steps each (error < 6.25 %).
/// Mean, minimum and maximum are exact.
class Histogram {
   public:
    void add(std::int64_t value, std::int64_t times = 1);
    std::int64_t count() const { return count_; }
    double mean() const;
    std::int64_t min() const { return count_ ? min_ : 0; }
    std::int64_t max() const { return count_ ? max_ : 0; }
    /// Upper edge of the bucket that holds quantile `q` in [0, 1], at most max(); 0 when empty.
    std::int64_t quantile(double q) const;

   private:
    std::vector<std::int64_t> buckets_;
    std::int64_t count_ = 0;
    double sum_ = 0.0;
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
};

/// A node of the tree. What is registered must outlive the last report.
class StatGroup {
   public:
    /// The child of that name, made on first use. `path` may be dotted: `sip0.cube1`.
    StatGroup& child(const std::string& path);

    void counter(const std::string& name, const std::string& unit, const std::string& description,
                 const std::int64_t* value);
    void value(const std::string& name, const std::string& unit, const std::string& description,
               std::function<double()> read);
    /// `scale` turns the histogram's integers into `unit` (1e-3 for ps → ns).
    void histogram(const std::string& name, const std::string& unit, const std::string& description,
                   const Histogram* histogram, double scale = 1.0);

    /// `{name: {value, unit, desc}, child: {…}}`; histograms have value = mean, and
    /// count, min, max, p50, p99 beside it.
    nlohmann::ordered_json to_json() const;

   private:
    struct Leaf {
        std::string name;
        std::string unit;
        std::string description;
        std::function<nlohmann::ordered_json()> read;
    };
    void add(Leaf leaf);  // a second leaf of the same name is a ModelError

    std::vector<Leaf> leaves_;
    std::vector<std::pair<std::string, std::unique_ptr<StatGroup>>> children_;
};

}  // namespace strata::core
