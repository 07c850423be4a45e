// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "interconnect/routing.h"
#include "interconnect/topology_family.h"
#include "models/memory/factory.h"
#include "models/power/dvfs.h"
#include "models/thermal/lumped_thermal.h"
#include "platform/cli/cli.h"
#include "platform/config_files.h"

namespace strata::platform {

namespace {

using nlohmann::ordered_json;

struct Entry {
    std::string name;
    std::string description;
};

/// The first line of the comment that opens a config file, SPDX lines left out.
std::string first_comment_line(const std::string& text) {
    std::size_t begin = 0;
    while (begin < text.size() && text[begin] == '#') {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = text.substr(begin, end - begin);
        if (line.find("SPDX") == std::string::npos && line.size() > 2) {
            return line.substr(2);
        }
        begin = end + 1;
    }
    return "";
}

std::string first_comment(const std::string& file) {
    std::ifstream stream(file);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    return first_comment_line(text);
}

std::vector<Entry> files(const std::string& folder) {
    std::vector<Entry> entries;
    for (const std::string& file : config_files(folder)) {
        entries.push_back({std::filesystem::path(file).stem().string(), first_comment(file)});
    }
    return entries;
}

std::vector<Entry> components() {
    std::vector<Entry> entries;
    const auto add = [&](const std::string& key, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            entries.push_back({key, name});
        }
    };
    add("sram.model", models::sram_models().names());
    add("dram.model", models::dram_models().names());
    add("nand.model", models::nand_models().names());
    add("noc.model", {"ideal", "packet"});
    add("noc.topology", interconnect::topology_names());
    add("noc.routing", interconnect::routing_names());
    add("thermal.model", models::thermal_model_names());
    add("power.governor", models::governor_names());
    return entries;
}

int list(const std::string& what, bool json) {
    const std::vector<std::string> kinds = {"platforms", "workloads", "models", "presets",
                                            "components"};
    ordered_json result = ordered_json::object();
    for (const std::string& kind : kinds) {
        if (!what.empty() && what != kind) {
            continue;
        }
        const std::vector<Entry> entries = kind == "components" ? components() : files(kind);
        if (!json && what.empty()) {
            std::cout << kind << ":\n";
        }
        result[kind] = ordered_json::array();
        for (const Entry& entry : entries) {
            result[kind].push_back({{"name", entry.name}, {"description", entry.description}});
            if (!json) {
                std::cout << fmt::format("  {:<22} {}\n", entry.name, entry.description);
            }
        }
    }
    if (json) {
        std::cout << result.dump(2) << '\n';
    }
    return 0;
}

}  // namespace

void add_list_command(CLI::App& app, Action& action) {
    CLI::App* command = app.add_subcommand("list", "what there is, a line each");
    auto what = std::make_shared<std::string>();
    auto json = std::make_shared<bool>(false);
    command->add_option("WHAT", *what, "platforms, workloads, models, presets or components")
        ->check(CLI::IsMember({"platforms", "workloads", "models", "presets", "components"}));
    command->add_flag("--json", *json, "as one JSON object");
    command->callback([&action, what, json] { action = [=] { return list(*what, *json); }; });
}

}  // namespace strata::platform
