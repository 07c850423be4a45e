// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/config.h"
#include "core/logging.h"
#include "core/output_file.h"
#include "platform/bench/dram_bench.h"
#include "platform/bench/nand_bench.h"
#include "platform/bench/noc_bench.h"
#include "platform/bench/thermal_bench.h"
#include "platform/cli/cli.h"
#include "platform/config_files.h"
#include "platform/probe.h"
#include "platform/run_directory.h"

namespace strata::platform {

namespace {

using nlohmann::ordered_json;

struct BenchRequest {
    std::string kind;
    std::string file;
    std::vector<std::string> overrides;
    std::string out;
    bool json = false;
    bool check_trace = false;
    bool write_commands = false;
    bool waveform = false;
};

/// Wall and CPU time since it was made, and the memory high-water mark: `host` figures.
class CostMeter {
   public:
    CostMeter() : wall_(wall()), cpu_(std::clock()) {}

    void add_to(ordered_json& result) const {
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

/// One kind of bench. `run` gets the folder to write to, empty when there is none.
struct BenchKind {
    std::string name;
    std::function<ordered_json(const BenchRequest&, const std::string& out)> run;
    std::function<std::string(const ordered_json&)> text;
    bool keeps_trace = false;  ///< knows --check-trace and --commands
};

ordered_json bench_probe(const BenchRequest& request, const std::string& out) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::load(find_config("platforms", request.file),
                                               request.overrides, diagnostics);
    const PlatformConfig config = PlatformConfig::parse(document.root());
    diagnostics.throw_if_any();

    PlatformOptions options;
    options.log = core::make_logger({});
    const core::ReportBridge bridge(options.log);
    Platform platform(config, options);
    std::vector<ProbePoint> points = probe_points(config);
    const core::Ps end = run_probes(platform, points);

    ordered_json result;
    result["kind"] = "probe";
    result["case"] = config.name;
    result["sim_time_ns"] = static_cast<double>(end) * 1e-3;
    result["probes"] = to_json(points);
    if (!out.empty()) {
        core::write_file(out + "/config.resolved.yaml", document.resolved_yaml());
    }
    return result;
}

ordered_json bench_dram(const BenchRequest& request, const std::string& out) {
    DramBenchOptions options;
    options.check_trace = request.check_trace;
    options.write_commands = request.write_commands;
    options.out = out;
    return run_dram_bench(find_config("bench/dram", request.file), request.overrides, options);
}

ordered_json bench_nand(const BenchRequest& request, const std::string& out) {
    NandBenchOptions options;
    options.check_trace = request.check_trace;
    options.write_commands = request.write_commands;
    options.waveform = request.waveform;
    options.out = out;
    return run_nand_bench(find_config("bench/nand", request.file), request.overrides, options);
}

ordered_json bench_thermal(const BenchRequest& request, const std::string& out) {
    return run_thermal_bench(find_config("bench/thermal", request.file), request.overrides, out);
}

ordered_json bench_noc(const BenchRequest& request, const std::string& out) {
    return run_noc_bench(find_config("bench/noc", request.file), request.overrides, out);
}

std::vector<BenchKind> bench_kinds() {
    return {{"probe", bench_probe, probe_text},
            {"dram", bench_dram, dram_text, true},
            {"nand", bench_nand, nand_text, true},
            {"noc", bench_noc, noc_text},
            {"thermal", bench_thermal, thermal_text}};
}

int bench(const BenchKind& kind, const BenchRequest& request) {
    if (!kind.keeps_trace && (request.check_trace || request.write_commands)) {
        throw core::UserError("bench " + kind.name +
                              ": --check-trace and --commands belong to bench dram and nand");
    }
    if (request.write_commands && request.out.empty()) {
        throw core::UserError("--commands needs --out, the directory for commands.csv");
    }
    if (kind.name != "nand" && request.waveform) {
        throw core::UserError("bench " + kind.name + ": --vcd belongs to bench nand");
    }
    std::optional<RunDirectory> directory;
    if (!request.out.empty()) {
        directory.emplace(request.out);
    }
    const CostMeter meter;
    ordered_json result = kind.run(request, directory ? directory->working_path() : "");
    meter.add_to(result);
    if (directory) {
        core::write_file(directory->file("summary.json"), result.dump(2) + '\n');
        directory->publish();
    }
    std::cout << (request.json ? result.dump(2) + '\n' : kind.text(result));
    return result.value("trace_violations", 0) == 0 ? 0 : 1;
}

}  // namespace

void add_bench_command(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand("bench", "characterise one part of a platform alone");
    auto request = std::make_shared<BenchRequest>();
    std::vector<std::string> names;
    for (const BenchKind& kind : bench_kinds()) {
        names.push_back(kind.name);
    }
    command
        ->add_option("KIND", request->kind,
                     "probe: latency and bandwidth from PEs to memories; dram: a memory channel; "
                     "nand: a flash controller; "
                     "noc: a network on chip; "
                     "thermal: a stack")
        ->required()
        ->check(CLI::IsMember(names));
    command
        ->add_option("CASE", request->file,
                     "probe: a platform; else a case file, or a name in configs/bench/KIND")
        ->required();
    command->add_option("--set", request->overrides, "override a key")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("-o,--out", request->out, "also write the result into this directory");
    command->add_flag("--check-trace", request->check_trace,
                      "dram, nand: check every command against the rules");
    command->add_flag("--commands", request->write_commands,
                      "dram, nand: write every command to OUT/commands.csv");
    command->add_flag("--vcd", request->waveform,
                      "nand: write what buses and planes do to OUT/trace.vcd");
    command->add_flag("--json", request->json, "print the result as JSON, nothing else");
    command->callback([&action, request] {
        action = [request] {
            for (const BenchKind& kind : bench_kinds()) {
                if (kind.name == request->kind) {
                    return bench(kind, *request);
                }
            }
            throw core::UserError("unknown kind of bench: " + request->kind);
        };
    });
}

}  // namespace strata::platform
