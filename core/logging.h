// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Logging: one spdlog logger per run, and the bridge that carries SystemC's reports into it.
// Lines carry simulated time, never wall-clock time, so that logs of equal runs are equal.

#include <spdlog/common.h>
#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>
#include <systemc>

namespace strata::core {

struct LogOptions {
    std::string file;  ///< run.log; empty = no file
    spdlog::level::level_enum file_level = spdlog::level::debug;
    bool console = true;  ///< to stderr
    spdlog::level::level_enum console_level = spdlog::level::warn;
};

/// A logger of its own (not in spdlog's registry). UserError when the file cannot be opened.
std::shared_ptr<spdlog::logger> make_logger(const LogOptions& options);

/// A logger that drops everything, for tests and small tools.
std::shared_ptr<spdlog::logger> make_silent_logger();

/// While it lives, SystemC reports go to the log: INFO → info, WARNING → warn and counted, ERROR
/// and FATAL → ModelError is thrown from where they were raised; nothing aborts. Duplicate names
/// (W505), which SystemC would only rename, and in strict mode every warning throw as well.
///
/// SystemC has one report handler per process: bridges nest, the youngest is in charge.
class ReportBridge {
   public:
    explicit ReportBridge(std::shared_ptr<spdlog::logger> log, bool strict = false);
    ~ReportBridge();
    ReportBridge(const ReportBridge&) = delete;
    ReportBridge& operator=(const ReportBridge&) = delete;

    /// Warnings seen, duplicate names included.
    std::int64_t warnings() const { return warnings_; }

   private:
    static void handle(const sc_core::sc_report& report, const sc_core::sc_actions& actions);
    void take(const sc_core::sc_report& report);

    std::shared_ptr<spdlog::logger> log_;
    bool strict_;
    std::int64_t warnings_ = 0;
    ReportBridge* outer_;
    sc_core::sc_report_handler_proc outer_handler_;
};

/// `(W505) object already exists: … [process]`, the one-line form of a report.
std::string describe(const sc_core::sc_report& report);

}  // namespace strata::core
