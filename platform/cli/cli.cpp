// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cli/cli.h"

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <systemc>

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
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsageError;
    }
    return guarded(action);
}

}  // namespace strata::platform
