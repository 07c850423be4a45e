// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/strata_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/support/temporary_directory.h"

namespace strata::test {

namespace {

constexpr int kCannotStart = 127;

std::string temporary_file() {
    std::string name = testing::TempDir() + "strata_XXXXXX";
    const int file = mkstemp(name.data());
    if (file < 0) {
        throw std::runtime_error("no temporary file");
    }
    close(file);
    return name;
}

void redirect(const std::string& path, int descriptor) {
    const int file = open(path.c_str(), O_WRONLY | O_TRUNC);
    if (file < 0 || dup2(file, descriptor) < 0) {
        _exit(kCannotStart);
    }
    close(file);
}

[[noreturn]] void become(const std::string& path, const Arguments& arguments,
                         const std::string& directory, long file_limit) {
    std::vector<char*> argv = {const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    setenv("STRATA_HOME", source_root().c_str(), 1);
    if (file_limit > 0) {
        const rlimit limit = {static_cast<rlim_t>(file_limit), static_cast<rlim_t>(file_limit)};
        setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, SIG_IGN);  // write() fails instead
    }
    if (chdir(directory.c_str()) == 0) {
        execv(path.c_str(), argv.data());
    }
    _exit(kCannotStart);
}

}  // namespace

Process::Process(const std::string& program, const Arguments& arguments,
                 const std::string& directory, long file_limit)
    : out_(temporary_file()), err_(temporary_file()) {
    const std::string path = STRATA_BIN_DIR "/" + program;
    pid_ = fork();
    if (pid_ == 0) {
        redirect(out_, STDOUT_FILENO);
        redirect(err_, STDERR_FILENO);
        become(path, arguments, directory.empty() ? testing::TempDir() : directory, file_limit);
    }
    if (pid_ < 0) {
        throw std::runtime_error("cannot start " + path);
    }
}

Process::~Process() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    std::remove(out_.c_str());
    std::remove(err_.c_str());
}

void Process::signal(int number) const {
    kill(pid_, number);
}

Outcome Process::wait() {
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) {
        throw std::runtime_error("lost the child process");
    }
    pid_ = -1;
    Outcome outcome;
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome.out = read_text(out_);
    outcome.err = read_text(err_);
    return outcome;
}

Outcome strata(const Arguments& arguments, const std::string& directory) {
    return Process("strata", arguments, directory).wait();
}

std::string source_root() {
    return STRATA_SOURCE_DIR "/";
}

}  // namespace strata::test
