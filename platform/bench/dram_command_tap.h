// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the commands of one channel go in a DRAM bench: a checker and `commands.csv`.

#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "models/memory/dram/dram_trace_checker.h"

namespace strata::platform {

/// Passes commands on to a checker and to a file, either of which may be absent.
class DramCommandTap : public models::DramCommandSink {
   public:
    DramCommandTap(std::size_t channel, const models::DramDevice& device, double celsius,
                   bool check, std::ofstream* file)
        : channel_(channel),
          tick_ps_(static_cast<double>(device.timing.tick_fs) * 1e-3),
          file_(file) {
        if (check) {
            checker_ = std::make_unique<models::DramTraceChecker>(device);
            for (const models::DramRefreshStep& step : device.refresh_steps) {
                if (celsius > step.above_celsius) {
                    checker_->set_refresh_rate(0, step.rate);
                }
            }
        }
    }
    void command(const models::DramCommandRecord& r) override {
        if (checker_) {
            checker_->command(r);
        }
        if (file_ != nullptr) {
            *file_ << fmt::format("{:.3f},{},{},{},{},{},{},{},{}\n",
                                  static_cast<double>(r.time) * tick_ps_ * 1e-3, channel_,
                                  models::kDramCommandNames[static_cast<std::size_t>(r.command)],
                                  r.pc, r.sid, r.bg, r.bank, r.row, r.column);
        }
    }
    models::DramTraceChecker* checker() { return checker_.get(); }

   private:
    std::size_t channel_;
    double tick_ps_;
    std::unique_ptr<models::DramTraceChecker> checker_;
    std::ofstream* file_;
};

}  // namespace strata::platform
