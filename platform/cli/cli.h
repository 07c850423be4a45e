// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line. Each subcommand is one file of this folder.

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace strata::platform {

/// What a parsed subcommand wants to be run; returns the exit code.
using Action = std::function<int()>;

void add_run_command(CLI::App& app, Action& action);
void add_check_command(CLI::App& app, Action& action);
void add_list_command(CLI::App& app, Action& action);
void add_bench_command(CLI::App& app, Action& action);
void add_compile_command(CLI::App& app, Action& action);

/// The options of `strata run` without its PLATFORM, for an executable that has it baked in.
void add_run_options(CLI::App& command, Action& action, const std::string& platform);

/// The whole program. `platform` is null for `strata`; else the executable is `strata run` with
/// that platform. Turns every exception into a message and an exit code: 0 ok, 1 failed check, 2
/// config or usage, 3 model error, 4 deadlock or time-out.
int cli_main(int argc, char** argv, const char* platform);

}  // namespace strata::platform
