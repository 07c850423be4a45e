// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Runs on `mini` through the binary: the workloads do what they are for, and the run directory is
// what shared interfaces promise: names, types, units, and nothing else on stdout.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;

TEST(Run, GemmComparesEveryByte) {
    const RunResult run("gemm_functional");
    const Json functional = run.summary()["functional"];
    EXPECT_EQ(functional["compared"], 50 * 200);  // m · n of the workload file
    EXPECT_EQ(functional["mismatches"], 0);
    EXPECT_EQ(functional["max_abs_error"], 0.0);
}

// The comparison itself can fail: operands of another seed give another product, still equal.
TEST(Run, GemmOfAnotherSeedAndSize) {
    const RunResult run("gemm_functional",
                        {"--seed", "77", "--set", "workload.m=33", "--set", "workload.b=sram"});
    const Json summary = run.summary();
    EXPECT_EQ(summary["seed"], 77);
    EXPECT_EQ(summary["functional"]["compared"], 33 * 200);
    EXPECT_EQ(summary["functional"]["mismatches"], 0);
}

TEST(Run, MessagesGetTheAnswersTheyDeserve) {
    const RunResult run("messages");
    const Json summary = run.summary();
    EXPECT_TRUE(summary["completed"].get<bool>());
    EXPECT_TRUE(summary["errors"].empty()) << summary["errors"];
    EXPECT_GT(sum(run.stats(), "host", "requests"), 5.0);
    EXPECT_GT(sum(run.stats(), "host", "failed"), 0.0);  // the tour sends bad ones on purpose
}

TEST(Run, DecodeCountsItsTokens) {
    const RunResult run("tiny_decode", {"--set", "workload.tokens=3"});
    const Json summary = run.summary();
    EXPECT_TRUE(summary["completed"].get<bool>());
    EXPECT_EQ(summary["tokens"], 3);
    const double ns_per_token = summary["ns_per_token"];
    EXPECT_NEAR(summary["tokens_per_s"].get<double>() * ns_per_token, 1e9, 1.0);
    EXPECT_GE(ns_per_token, summary["roofline"]["bound_ns"].get<double>());
    EXPECT_LE(3 * ns_per_token, summary["sim_time_ns"].get<double>());
    EXPECT_NEAR(summary["energy_per_token_pj"].get<double>() * 3,
                summary["energy_pj"]["total"].get<double>(), 1.0);
}

void expect_numbers(const Json& object, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        EXPECT_TRUE(object.contains(key) && object[key].is_number()) << key << " of " << object;
    }
}

TEST(RunFiles, SummaryHasEveryKey) {
    const Json summary = RunResult("tiny_decode").summary();
    EXPECT_EQ(summary["platform"], "mini");
    EXPECT_EQ(summary["workload"], "tiny_decode");
    EXPECT_TRUE(summary["completed"].is_boolean());
    EXPECT_TRUE(summary["seed"].is_number_integer());
    EXPECT_TRUE(summary["sim_events"].is_number_integer());
    EXPECT_TRUE(summary["tokens"].is_number_integer());
    expect_numbers(
        summary, {"sim_time_ns", "wall_s", "ns_per_token", "tokens_per_s", "energy_per_token_pj"});
    for (const char* key :
         {"dram_read", "dram_write", "nand_read", "nand_write", "sram_read", "sram_write", "noc"}) {
        EXPECT_TRUE(summary["traffic_bytes"][key].is_number_integer()) << key;
    }
    expect_numbers(summary["bandwidth_gbps"], {"dram", "nand", "sram"});
    expect_numbers(summary["energy_pj"],
                   {"total", "pe", "noc", "dram", "nand", "sram", "control", "leakage"});
    expect_numbers(summary["temperature_c"], {"peak", "mean"});
    expect_numbers(summary["utilisation"], {"pe", "dram", "nand", "noc"});
    EXPECT_TRUE(summary["not_modelled"].is_array());
    EXPECT_GE(summary["not_modelled"].size(), 3U);
    EXPECT_TRUE(summary["host"].is_object());
    EXPECT_EQ(summary["host"]["not_deterministic"], Json({"wall_s", "host"}));
}

// Bandwidths and utilisations are what traffic and time say.
TEST(RunFiles, SummaryAgreesWithItself) {
    const Json summary = RunResult("tiny_decode").summary();
    const double seconds = summary["sim_time_ns"].get<double>() * 1e-9;
    for (const std::string memory : {"dram", "nand", "sram"}) {
        const double bytes = summary["traffic_bytes"][memory + "_read"].get<double>() +
                             summary["traffic_bytes"][memory + "_write"].get<double>();
        EXPECT_NEAR(summary["bandwidth_gbps"][memory].get<double>(), bytes * 1e-9 / seconds, 1e-9);
    }
    for (const auto& [name, value] : summary["utilisation"].items()) {
        EXPECT_GE(value.get<double>(), 0.0) << name;
        EXPECT_LE(value.get<double>(), 1.0) << name;
    }
    EXPECT_GT(summary["utilisation"]["nand"].get<double>(), 0.0);
}

TEST(RunFiles, DirectoryIsComplete) {
    const RunResult run("random_traffic", {"--vcd"});
    for (const char* name : {"summary.json", "stats.json", "windows.csv", "config.resolved.yaml",
                             "run.log", "trace.vcd", "trace.gtkw"}) {
        EXPECT_TRUE(fs::exists(run.file(name))) << name;
    }
    for (const auto& entry : fs::recursive_directory_iterator(run.file("."))) {
        EXPECT_EQ(entry.path().string().find(".partial"), std::string::npos) << entry.path();
    }
    EXPECT_FALSE(fs::exists(run.file("../run.partial")));
    EXPECT_NE(run.text("trace.vcd").find("$enddefinitions"), std::string::npos);
    EXPECT_NE(run.text("trace.gtkw").find("trace.vcd"), std::string::npos);
}

