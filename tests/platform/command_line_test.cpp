// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// What is wrong on the command line: exit code 2, a message that helps, nothing left behind.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <ostream>

#include "tests/platform/strata_process.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;

struct BadCommand {
    const char* name;
    Arguments arguments;
    const char* message;  ///< part of stderr
};

void PrintTo(const BadCommand& command, std::ostream* out) {
    *out << command.name;
}

class CommandLine : public testing::TestWithParam<BadCommand> {};

TEST_P(CommandLine, IsRefused) {
    const TemporaryDirectory directory;
    const Outcome outcome = strata(GetParam().arguments, directory.file(""));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(GetParam().message), std::string::npos) << outcome.err;
    EXPECT_EQ(directory.files(), 0U);
}

std::string name_of(const testing::TestParamInfo<BadCommand>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Table, CommandLine,
    testing::Values(
        BadCommand{"NoCommand", {}, "subcommand is required"},
        BadCommand{"UnknownCommand", {"rnu"}, "unknown command 'rnu', did you mean 'run'?"},
        BadCommand{"UnlikeAnyCommand", {"frobnicate"}, "(known: run, check, list, bench, compile"},
        BadCommand{"UnknownOption", {"run", "mini", "--frob"}, "--frob"},
        BadCommand{"ExtraWord", {"run", "mini", "extra"}, "extra"},
        BadCommand{"MissingPlatform", {"run"}, "PLATFORM is required"},
        BadCommand{"UnknownPlatform", {"run", "minni"}, "did you mean 'mini'?"},
        BadCommand{"UnknownWorkload",
                   {"run", "mini", "--workload", "gem_functional"},
                   "did you mean 'gemm_functional'?"},
        BadCommand{"SetUnknownKey",
                   {"run", "mini", "--set", "noc.modle=ideal"},
                   "--set noc.modle: unknown key, did you mean 'model'?"},
        BadCommand{"SetWithoutValue",
                   {"run", "mini", "--set", "noc.model"},
                   "--set noc.model: expected key=value"},
        BadCommand{"SetWithoutKey", {"run", "mini", "--set", "=3"}, "expected key=value"},
        BadCommand{"SetWithoutUnit",
                   {"run", "mini", "--set", "noc.flit=3"},
                   "--set noc.flit: expected a size such as 64KiB, got 3"},
        BadCommand{"SetOutOfRange",
                   {"run", "mini", "--set", "workload.m=0"},
                   "expected 1..1000000, got 0"},
        BadCommand{"SetThroughScalar", {"run", "mini", "--set", "noc.model.x=1"}, "noc.model"},
        BadCommand{"UntilNoTime", {"run", "mini", "--until", "soon"}, "--until: expected a time"},
        BadCommand{"UntilNoUnit", {"run", "mini", "--until", "10"}, "--until: expected a time"},
        BadCommand{"UntilZero", {"run", "mini", "--until", "0ns"}, "expected a time above 0"},
        BadCommand{"UntilNegative", {"run", "mini", "--until", "-5us"}, "--until"},
        BadCommand{"SeedNoNumber", {"run", "mini", "--seed", "x"}, "--seed"},
        BadCommand{"SeedNegative",
                   {"run", "mini", "--seed", "-1"},
                   "--seed: expected a whole number from 0, got -1"},
        BadCommand{"OutWithoutName", {"run", "mini", "--out"}, "--out"},
        BadCommand{"OutBelowDevice", {"run", "mini", "--out", "/dev/full/x"}, "Not a directory"},
        BadCommand{"OutInProc", {"run", "mini", "--out", "/proc/x"}, "/proc/x: cannot be"},
        BadCommand{"CheckNothing", {"check"}, "FILE is required"},
        BadCommand{"CheckMissing", {"check", "nix.yaml"}, "nix.yaml: No such file"},
        BadCommand{"CheckDirectory", {"check", "/"}, "is a directory"},
        BadCommand{"ListNonsense", {"list", "nonsense"}, "nonsense"},
        BadCommand{"BenchNonsense", {"bench", "nonsense", "mini"}, "nonsense"},
        BadCommand{"BenchUnknownCase", {"bench", "probe", "minni"}, "did you mean 'mini'?"},
        BadCommand{
            "CompileNothing", {"compile", "-w", "tiny_decode", "-p", "mini"}, "--out is required"},
        BadCommand{"CompileMessages",
                   {"compile", "-w", "messages", "-p", "mini", "-o", "p"},
                   "no program"},
        BadCommand{"CompileNoSuchPe",
                   {"compile", "-w", "tiny_decode", "-p", "mini", "-o", "p", "--micro", "4"},
                   "--micro: expected a PE from 0 to 3"},
        BadCommand{"CompileIntoProc",
                   {"compile", "-w", "tiny_decode", "-p", "mini", "-o", "/proc/x"},
                   "cannot write /proc/x"}),
    name_of);

