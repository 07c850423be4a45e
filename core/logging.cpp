// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/logging.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <cstring>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/payload.h"

namespace strata::core {

namespace {

/// `%*` in a pattern: simulated time in ns.
class SimulatedTimeFlag : public spdlog::custom_flag_formatter {
   public:
    void format(const spdlog::details::log_msg&, const std::tm&,
                spdlog::memory_buf_t& destination) override {
        const Ps now = now_ps();
        fmt::format_to(std::back_inserter(destination), "{}.{:03} ns", now / kNanosecond,
                       now % kNanosecond);
    }
    std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<SimulatedTimeFlag>();
    }
};

std::unique_ptr<spdlog::formatter> make_formatter() {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<SimulatedTimeFlag>('*').set_pattern("[%*] [%^%l%$] %v");
    return formatter;
}

// The handler SystemC calls is a plain function; this is how it finds its bridge.
ReportBridge* current_bridge = nullptr;

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(const LogOptions& options) {
    std::vector<spdlog::sink_ptr> sinks;
    if (options.console) {
        sinks.push_back(std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
        sinks.back()->set_level(options.console_level);
    }
    if (!options.file.empty()) {
        try {
            sinks.push_back(
                std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file, true));
        } catch (const spdlog::spdlog_ex& error) {
            throw UserError(error.what());
        }
        sinks.back()->set_level(options.file_level);
    }
    auto logger = std::make_shared<spdlog::logger>("strata", sinks.begin(), sinks.end());
    logger->set_level(std::min(options.file_level, options.console_level));
    logger->set_formatter(make_formatter());
    logger->flush_on(spdlog::level::warn);
    return logger;
}

std::shared_ptr<spdlog::logger> make_silent_logger() {
    return std::make_shared<spdlog::logger>("silent",
                                            std::make_shared<spdlog::sinks::null_sink_mt>());
}

std::string describe(const sc_core::sc_report& report) {
    static constexpr char kLetters[] = {'I', 'W', 'E', 'F'};
    std::string text;
    if (report.get_id() >= 0) {
        text = fmt::format("({}{}) ", kLetters[report.get_severity()], report.get_id());
    }
    text += report.get_msg_type();
    if (*report.get_msg() != '\0') {
        text += fmt::format(": {}", report.get_msg());
    }
    if (report.get_process_name() != nullptr) {
        text +=
            fmt::format(" [in {} at {} ps]", report.get_process_name(), report.get_time().value());
    }
    return text;
}

ReportBridge::ReportBridge(std::shared_ptr<spdlog::logger> log, bool strict)
    : log_(std::move(log)),
      strict_(strict),
      outer_(std::exchange(current_bridge, this)),
      outer_handler_(sc_core::sc_report_handler::get_handler()) {
    sc_core::sc_report_handler::set_handler(&ReportBridge::handle);
}

ReportBridge::~ReportBridge() {
    sc_core::sc_report_handler::set_handler(outer_handler_);
    current_bridge = outer_;
}

void ReportBridge::handle(const sc_core::sc_report& report, const sc_core::sc_actions& actions) {
    if (actions != sc_core::SC_DO_NOTHING) {
        current_bridge->take(report);
    }
}

void ReportBridge::take(const sc_core::sc_report& report) {
    if (report.get_severity() == sc_core::SC_INFO) {
        log_->info(describe(report));
        return;
    }
    if (report.get_severity() == sc_core::SC_WARNING) {
        ++warnings_;
        const bool renamed =
            std::strcmp(report.get_msg_type(), sc_core::SC_ID_INSTANCE_EXISTS_) == 0;
        if (!strict_ && !renamed) {
            log_->warn(describe(report));
            return;
        }
    }
    throw ModelError(describe(report));
}

}  // namespace strata::core
