// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/run.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/gtkw_writer.h"
#include "core/logging.h"
#include "core/output_file.h"
#include "core/simulation.h"
#include "core/vcd_writer.h"
#include "platform/config_files.h"
#include "platform/monitor.h"
#include "platform/platform.h"
#include "platform/progress.h"
#include "platform/report.h"
#include "platform/run_directory.h"
#include "platform/workload_file.h"
#include "runtime/workload/driver.h"

namespace strata::platform {

namespace {

const std::string kWorkloadPrefix = "workload.";

struct Overrides {
    std::vector<std::string> platform, workload;
};

/// `workload.x=v` goes to the workload file, without its prefix.
Overrides split(const std::vector<std::string>& overrides) {
    Overrides result;
    for (const std::string& text : overrides) {
        if (text.rfind(kWorkloadPrefix, 0) == 0) {
            result.workload.push_back(text.substr(kWorkloadPrefix.size()));
        } else {
            result.platform.push_back(text);
        }
    }
    return result;
}

core::Ps parse_until(const std::string& text) {
    if (text.empty()) {
        return core::kNever;
    }
    std::string error;
    const auto until = core::parse_time(text, error);
    if (!until || *until <= 0) {
        throw core::UserError("--until: " + (error.empty() ? "expected a time above 0" : error));
    }
    return *until;
}

/// Everything of one run that lives while it simulates.
class Session {
   public:
    Session(const RunRequest& request, RunConfigs configs);
    int execute();

   private:
    core::RunOptions options(Progress& progress) const;
    void finish_monitor(core::RunResult& run);
    void write_results(const core::RunResult& run);
    void check_end(const core::RunResult& run) const;

