// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tables of a run: windows.csv (a row per window), and power and temperature of every block.
// Temperatures may be replaced afterwards, row by row.

#include <string>
#include <vector>

#include "models/thermal/thermal_model.h"
#include "platform/platform.h"

namespace strata::platform {

class WindowTables {
   public:
    explicit WindowTables(Platform& platform);

    /// The window that ended at `now`.
    void add(core::Ps now, double seconds, const std::vector<double>& power_w,
             const models::ThermalModel& thermal);
    /// Row `row` gets the temperatures of `thermal`.
    void replace_temperatures(std::size_t row, const models::ThermalModel& thermal);

    std::string windows_csv() const;
    const std::string& block_power_csv() const { return block_power_; }
    std::string block_temperature_csv() const;

    std::size_t rows() const { return rows_.size(); }
    /// Over all rows; `start_c` counts as one of them for the peak.
    double peak_c(double start_c) const;
    /// Mean over blocks and time; `start_c` before the first row.
    double mean_c(double start_c) const;

   private:
    struct Row {
        double t_ns = 0.0, seconds = 0.0, power_w = 0.0;
        double max_c = 0.0, mean_c = 0.0;
        std::string rest;    // of the row of windows.csv
        std::string blocks;  // temperatures
    };
    std::string activity_columns(core::Ps now, double seconds);

    Platform& platform_;
    Activity activity_;                // at the end of the last window
    std::vector<double> category_pj_;  // the same
    std::string windows_header_, blocks_header_, block_power_;
    std::vector<Row> rows_;
};

}  // namespace strata::platform
