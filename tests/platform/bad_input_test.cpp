// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Every file of bad/ is refused with exit code 2 and the messages of the `.expect` file beside it:
// a line each, in order, `FILE:LINE:COL: path: message`, where `...` stands for any text (a list of
// choices that will grow). A program case is the workload file that names the program.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/platform/strata_process.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

namespace fs = std::filesystem;

std::string folder(const std::string& kind) {
    return source_root() + "tests/platform/bad/" + kind;
}

std::vector<std::string> cases(const std::string& kind) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder(kind))) {
        if (entry.path().extension() == ".yaml") {
            names.push_back(entry.path().stem().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> result;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        result.push_back(line);
    }
    return result;
}

/// `pattern` is text with `...` for any text.
bool matches(const std::string& text, const std::string& pattern) {
    const std::size_t gap = pattern.find("...");
    if (gap == std::string::npos) {
        return text == pattern;
    }
    const std::string tail = pattern.substr(gap + 3);
    return text.size() >= gap + tail.size() && text.compare(0, gap, pattern, 0, gap) == 0 &&
           text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

void expect_refused(const Outcome& outcome, const std::string& kind, const std::string& name) {
    const std::string expectation = folder(kind) + "/" + name + ".expect";
    const std::vector<std::string> expected = lines(read_text(expectation));
    ASSERT_FALSE(expected.empty()) << expectation << " is missing or empty";
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    const std::string prefix = "error: ";
    ASSERT_EQ(outcome.err.substr(0, prefix.size()), prefix);
    const std::vector<std::string> got = lines(outcome.err.substr(prefix.size()));
    ASSERT_EQ(got.size(), expected.size()) << outcome.err;
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_TRUE(matches(got[i], expected[i]))
            << "got:      " << got[i] << "\nexpected: " << expected[i];
    }
}

class BadPlatform : public testing::TestWithParam<std::string> {};
class BadWorkload : public testing::TestWithParam<std::string> {};
class BadProgram : public testing::TestWithParam<std::string> {};

TEST_P(BadPlatform, IsRefused) {
    const Outcome outcome = strata({"check", GetParam() + ".yaml"}, folder("platform"));
    expect_refused(outcome, "platform", GetParam());
}

TEST_P(BadWorkload, IsRefused) {
    const Outcome outcome = strata({"check", GetParam() + ".yaml"}, folder("workload"));
    expect_refused(outcome, "workload", GetParam());
}

// Refused by `run` before anything is written.
TEST_P(BadProgram, IsRefused) {
    const TemporaryDirectory directory;
    const Outcome outcome =
        strata({"run", "mini", "--workload", GetParam() + ".yaml", "--out", directory.file("run")},
               folder("program"));
    expect_refused(outcome, "program", GetParam());
    EXPECT_EQ(directory.files(), 0U);
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

INSTANTIATE_TEST_SUITE_P(Files, BadPlatform, testing::ValuesIn(cases("platform")), name_of);
INSTANTIATE_TEST_SUITE_P(Files, BadWorkload, testing::ValuesIn(cases("workload")), name_of);
INSTANTIATE_TEST_SUITE_P(Files, BadProgram, testing::ValuesIn(cases("program")), name_of);

// The files that the bad programs are mutations of are sound.
TEST(SoundProgram, Runs) {
    const TemporaryDirectory directory;
    const Outcome outcome = strata(
        {"run", "mini", "--workload", "sound.yaml", "--out", directory.file("run"), "--quiet"},
        source_root() + "tests/platform/programs");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace
}  // namespace strata::test
