// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "platform/cli/cli.h"
#include "platform/run.h"

namespace strata::platform {

namespace {

/// CLI11 would read -1 as the largest number.
std::string whole_number(const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos
               ? ""
               : "expected a whole number from 0, got " + text;
}

void add_options(CLI::App& command, Action& action, const std::shared_ptr<RunRequest>& request) {
    command.add_option("-w,--workload", request->workload,
                       "workload file or name (default: the platform's)");
    command
        .add_option("--set", request->overrides,
                    "override a key, e.g. noc.model=ideal or workload.prefetch=false")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command.add_option("-o,--out", request->out,
                       "run directory (default: runs/<platform>-<workload>)");
    command.add_option("--until", request->until, "end at this simulated time, e.g. 200us");
    command.add_option("--seed", request->seed, "seed of all random streams")->check(whole_number);
    command.add_flag("--vcd", request->vcd, "write trace.vcd and trace.gtkw");
    command.add_flag("-q,--quiet", request->quiet, "no progress, no summary");
    command.add_flag("--json", request->json, "print the summary as JSON, nothing else");
    command.callback([&action, request] { action = [request] { return run(*request); }; });
}

}  // namespace

void add_run_options(CLI::App& command, Action& action, const std::string& platform) {
    auto request = std::make_shared<RunRequest>();
    request->platform = platform;
    add_options(command, action, request);
}

void add_run_command(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand("run", "run a workload on a platform");
    auto request = std::make_shared<RunRequest>();
    command->add_option("PLATFORM", request->platform, "platform file or name")->required();
    add_options(*command, action, request);
}

}  // namespace strata::platform
