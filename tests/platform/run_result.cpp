// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/run_result.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace strata::test {

RunResult::RunResult(const std::string& workload, const Arguments& extra) {
    Arguments arguments = {
        "run", "mini", "--workload", workload, "--out", directory_.file("run"), "--quiet"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    outcome_ = strata(arguments);
    EXPECT_EQ(outcome_.exit_code, 0) << outcome_.err;
}

Json deterministic(Json summary) {
    summary.erase("wall_s");
    summary.erase("host");
    return summary;
}

namespace {

void collect(const Json& node, const std::string& path,
             std::vector<std::pair<std::string, double>>& result) {
    if (node.contains("value") && node.contains("unit")) {
        result.emplace_back(path, node["value"].is_number() ? node["value"].get<double>() : 0.0);
        return;
    }
    for (const auto& [name, child] : node.items()) {
        collect(child, path.empty() ? name : path + '.' + name, result);
    }
}

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> result;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, ',');) {
        result.push_back(field);
    }
    return result;
}

}  // namespace

std::vector<std::pair<std::string, double>> leaves(const Json& stats) {
    std::vector<std::pair<std::string, double>> result;
    collect(stats, "", result);
    return result;
}

double sum(const Json& stats, const std::string& part, const std::string& end) {
    double total = 0.0;
    bool found = false;
    for (const auto& [path, value] : leaves(stats)) {
        const bool ends = path.size() >= end.size() &&
                          path.compare(path.size() - end.size(), end.size(), end) == 0;
        if (ends && path.find(part) != std::string::npos) {
            total += value;
            found = true;
        }
    }
    EXPECT_TRUE(found) << "no statistic '" << part << "…" << end << "'";
    return total;
}

Table::Table(const std::string& csv) {
    std::istringstream stream(csv);
    std::string line;
    std::getline(stream, line);
    columns_ = split(line);
    while (std::getline(stream, line)) {
        std::vector<double> row;
        for (const std::string& field : split(line)) {
            row.push_back(std::stod(field));
        }
        rows_.push_back(std::move(row));
    }
}

double Table::at(std::size_t row, const std::string& column) const {
    const auto it = std::find(columns_.begin(), columns_.end(), column);
    if (it == columns_.end()) {
        throw std::out_of_range("no column " + column);
    }
    return rows_.at(row).at(static_cast<std::size_t>(it - columns_.begin()));
}

}  // namespace strata::test
