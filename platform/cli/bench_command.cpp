// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/config.h"
#include "core/logging.h"
#include "core/output_file.h"
#include "platform/cli/cli.h"
#include "platform/config_files.h"
#include "platform/probe.h"
#include "platform/run_directory.h"

namespace strata::platform {

namespace {

struct BenchRequest {
    std::string kind;
    std::string file;
    std::vector<std::string> overrides;
    std::string out;
    bool json = false;
};

/// Wall and CPU time since it was made, and the memory high-water mark: `host` figures.
class CostMeter {
   public:
    CostMeter() : wall_(wall()), cpu_(std::clock()) {}

    void add_to(nlohmann::ordered_json& result) const {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        result["wall_s"] = wall() - wall_;
        result["cpu_s"] = static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC;
        result["peak_rss_mb"] = static_cast<double>(usage.ru_maxrss) / 1024.0;
    }

   private:
    static double wall() {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }
    double wall_;
    std::clock_t cpu_;
};

int bench_probe(const BenchRequest& request) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::load(find_config("platforms", request.file),
                                               request.overrides, diagnostics);
    const PlatformConfig config = PlatformConfig::parse(document.root());
    diagnostics.throw_if_any();

    const CostMeter meter;
    PlatformOptions options;
    options.log = core::make_logger({});
    const core::ReportBridge bridge(options.log);
    Platform platform(config, options);
    std::vector<ProbePoint> points = probe_points(config);
    const core::Ps end = run_probes(platform, points);

    nlohmann::ordered_json result;
    result["kind"] = "probe";
    result["case"] = config.name;
    result["sim_time_ns"] = static_cast<double>(end) * 1e-3;
    meter.add_to(result);
    result["probes"] = to_json(points);
    if (!request.out.empty()) {
        RunDirectory directory(request.out);
        core::write_file(directory.file("summary.json"), result.dump(2) + '\n');
        core::write_file(directory.file("config.resolved.yaml"), document.resolved_yaml());
        directory.publish();
    }
    std::cout << (request.json ? result.dump(2) + '\n' : to_text(points));
    return 0;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand("bench", "characterise one part of a platform alone");
    auto request = std::make_shared<BenchRequest>();
    command
        ->add_option("KIND", request->kind,
                     "probe: latency and bandwidth from PEs to memories")
        ->required()
        ->check(CLI::IsMember({"probe"}));
    command->add_option("CASE", request->file, "probe: a platform file or name")->required();
    command->add_option("--set", request->overrides, "override a key")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("-o,--out", request->out, "also write the result into this directory");
    command->add_flag("--json", request->json, "print the result as JSON, nothing else");
    command->callback([&action, request] { action = [request] { return bench_probe(*request); }; });
}

}  // namespace strata::platform
