// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// `strata check`: every config file is sound, and what it prints resolved is a fixed point.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/platform/run_result.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> config_files() {
    std::vector<std::string> files;
    for (const char* folder : {"models", "platforms", "workloads"}) {
        const std::string path = source_root() + "configs/" + folder;
        for (const auto& entry : fs::recursive_directory_iterator(path)) {
            if (entry.path().extension() == ".yaml") {
                files.push_back(std::string(folder) + "/" + entry.path().stem().string());
            }
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// What `check` prints without its comment line.
std::string resolved(const std::string& file) {
    const Outcome outcome = strata({"check", file});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out.substr(0, 2), "# ");
    return outcome.out.substr(outcome.out.find('\n') + 1);
}

/// Bench cases and presets: sound, whatever they are.
TEST(Check, BenchCasesAndPresets) {
    int files = 0;
    for (const char* folder : {"bench", "presets"}) {
        for (const auto& entry :
             fs::recursive_directory_iterator(source_root() + "configs/" + folder)) {
            if (entry.path().extension() == ".yaml") {
                const Outcome outcome = strata({"check", entry.path().string()});
                EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
                ++files;
            }
        }
    }
    EXPECT_GT(files, 15);
}

class ConfigFile : public testing::TestWithParam<std::string> {};

TEST_P(ConfigFile, IsSoundAndResolvesToAFixedPoint) {
    const TemporaryDirectory directory;
    const std::string once = resolved(source_root() + "configs/" + GetParam() + ".yaml");
    EXPECT_GT(std::count(once.begin(), once.end(), '\n'), 2);
    const std::string file = directory.file("again.yaml");
    std::ofstream(file) << once;
    EXPECT_EQ(resolved(file), once);
}

INSTANTIATE_TEST_SUITE_P(All, ConfigFile, testing::ValuesIn(config_files()),
                         [](const testing::TestParamInfo<std::string>& config) {
                             std::string name = config.param;
                             std::replace(name.begin(), name.end(), '/', '_');
                             return name;
                         });

// The resolved files of a run reproduce it.
TEST(ResolvedConfig, ReproducesTheRun) {
    const RunResult first("tiny_decode",
                          {"--set", "noc.flit=64B", "--set", "workload.tokens=1", "--seed", "5"});
    const TemporaryDirectory directory;
    const Outcome outcome =
        strata({"run", first.file("config.resolved.yaml"), "--workload",
                first.file("workload.resolved.yaml"), "--quiet", "--out", directory.file("run")});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Json again = Json::parse(read_text(directory.file("run/summary.json")));
    EXPECT_EQ(again["sim_time_ns"], first.summary()["sim_time_ns"]);
    EXPECT_EQ(again["seed"], 5);
}

TEST(Check, SeveralFilesAndOverrides) {
    const std::string folder = source_root() + "configs/";
    const Outcome both =
        strata({"check", folder + "platforms/mini.yaml", folder + "workloads/messages.yaml"});
    EXPECT_EQ(both.exit_code, 0) << both.err;
    EXPECT_NE(both.out.find("platform, ok"), std::string::npos);
    EXPECT_NE(both.out.find("workload, ok"), std::string::npos);
    const Outcome changed =
        strata({"check", folder + "platforms/mini.yaml", "--set", "dram.channels=8"});
    EXPECT_NE(changed.out.find("channels: 8"), std::string::npos);
}

}  // namespace
}  // namespace strata::test
