// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/window_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace strata::platform {

using core::EnergyCategory;
using core::Ps;

namespace {

constexpr double kPsToSeconds = 1e-12;
constexpr double kPjToJoule = 1e-12;

double gbps(core::Bytes bytes, double seconds) {
    return static_cast<double>(bytes) * 1e-9 / seconds;
}

/// Share of time that `parts` equal resources were busy.
double utilisation(Ps busy, std::int64_t parts, double seconds) {
    return parts > 0
               ? static_cast<double>(busy) * kPsToSeconds / (static_cast<double>(parts) * seconds)
               : 0.0;
}

std::string temperatures(const models::ThermalModel& thermal) {
    std::string text;
    for (std::size_t i = 0; i < thermal.blocks(); ++i) {
        fmt::format_to(std::back_inserter(text), ",{:.4f}", thermal.temperature_c(i));
    }
    return text;
}

}  // namespace

WindowTables::WindowTables(Platform& platform)
    : platform_(platform), category_pj_(core::kEnergyCategories, 0.0) {
    windows_header_ =
        "t_ns,power_w,temp_max_c,temp_mean_c,freq_ghz_min,dram_gbps,nand_gbps,sram_gbps,"
        "noc_gbps,noc_util,pe_util,dram_util,nand_util";
    for (int c = 0; c < core::kEnergyCategories; ++c) {
        windows_header_ +=
            fmt::format(",power_{}_w", core::to_string(static_cast<EnergyCategory>(c)));
    }
    windows_header_ += '\n';
    blocks_header_ = "t_ns";
    for (const PowerBlock& block : platform_.power_blocks()) {
        blocks_header_ += ',' + block.name;
    }
    blocks_header_ += '\n';
    block_power_ = blocks_header_;
}

void WindowTables::add(Ps now, double seconds, const std::vector<double>& power_w,
                       const models::ThermalModel& thermal) {
    Row row;
    row.t_ns = static_cast<double>(now) * 1e-3;
    row.seconds = seconds;
    row.power_w = std::accumulate(power_w.begin(), power_w.end(), 0.0);
    row.rest = activity_columns(now, seconds);
    rows_.push_back(std::move(row));
    replace_temperatures(rows_.size() - 1, thermal);
    fmt::format_to(std::back_inserter(block_power_), "{:.3f}", rows_.back().t_ns);
    for (const double watts : power_w) {
        fmt::format_to(std::back_inserter(block_power_), ",{:.5g}", watts);
    }
    block_power_ += '\n';
}

void WindowTables::replace_temperatures(std::size_t row, const models::ThermalModel& thermal) {
    rows_[row].max_c = thermal.max_c();
    rows_[row].mean_c = thermal.mean_c();
    rows_[row].blocks = temperatures(thermal);
}

std::string WindowTables::activity_columns(Ps now, double seconds) {
    const Activity a = platform_.activity();
    const Activity before = std::exchange(activity_, a);
    core::Frequency slowest = platform_.clocks().front()->frequency();
    for (const auto& clock : platform_.clocks()) {
        slowest = clock->frequency().hz < slowest.hz ? clock->frequency() : slowest;
    }
    std::string text =
        fmt::format("{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.6f},{:.6f},{:.6f},{:.6f}", slowest.ghz(),
                    gbps(a.dram.bytes() - before.dram.bytes(), seconds),
                    gbps(a.nand.bytes() - before.nand.bytes(), seconds),
                    gbps(a.sram.bytes() - before.sram.bytes(), seconds),
                    gbps(a.noc_bytes - before.noc_bytes, seconds),
                    utilisation(a.noc_busy - before.noc_busy, a.noc_links, seconds),
                    utilisation(a.pe_busy - before.pe_busy, a.pes, seconds),
                    utilisation(a.dram.busy - before.dram.busy, a.dram.channels, seconds),
                    utilisation(a.nand.busy - before.nand.busy, a.nand.channels, seconds));
    for (std::size_t c = 0; c < category_pj_.size(); ++c) {
        const double pj = platform_.energy().category_pj(static_cast<EnergyCategory>(c), now);
        fmt::format_to(std::back_inserter(text), ",{:.4f}",
                       (pj - category_pj_[c]) * kPjToJoule / seconds);
        category_pj_[c] = pj;
    }
    return text;
}

std::string WindowTables::windows_csv() const {
    std::string text = windows_header_;
    for (const Row& row : rows_) {
        fmt::format_to(std::back_inserter(text), "{:.3f},{:.4f},{:.4f},{:.4f},{}\n", row.t_ns,
                       row.power_w, row.max_c, row.mean_c, row.rest);
    }
    return text;
}

std::string WindowTables::block_temperature_csv() const {
    std::string text = blocks_header_;
    for (const Row& row : rows_) {
        fmt::format_to(std::back_inserter(text), "{:.3f}{}\n", row.t_ns, row.blocks);
    }
    return text;
}

double WindowTables::peak_c(double start_c) const {
    double peak = start_c;
    for (const Row& row : rows_) {
        peak = std::max(peak, row.max_c);
    }
    return peak;
}

double WindowTables::mean_c(double start_c) const {
    double celsius_seconds = 0.0;
    double seconds = 0.0;
    for (const Row& row : rows_) {
        celsius_seconds += row.mean_c * row.seconds;
        seconds += row.seconds;
    }
    return seconds > 0.0 ? celsius_seconds / seconds : start_c;
}

}  // namespace strata::platform
