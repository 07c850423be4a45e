// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/power_schedule.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

namespace strata::models {

namespace {

std::vector<double> nominal(const StackConfig& config) {
    std::vector<double> power_w;
    for (const FloorplanBlock& block : config.blocks) {
        power_w.push_back(block.power_w);
    }
    return power_w;
}

/// Indices of the blocks of that name; several layers may have one.
std::vector<std::size_t> blocks_named(const StackConfig& config, const std::string& name) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < config.blocks.size(); ++i) {
        if (config.blocks[i].name == name) {
            found.push_back(i);
        }
    }
    return found;
}

std::string no_such_block(const StackConfig& config, const std::string& name) {
    std::vector<std::string> names;
    for (const FloorplanBlock& block : config.blocks) {
        names.push_back(block.name);
    }
    const std::string near = core::closest(name, names);
    return "power for a block '" + name + "' that does not exist" +
           (near.empty() ? "" : ", did you mean '" + near + "'?");
}

void read_list(core::Section& run, const StackConfig& config, PowerSchedule& schedule) {
    std::vector<double> power_w = nominal(config);
    double last_s = 0.0;
    for (core::Section entry : run.list("power_schedule")) {
        const double at_s = static_cast<double>(entry.time("at")) * 1e-12;
        const std::string name = entry.has("block") ? entry.string("block") : "";
        std::vector<std::size_t> blocks = blocks_named(config, name);
        if (name.empty()) {
            blocks.resize(config.blocks.size());
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                blocks[i] = i;
            }
        } else if (blocks.empty()) {
            entry.error("block", no_such_block(config, name));
        }
        const bool is_absolute = entry.has("power");
        const double value =
            is_absolute ? entry.power_w("power") : entry.number("scale", {}, core::kNotNegative);
        for (const std::size_t block : blocks) {
            power_w[block] = is_absolute ? value : value * config.blocks[block].power_w;
        }
        if (at_s < last_s) {
            entry.error("at", "expected times in order");
        } else {
            schedule.add(at_s, power_w);
            last_s = at_s;
        }
        entry.finish();
    }
}

void read_file(core::Section& run, const StackConfig& config, PowerSchedule& schedule) {
    core::Diagnostics& diagnostics = run.diagnostics();
    const auto place = run.location("power_schedule");
    const auto directory = std::filesystem::path(place.file).parent_path();
    const std::string file = run.string("power_schedule");
    const PowerTable table =
        read_schedule_csv((directory / file).lexically_normal().string(), diagnostics);
    std::vector<std::vector<std::size_t>> targets;
    for (std::size_t column = 0; column < table.names.size(); ++column) {
        targets.push_back(blocks_named(config, table.names[column]));
        if (targets.back().empty()) {
            diagnostics.error(table.places[column], "", no_such_block(config, table.names[column]));
        }
    }
    std::vector<double> power_w = nominal(config);
    for (std::size_t r = 0; r < std::min(table.rows.size(), table.times_s.size()); ++r) {
        for (std::size_t column = 0; column < targets.size(); ++column) {
            for (const std::size_t block : targets[column]) {
                power_w[block] = table.rows[r][column];
            }
        }
        schedule.add(table.times_s[r], power_w);
    }
}

void read_traces(const StackConfig& config, double interval_s, PowerSchedule& schedule) {
    std::size_t rows = 0;
    for (const StackConfig::Trace& trace : config.traces) {
        rows = std::max(rows, trace.rows.size());
    }
    std::vector<double> power_w = nominal(config);
    for (std::size_t row = 0; row < rows; ++row) {
        for (const StackConfig::Trace& trace : config.traces) {
            const std::vector<double>& values = trace.rows[std::min(row, trace.rows.size() - 1)];
            for (std::size_t i = 0; i < trace.blocks.size(); ++i) {
                power_w[trace.blocks[i]] = values[i];
            }
        }
        schedule.add(static_cast<double>(row) * interval_s, power_w);
    }
}

}  // namespace

PowerSchedule::PowerSchedule(std::vector<double> power_w) {
    pieces_.push_back({0.0, std::move(power_w)});
}

PowerSchedule PowerSchedule::parse(core::Section& run, const StackConfig& config,
                                   double interval_s) {
    PowerSchedule schedule(nominal(config));
    if (run.has_list("power_schedule")) {
        read_list(run, config, schedule);
    } else if (run.has("power_schedule")) {
        read_file(run, config, schedule);
    } else {
        read_traces(config, interval_s, schedule);
    }
    return schedule;
}

void PowerSchedule::add(double time_s, std::vector<double> power_w) {
    if (time_s <= pieces_.back().from_s) {
        pieces_.pop_back();
    }
    pieces_.push_back({pieces_.empty() ? 0.0 : time_s, std::move(power_w)});
}

std::vector<double> PowerSchedule::mean(double from_s, double to_s) const {
    // A window that ends at a change to within rounding does not see it.
    const double slack = 1e-9 * (to_s - from_s);
    std::vector<double> sum;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const double end = i + 1 < pieces_.size() ? pieces_[i + 1].from_s
                                                  : std::numeric_limits<double>::infinity();
        const double begin = std::max(from_s, pieces_[i].from_s);
        const double length = std::min(to_s, end) - begin;
        if (length >= to_s - from_s - slack) {
            return pieces_[i].power_w;
        }
        if (length > slack) {
            sum.resize(pieces_[i].power_w.size(), 0.0);
            for (std::size_t b = 0; b < sum.size(); ++b) {
                sum[b] += pieces_[i].power_w[b] * length / (to_s - from_s);
            }
        }
    }
    return sum;
}

}  // namespace strata::models