void expect_leaves(const Json& node, const std::string& path, int& count) {
    ASSERT_TRUE(node.is_object()) << path;
    if (node.contains("desc") || node.contains("unit")) {
        ++count;
        EXPECT_TRUE(node.contains("value")) << path;
        EXPECT_TRUE(node.contains("unit") && node["unit"].is_string()) << path;
        EXPECT_TRUE(node.contains("desc") && !node["desc"].get<std::string>().empty()) << path;
        return;
    }
    for (const auto& [name, child] : node.items()) {
        expect_leaves(child, path + '.' + name, count);
    }
}

TEST(RunFiles, StatisticsHaveValueUnitAndDescription) {
    const Json stats = RunResult("random_traffic").stats();
    int count = 0;
    expect_leaves(stats, "", count);
    EXPECT_GT(count, 300);
    // The tree mirrors the component hierarchy.
    EXPECT_TRUE(stats["sip0"]["cube0"]["pe3"].contains("dma"));
    EXPECT_TRUE(stats["sip0"]["cube0"]["dram"].contains("ch3"));
}

TEST(RunFiles, WindowsHaveTheirColumns) {
    const RunResult run("tiny_decode", {"--set", "monitor.window=7us"});
    const Table windows(run.text("windows.csv"));
    for (const char* name : {"t_ns", "power_w", "temp_max_c", "temp_mean_c", "freq_ghz_min",
                             "dram_gbps", "nand_gbps", "noc_util", "pe_util"}) {
        EXPECT_EQ(std::count(windows.columns().begin(), windows.columns().end(), name), 1) << name;
    }
    ASSERT_GT(windows.rows(), 5U);
    for (std::size_t i = 0; i + 1 < windows.rows(); ++i) {
        EXPECT_EQ(windows.at(i, "t_ns"), 7000.0 * static_cast<double>(i + 1));
        EXPECT_EQ(windows.at(i, "freq_ghz_min"), 1.0);
    }
    EXPECT_EQ(windows.at(windows.rows() - 1, "t_ns"), run.summary()["sim_time_ns"].get<double>());
}

TEST(RunOutput, JsonIsOneObjectAndNothingElse) {
    const TemporaryDirectory directory;
    const Outcome outcome = strata(
        {"run", "mini", "--workload", "random_traffic", "--json", "--out", directory.file("run")});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    const Json printed = Json::parse(outcome.out);  // throws on anything before or after it
    EXPECT_EQ(printed, Json::parse(read_text(directory.file("run/summary.json"))));
}

TEST(RunOutput, EveryCommandHasJson) {
    EXPECT_TRUE(Json::parse(strata({"list", "platforms", "--json"}).out).is_object());
    EXPECT_TRUE(Json::parse(strata({"bench", "probe", "mini", "--json"}).out).is_object());
    const std::string mini = source_root() + "configs/platforms/mini.yaml";
    EXPECT_TRUE(Json::parse(strata({"check", mini, "--json"}).out)["ok"].get<bool>());
    const TemporaryDirectory directory;
    const Outcome compiled = strata(
        {"compile", "-w", "tiny_decode", "-p", "mini", "-o", directory.file("p.strata"), "--json"});
    EXPECT_EQ(Json::parse(compiled.out)["limiter"], "nand");
}

TEST(RunOutput, QuietIsSilent) {
    const RunResult run("random_traffic");
    EXPECT_EQ(run.outcome().out, "");
    EXPECT_EQ(run.outcome().err, "");
}

// Without --quiet: the summary for people, with where the results are; no progress off a terminal.
TEST(RunOutput, SummaryForPeople) {
    const TemporaryDirectory directory;
    const Outcome outcome =
        strata({"run", "mini", "--workload", "random_traffic", "--out", directory.file("run")});
    EXPECT_EQ(outcome.err, "");
    EXPECT_NE(outcome.out.find("mini"), std::string::npos);
    EXPECT_NE(outcome.out.find(directory.file("run")), std::string::npos) << outcome.out;
}

TEST(RunOutput, HelpAndVersion) {
    for (const Arguments& arguments :
         {Arguments{"--help"}, Arguments{"--version"}, Arguments{"run", "--help"},
          Arguments{"check", "--help"}, Arguments{"bench", "--help"},
          Arguments{"compile", "--help"}, Arguments{"list", "--help"}}) {
        const Outcome outcome = strata(arguments);
        EXPECT_EQ(outcome.exit_code, 0) << arguments[0];
        EXPECT_NE(outcome.out, "") << arguments[0];
    }
}

// The executable of a platform is `strata run` with it baked in.
TEST(PlatformExecutable, RunsItsPlatform) {
    const TemporaryDirectory directory;
    const Outcome outcome =
        Process("mini", {"--workload", "random_traffic", "--quiet", "--out", directory.file("run")})
            .wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json summary = Json::parse(read_text(directory.file("run/summary.json")));
    EXPECT_EQ(deterministic(summary), deterministic(RunResult("random_traffic").summary()));
    EXPECT_EQ(Process("mini", {"--frob"}).wait().exit_code, 2);
}

}  // namespace
}  // namespace strata::test
