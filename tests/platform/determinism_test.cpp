// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Same seed, same bytes; and observing a run does not change it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names(const RunResult& run) {
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(run.file("."))) {
        result.push_back(entry.path().filename().string());
    }
    std::sort(result.begin(), result.end());
    return result;
}

class Determinism : public testing::TestWithParam<const char*> {};

TEST_P(Determinism, SameSeedSameBytes) {
    const RunResult a(GetParam(), {"--vcd", "--seed", "3"});
    const RunResult b(GetParam(), {"--vcd", "--seed", "3"});
    EXPECT_EQ(deterministic(a.summary()).dump(), deterministic(b.summary()).dump());
    ASSERT_EQ(names(a), names(b));
    EXPECT_GE(names(a).size(), 7U);
    for (const std::string& name : names(a)) {
        if (name != "summary.json") {
            EXPECT_TRUE(a.text(name) == b.text(name)) << name << " differs";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Workloads, Determinism,
                         testing::Values("gemm_functional", "messages", "random_traffic",
                                         "tiny_decode"));

TEST(Seed, ChangesRandomTraffic) {
    const Json a = RunResult("random_traffic", {"--seed", "1"}).summary();
    const Json b = RunResult("random_traffic", {"--seed", "2"}).summary();
    EXPECT_EQ(a["seed"], 1);
    EXPECT_EQ(b["seed"], 2);
    EXPECT_NE(a["traffic_bytes"], b["traffic_bytes"]);
    EXPECT_NE(a["sim_time_ns"], b["sim_time_ns"]);
}

// The command line and the workload file mean the same seed.
TEST(Seed, FromTheFileOrTheCommandLine) {
    const Json a = RunResult("random_traffic", {"--seed", "9"}).summary();
    const Json b = RunResult("random_traffic", {"--set", "workload.seed=9"}).summary();
    EXPECT_EQ(deterministic(a), deterministic(b));
}

/// What must not depend on how a run is observed: times, traffic, and every counter.
void expect_same_run(const RunResult& a, const RunResult& b) {
    for (const char* key : {"sim_time_ns", "setup_ns", "ns_per_token", "traffic_bytes", "seed"}) {
        EXPECT_EQ(a.summary()[key], b.summary()[key]) << key;
    }
    EXPECT_EQ(a.stats(), b.stats());
}

const Arguments kNoGovernor = {"--set", "power.governor=none"};

Arguments with_window(const std::string& window) {
    Arguments arguments = kNoGovernor;
    arguments.insert(arguments.end(), {"--set", "monitor.window=" + window});
    return arguments;
}

class Monitoring : public testing::TestWithParam<const char*> {};

TEST_P(Monitoring, WindowDoesNotChangeTheRun) {
    const RunResult reference(GetParam(), with_window("100us"));
    for (const char* window : {"1us", "7.3us"}) {
        SCOPED_TRACE(window);
        expect_same_run(reference, RunResult(GetParam(), with_window(window)));
    }
}

TEST_P(Monitoring, WaveformDoesNotChangeTheRun) {
    const RunResult without(GetParam());
    const RunResult with(GetParam(), {"--vcd"});
    expect_same_run(without, with);
    EXPECT_EQ(without.text("windows.csv"), with.text("windows.csv"));
}

INSTANTIATE_TEST_SUITE_P(Workloads, Monitoring,
                         testing::Values("gemm_functional", "random_traffic", "tiny_decode"));

// The run ends when the work ends, not at a window's end: sampling keeps nothing alive.
TEST(Monitor, DoesNotKeepAnIdlePlatformAlive) {
    const RunResult fine("messages", with_window("1us"));
    const RunResult coarse("messages", with_window("10ms"));
    EXPECT_EQ(fine.summary()["sim_time_ns"], coarse.summary()["sim_time_ns"]);
    EXPECT_LT(coarse.summary()["sim_time_ns"].get<double>(), 1e6);
    EXPECT_EQ(Table(coarse.text("windows.csv")).rows(), 1U);
}

}  // namespace
}  // namespace strata::test
