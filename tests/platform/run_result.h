// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One run on `mini` and what it wrote.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/platform/strata_process.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {

using Json = nlohmann::json;

/// `strata run mini --workload WORKLOAD EXTRA… --quiet` into a directory of its own; exit code 0 is
/// expected.
class RunResult {
   public:
    explicit RunResult(const std::string& workload, const Arguments& extra = {});

    const Outcome& outcome() const { return outcome_; }
    std::string file(const std::string& name) const { return directory_.file("run/" + name); }
    std::string text(const std::string& name) const { return read_text(file(name)); }
    Json summary() const { return Json::parse(text("summary.json")); }
    Json stats() const { return Json::parse(text("stats.json")); }

   private:
    TemporaryDirectory directory_;
    Outcome outcome_;
};

/// The summary without what depends on the host.
Json deterministic(Json summary);

/// Every leaf of stats.json as its dotted path and value.
std::vector<std::pair<std::string, double>> leaves(const Json& stats);

/// Sum of all leaves whose path has `part` in it and ends with `end`.
double sum(const Json& stats, const std::string& part, const std::string& end);

/// A CSV file: its columns by name, as numbers.
class Table {
   public:
    explicit Table(const std::string& csv);
    const std::vector<std::string>& columns() const { return columns_; }
    std::size_t rows() const { return rows_.size(); }
    double at(std::size_t row, const std::string& column) const;

   private:
    std::vector<std::string> columns_;
    std::vector<std::vector<double>> rows_;
};

}  // namespace strata::test