Arguments run_into(const std::string& directory) {
    return {"run", "mini", "--workload", "random_traffic", "--quiet", "--out", directory};
}

// Somebody else's folder stays as it was.
TEST(RunDirectory, ForeignFolderIsKept) {
    const TemporaryDirectory directory;
    fs::create_directory(directory.file("foreign"));
    std::ofstream(directory.file("foreign/note")) << "mine";
    const Outcome outcome = strata(run_into(directory.file("foreign")));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("choose another --out"), std::string::npos) << outcome.err;
    EXPECT_EQ(read_text(directory.file("foreign/note")), "mine");
    EXPECT_EQ(directory.files(), 1U);
}

TEST(RunDirectory, FileIsKept) {
    const TemporaryDirectory directory;
    std::ofstream(directory.file("file")) << "mine";
    EXPECT_EQ(strata(run_into(directory.file("file"))).exit_code, 2);
    EXPECT_EQ(strata(run_into(directory.file("file/below"))).exit_code, 2);
    EXPECT_EQ(read_text(directory.file("file")), "mine");
    EXPECT_EQ(directory.files(), 1U);
}

TEST(RunDirectory, EarlierRunIsReplaced) {
    const TemporaryDirectory directory;
    ASSERT_EQ(strata(run_into(directory.file("run"))).exit_code, 0);
    std::ofstream(directory.file("run/stale")) << "of the first run";
    ASSERT_EQ(strata(run_into(directory.file("run/"))).exit_code, 0);
    EXPECT_FALSE(fs::exists(directory.file("run/stale")));
    EXPECT_TRUE(fs::exists(directory.file("run/summary.json")));
    EXPECT_EQ(directory.files(), 1U);
}

// A file-size limit stands for a full disk: it fails in the middle of a write.
class FullDisk : public testing::TestWithParam<long> {};

TEST_P(FullDisk, LeavesNothing) {
    const TemporaryDirectory directory;
    Arguments arguments = run_into(directory.file("run"));
    arguments.push_back("--vcd");
    const Outcome outcome = Process("strata", arguments, "", GetParam()).wait();
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("cannot write"), std::string::npos) << outcome.err;
    EXPECT_EQ(directory.files(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Bytes, FullDisk, testing::Values(512, 20'000, 100'000));

// Nor is an earlier result lost when its replacement fails.
TEST(RunDirectory, FullDiskKeepsTheEarlierRun) {
    const TemporaryDirectory directory;
    ASSERT_EQ(strata(run_into(directory.file("run"))).exit_code, 0);
    const std::string before = read_text(directory.file("run/summary.json"));
    EXPECT_EQ(Process("strata", run_into(directory.file("run")), "", 512).wait().exit_code, 2);
    EXPECT_EQ(read_text(directory.file("run/summary.json")), before);
    EXPECT_EQ(directory.files(), 1U);
}

// A pipe stands for a device: the file that is written must not take its place.
TEST(Compile, RefusesWhatIsNoFile) {
    const TemporaryDirectory directory;
    ASSERT_EQ(mkfifo(directory.file("pipe").c_str(), 0600), 0);
    const Outcome outcome =
        strata({"compile", "-w", "tiny_decode", "-p", "mini", "-o", directory.file("pipe")});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(fs::is_fifo(directory.file("pipe")));
    EXPECT_EQ(directory.files(), 1U);
}

}  // namespace
}  // namespace strata::test
