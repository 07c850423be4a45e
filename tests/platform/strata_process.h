// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Starts the real binaries, as a user does: one process per run, as one process is one simulation.

#include <sys/types.h>

#include <string>
#include <vector>

namespace strata::test {

using Arguments = std::vector<std::string>;

struct Outcome {
    int exit_code = -1;  ///< 128 + signal when a signal ended the process
    std::string out;     ///< stdout
    std::string err;     ///< stderr
};

/// A running process; killed at the end of its life when nobody waited for it.
class Process {
   public:
    /// Starts `program` of the build's bin folder in the working directory `directory` (empty: a
    /// folder without configs), with the configs of the source tree. `file_limit` > 0: no file it
    /// writes can grow beyond that many bytes.
    Process(const std::string& program, const Arguments& arguments,
            const std::string& directory = "", long file_limit = 0);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number) const;
    Outcome wait();

   private:
    std::string out_, err_;  // files: no pipe can fill up
    pid_t pid_ = -1;
};

/// `strata ARGUMENTS…` to its end.
Outcome strata(const Arguments& arguments, const std::string& directory = "");

/// Root of the source tree, with a slash at its end.
std::string source_root();

}  // namespace strata::test
