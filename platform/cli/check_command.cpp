// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/config.h"
#include "models/memory/dram/dram_preset.h"
#include "models/memory/nand/full_nand_config.h"
#include "platform/bench/dram_bench.h"
#include "platform/bench/nand_bench.h"
#include "platform/bench/noc_bench.h"
#include "platform/bench/thermal_bench.h"
#include "platform/cli/cli.h"
#include "platform/platform_config.h"
#include "platform/workload_file.h"
#include "runtime/workload/model_card.h"

namespace strata::platform {

namespace {

/// Reads the file as what its keys say it is. Returns the kind, empty when nothing fits.
std::string read_any(core::Section root) {
    if (root.has("platform")) {
        PlatformConfig::parse(root);
        return "platform";
    }
    if (root.has("kind")) {
        read_workload(root);
        return "workload";
    }
    if (root.has("hidden") || root.has("layers")) {
        runtime::ModelCard::parse(root);
        return "model";
    }
    if (root.has("noc")) {
        NocCase::parse(root);
        return "noc bench case";
    }
    if (root.has("nand") && (root.has("traffic") || root.has("commands"))) {
        NandCase::parse(root);
        return "nand bench case";
    }
    if (root.has("traffic")) {
        DramCase::parse(root);
        return "dram bench case";
    }
    if (root.has("thermal")) {
        ThermalCase::parse(root);
        return "thermal bench case";
    }
    if (root.has("data_sheet") && root.has("t_prog")) {
        models::load_full_nand_preset(root.location().file);
        return "nand preset";
    }
    if (root.has("data_sheet")) {
        models::load_dram_preset(root.location().file);
        return "dram preset";
    }
    root.error(
        "",
        "neither a platform (key `platform`), a workload (`kind`), a model card (`hidden`), a "
        "bench case (`traffic`, `commands`, `thermal`) nor a preset (`data_sheet`)");
    return "";
}

/// A thermal case may name a preset, which then lies below it.
core::ConfigDocument load(const std::string& file, const std::vector<std::string>& overrides,
                          core::Diagnostics& diagnostics) {
    auto document = core::ConfigDocument::load(file, overrides, diagnostics);
    return diagnostics.ok() && document.root().has("thermal") && !document.root().has("platform")
               ? load_thermal_case(file, overrides, diagnostics)
               : document;
}

int check(const std::vector<std::string>& files, const std::vector<std::string>& overrides,
          bool json) {
    core::Diagnostics diagnostics;
    nlohmann::ordered_json result = nlohmann::ordered_json::array();
    for (const std::string& file : files) {
        auto document = load(file, overrides, diagnostics);
        if (!diagnostics.ok()) {
            continue;
        }
        const std::string kind = read_any(document.root());
        result.push_back({{"file", file}, {"kind", kind}, {"resolved", document.resolved_yaml()}});
    }
    if (json) {
        std::cout << nlohmann::ordered_json{{"ok", diagnostics.ok()},
                                            {"errors", diagnostics.messages()},
                                            {"files", result}}
                         .dump(2)
                  << '\n';
    }
    diagnostics.throw_if_any();
    for (const auto& entry : result) {
        if (!json) {
            std::cout << "# " << entry["file"].get<std::string>() << ": "
                      << entry["kind"].get<std::string>() << ", ok\n"
                      << entry["resolved"].get<std::string>();
        }
    }
    return 0;
}

}  // namespace

void add_check_command(CLI::App& app, Action& action) {
    CLI::App* command =
        app.add_subcommand("check", "validate config files and print them resolved");
    auto files = std::make_shared<std::vector<std::string>>();
    auto overrides = std::make_shared<std::vector<std::string>>();
    auto json = std::make_shared<bool>(false);
    command->add_option("FILE", *files, "platform, workload or model card")->required();
    command->add_option("--set", *overrides, "override a key")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_flag("--json", *json, "as one JSON object");
    command->callback([&action, files, overrides, json] {
        action = [=] { return check(*files, *overrides, *json); };
    });
}

}  // namespace strata::platform
