// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// How a run ends when it does not end by itself: exit code, report, results.

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// A decode that would take hours.
Arguments endless(const std::string& directory) {
    return {"run",        "mini",
            "--workload", "tiny_decode",
            "--set",      "workload.tokens=1000000",
            "--set",      "limits.sim_time=1000s",
            "--quiet",    "--out",
            directory};
}

TEST(Until, EndsWithPartialResults) {
    const RunResult run("tiny_decode", {"--until", "20us"});
    const Json summary = run.summary();
    EXPECT_FALSE(summary["completed"].get<bool>());
    EXPECT_EQ(summary["sim_time_ns"], 20000.0);
    EXPECT_EQ(summary["tokens"], 0);
    EXPECT_EQ(run.outcome().err, "");
    EXPECT_EQ(Table(run.text("windows.csv")).rows(), 2U);
}

// A limit beyond the end changes nothing.
TEST(Until, BeyondTheEnd) {
    const RunResult run("random_traffic", {"--until", "1s"});
    EXPECT_TRUE(run.summary()["completed"].get<bool>());
    EXPECT_EQ(deterministic(run.summary()), deterministic(RunResult("random_traffic").summary()));
}

// The prefix of a longer run: what happened until then is the same.
TEST(Until, IsAPrefix) {
    const Table part(RunResult("tiny_decode", {"--until", "50us"}).text("windows.csv"));
    const Table whole(RunResult("tiny_decode").text("windows.csv"));
    ASSERT_EQ(part.rows(), 5U);
    for (std::size_t row = 0; row < part.rows(); ++row) {
        for (const std::string& column : part.columns()) {
            EXPECT_EQ(part.at(row, column), whole.at(row, column)) << column << " in row " << row;
        }
    }
}

TEST(Watchdog, SimulatedTime) {
    const TemporaryDirectory directory;
    Arguments arguments = endless(directory.file("run"));
    arguments.insert(arguments.end(), {"--set", "limits.sim_time=20us"});
    const Outcome outcome = strata(arguments);
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_NE(outcome.err.find("simulated-time limit"), std::string::npos) << outcome.err;
    // Who is at work, what it waits for, and whose transactions are under way; once.
    EXPECT_NE(outcome.err.find("sip0.cube0.pe0: kernel tiny_decode"), std::string::npos);
    EXPECT_NE(outcome.err.find("waits for semaphore"), std::string::npos);
    EXPECT_NE(outcome.err.find("in flight: sip0.cube0.pe"), std::string::npos);
    EXPECT_EQ(outcome.err.find("simulated-time limit"), outcome.err.rfind("simulated-time limit"));
    const Json summary = Json::parse(read_text(directory.file("run/summary.json")));
    EXPECT_FALSE(summary["completed"].get<bool>());
    EXPECT_EQ(summary["sim_time_ns"], 20000.0);
}

TEST(Watchdog, WallClock) {
    const TemporaryDirectory directory;
    Arguments arguments = endless(directory.file("run"));
    arguments.insert(arguments.end(), {"--set", "limits.wall_time=200ms"});
    const Outcome outcome = strata(arguments);
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_NE(outcome.err.find("wall-clock limit"), std::string::npos) << outcome.err;
    const Json summary = Json::parse(read_text(directory.file("run/summary.json")));
    EXPECT_FALSE(summary["completed"].get<bool>());
    EXPECT_GE(summary["wall_s"].get<double>(), 0.2);
}

class Interrupt : public testing::TestWithParam<int> {};

TEST_P(Interrupt, EndsWithPartialResults) {
    const TemporaryDirectory directory;
    Process process("strata", endless(directory.file("run")));
    for (int i = 0; i < 1000 && !fs::exists(directory.file("run.partial/run.log")); ++i) {
        std::this_thread::sleep_for(milliseconds(5));
    }
    std::this_thread::sleep_for(milliseconds(400));  // elaborated and under way by then
    process.signal(GetParam());
    const Outcome outcome = process.wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json summary = Json::parse(read_text(directory.file("run/summary.json")));
    EXPECT_FALSE(summary["completed"].get<bool>());
    EXPECT_GT(summary["sim_time_ns"].get<double>(), 0.0);
    EXPECT_EQ(directory.files(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Signals, Interrupt, testing::Values(SIGINT, SIGTERM));

}  // namespace
}  // namespace strata::test
