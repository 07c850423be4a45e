// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/output_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "core/diagnostics.h"
#include "tests/support/temporary_directory.h"

namespace strata::core {
namespace {

using test::read_text;
using test::TemporaryDirectory;

void expect_user_error(const std::string& path, const std::string& reason) {
    try {
        write_file(path, "text");
        FAIL() << "no error";
    } catch (const UserError& error) {
        const std::string what = error.what();
        EXPECT_NE(what.find(path), std::string::npos) << what;
        EXPECT_NE(what.find(reason), std::string::npos) << what;
    }
}

TEST(OutputFile, ReplacesTheFileAtCommitOnly) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.txt");
    write_file(path, "old");
    OutputFile file(path);
    file.write("new");
    file.flush();
    EXPECT_EQ(read_text(path), "old");
    file.commit();
    EXPECT_EQ(read_text(path), "new");
    EXPECT_EQ(directory.files(), 1u);
}

TEST(OutputFile, LeavesNothingWithoutCommit) {
    const TemporaryDirectory directory;
    {
        OutputFile file(directory.file("out.txt"));
        file.write("text");
        file.flush();
    }
    EXPECT_EQ(directory.files(), 0u);
}

TEST(OutputFile, WritesMoreThanItsBuffer) {
    const TemporaryDirectory directory;
    std::string expected;
    OutputFile file(directory.file("out.txt"));
    for (int i = 0; i < 300'000; ++i) {
        const std::string line = std::to_string(i) + "\n";
        expected += line;
        file.write(line);
    }
    file.commit();
    EXPECT_EQ(read_text(directory.file("out.txt")), expected);
}

TEST(OutputFile, NamesTheFileAndTheReason) {
    const TemporaryDirectory directory;
    expect_user_error(directory.file("missing/out.txt"), "No such file or directory");
    write_file(directory.file("plain"), "");
    expect_user_error(directory.file("plain/out.txt"), "Not a directory");
}

// A limit on the size of files stands for a full disk: write() fails half-way.
TEST(OutputFile, FullDiskIsAUserErrorAndLeavesTheOldFile) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("out.txt");
    write_file(path, "old");
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before = {};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small = {10'000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    try {
        write_file(path, std::string(20'000, 'x'));
        ADD_FAILURE() << "no error";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("File too large"), std::string::npos);
    }
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(read_text(path), "old");
    EXPECT_EQ(directory.files(), 1u);
}

}  // namespace
}  // namespace strata::core
