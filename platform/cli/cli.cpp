// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <systemc>
#include <vector>

#include "core/diagnostics.h"
#include "core/logging.h"

namespace strata::platform {

namespace {

constexpr int kUsageError = 2;
constexpr int kModelError = 3;

int report(const char* what, int code) {
    std::fprintf(stderr, "error: %s\n", what);
    return code;
}

/// What CLI11 would call a missing subcommand is most often a misspelt one. Returns the message,
/// empty when `word` is a command or an option.
std::string unknown_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string> known;
    for (const CLI::App* command : app.get_subcommands({})) {
        known.push_back(command->get_name());
    }
    if (word[0] == '-' || std::find(known.begin(), known.end(), word) != known.end()) {
        return "";
    }
    const std::string near = core::closest(word, known);
    return fmt::format("unknown command '{}'{}", word,
                       near.empty() ? fmt::format(" (known: {})", fmt::join(known, ", "))
                                    : fmt::format(", did you mean '{}'?", near));
}

int guarded(const Action& action) {
    try {
        return action();
    } catch (const core::UserError& error) {
        return report(error.what(), kUsageError);
    } catch (const core::ModelError& error) {
        return report(error.what(), kModelError);
    } catch (const sc_core::sc_report& error) {
        return report(core::describe(error).c_str(), kModelError);
    } catch (const std::bad_alloc&) {
        return report("out of memory", kModelError);
    } catch (const std::exception& error) {
        return report(error.what(), kModelError);
    }
}

}  // namespace

int cli_main(int argc, char** argv, const char* platform) {
    CLI::App app{"Strata: a SystemC virtual platform for LLM accelerators with SRAM, HBM and HBF"};
    app.set_version_flag("--version", "strata " STRATA_VERSION);
    app.get_formatter()->column_width(34);
    Action action;
    if (platform != nullptr) {
        add_run_options(app, action, platform);
    } else {
        app.require_subcommand(1);
        add_run_command(app, action);
        add_check_command(app, action);
        add_list_command(app, action);
        add_bench_command(app, action);
        add_compile_command(app, action);
        const std::string error = argc > 1 ? unknown_command(app, argv[1]) : "";
        if (!error.empty()) {
            return report(error.c_str(), kUsageError);
        }
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsageError;
    }
    return guarded(action);
}

}  // namespace strata::platform