    const RunRequest& request_;
    RunConfigs configs_;
    core::Ps until_;
    std::uint64_t seed_;
    std::shared_ptr<const runtime::PreparedWorkload> prepared_;
    std::shared_ptr<runtime::WorkloadResult> result_;
    RunDirectory directory_;
    std::shared_ptr<spdlog::logger> log_;
    core::ReportBridge bridge_;
    std::unique_ptr<core::VcdWriter> vcd_;
    Platform platform_;
    Monitor monitor_;
    core::Simulation simulation_;
};

std::shared_ptr<const runtime::PreparedWorkload> prepare(const RunConfigs& configs) {
    core::Diagnostics diagnostics;
    auto prepared = std::make_shared<runtime::PreparedWorkload>(
        runtime::prepare(configs.workload, describe_machine(configs.platform), diagnostics));
    diagnostics.throw_if_any();
    return prepared;
}

std::string directory_of(const RunRequest& request, const RunConfigs& configs) {
    return request.out.empty()
               ? fmt::format("runs/{}-{}", configs.platform.name, configs.workload.name)
               : request.out;
}

core::LogOptions log_options(const RunDirectory& directory) {
    core::LogOptions options;
    options.file = directory.file("run.log");
    return options;
}

PlatformOptions platform_options(std::shared_ptr<spdlog::logger> log, core::TraceSink* trace,
                                 std::uint64_t seed, bool functional) {
    PlatformOptions options;
    options.log = std::move(log);
    options.trace = trace;
    options.seed = seed;
    options.functional = functional;
    return options;
}

Session::Session(const RunRequest& request, RunConfigs configs)
    : request_(request),
      configs_(std::move(configs)),
      until_(parse_until(request.until)),
      seed_(configs_.workload.seed),
      prepared_(prepare(configs_)),
      result_(std::make_shared<runtime::WorkloadResult>()),
      directory_(directory_of(request, configs_)),
      log_(core::make_logger(log_options(directory_))),
      bridge_(log_),
      vcd_(request.vcd ? std::make_unique<core::VcdWriter>(directory_.file("trace.vcd")) : nullptr),
      platform_(configs_.platform,
                platform_options(log_, vcd_.get(), seed_, configs_.workload.functional())),
      monitor_(platform_, vcd_.get()),
      simulation_(platform_.services()) {
    platform_.host().set_program(runtime::host_program(prepared_, result_));
}

int Session::execute() {
    Progress progress(platform_, *prepared_, !request_.quiet && !request_.json);
    core::RunResult run = simulation_.run(options(progress), &monitor_);
    finish_monitor(run);
    progress.done();
    if (platform_.host().failure()) {
        std::rethrow_exception(platform_.host().failure());
    }
    check_end(run);
    if (!run.report.empty()) {
        // An end that somebody asked for is for run.log only.
        log_->log(run.exit_code() != 0 ? spdlog::level::err : spdlog::level::info, "{}",
                  run.report);
    }
    for (const std::string& error : result_->errors) {
        log_->error("{}", error);
    }
    write_results(run);
    if (run.exit_code() != 0) {
        return run.exit_code();
    }
    return result_->ok || !run.completed() ? 0 : 1;
}

/// What the monitor adds after the last window may find the platform too hot as well.
void Session::finish_monitor(core::RunResult& run) {
    if (run.reason == core::StopReason::kShutdown) {
        return;
    }
    try {
        monitor_.finish();
    } catch (const core::Shutdown& cause) {
        run.shut_down(cause);
    }
}

core::RunOptions Session::options(Progress& progress) const {
    core::RunOptions options;
    options.window = configs_.platform.monitor.window;
    options.until = until_;
    options.max_sim_time = configs_.platform.limits.sim_time;
    options.max_wall_s = static_cast<double>(configs_.platform.limits.wall_time) * 1e-12;
    options.catch_signals = true;
    options.progress = [&progress](core::Ps now, double wall_s) { progress.show(now, wall_s); };
    return options;
}

/// After a run that came to rest nobody may hold a transaction.
void Session::check_end(const core::RunResult& run) const {
    if (!run.completed() || platform_.payloads().in_use() == 0) {
        return;
    }
    std::string text =
        fmt::format("{} transactions were never finished:", platform_.payloads().in_use());
    for (const std::string& line : platform_.payloads().describe_live()) {
        text += "\n  " + line;
    }
    throw core::ModelError(text);
}

void Session::write_results(const core::RunResult& run) {
    const Report report(platform_, monitor_, *prepared_, *result_, run, seed_);
    const std::string summary = report.summary().dump(2) + '\n';
    core::write_file(directory_.file("summary.json"), summary);
    core::write_file(directory_.file("stats.json"), platform_.stats().to_json().dump(2) + '\n');
    core::write_file(directory_.file("windows.csv"), monitor_.windows_csv());
    core::write_file(directory_.file("blocks_power_w.csv"), monitor_.block_power_csv());
    core::write_file(directory_.file("blocks_temp_c.csv"), monitor_.block_temperature_csv());
    core::write_file(directory_.file("config.resolved.yaml"), configs_.platform_yaml);
    core::write_file(directory_.file("workload.resolved.yaml"), configs_.workload_yaml);
    if (vcd_) {
        vcd_->close(run.end);
        core::write_gtkw(directory_.file("trace.gtkw"), "trace.vcd", vcd_->signals(), run.end);
    }
    log_->flush();
    directory_.publish();
    if (request_.json) {
        std::cout << summary;
    } else if (!request_.quiet) {
        std::cout << report.text(directory_.path().string());
    }
}

}  // namespace

RunConfigs load_configs(const RunRequest& request) {
    core::Diagnostics diagnostics;
    Overrides overrides = split(request.overrides);
    if (request.seed) {
        overrides.workload.push_back(fmt::format("seed={}", *request.seed));
    }
    auto platform = core::ConfigDocument::load(find_config("platforms", request.platform),
                                               overrides.platform, diagnostics);
    RunConfigs configs;
    configs.platform = PlatformConfig::parse(platform.root());
    diagnostics.throw_if_any();
    const std::string& name =
        request.workload.empty() ? configs.platform.workload : request.workload;
    if (name.empty()) {
        throw core::UserError(request.platform +
                              ": names no default workload; give one with --workload");
    }
    auto workload =
        core::ConfigDocument::load(find_config("workloads", name), overrides.workload, diagnostics);
    configs.workload = read_workload(workload.root());
    diagnostics.throw_if_any();
    configs.platform_yaml = platform.resolved_yaml();
    configs.workload_yaml = workload.resolved_yaml();
    return configs;
}

int run(const RunRequest& request) {
    return Session(request, load_configs(request)).execute();
}

}  // namespace strata::platform
