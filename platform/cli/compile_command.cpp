// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/output_file.h"
#include "platform/cli/cli.h"
#include "platform/platform.h"
#include "platform/run.h"
#include "runtime/compiler/lowering.h"
#include "runtime/compiler/roofline.h"
#include "runtime/workload/driver.h"

namespace strata::platform {

namespace {

struct CompileRequest {
    std::string model;
    RunRequest run;
    std::string out;
    std::optional<std::int64_t> micro;  ///< flat PE index
    bool json = false;
};

std::string mapping_file(const std::string& program) {
    return program + ".mapping.yaml";
}

void print_summary(const CompileRequest& request, const runtime::PreparedWorkload& prepared,
                   const runtime::Roofline& roofline) {
    if (request.json) {
        nlohmann::ordered_json result;
        result["program"] = request.out;
        result["mapping"] = mapping_file(request.out);
        result["instructions"] = prepared.compiled.program.instructions.size();
        result["tensors"] = prepared.compiled.mapping.tensors.size();
        result["commands"] = roofline.traffic.commands;
        result["bound_ns"] = static_cast<double>(roofline.bound) * 1e-3;
        result["limiter"] = roofline.limiter;
        result["notes"] = prepared.compiled.notes;
        std::cout << result.dump(2) << '\n';
        return;
    }
    std::cout << "program " << request.out << ": " << prepared.compiled.program.instructions.size()
              << " instructions\nmapping " << mapping_file(request.out) << ": "
              << prepared.compiled.mapping.tensors.size() << " tensors\n"
              << roofline.str();
    for (const std::string& note : prepared.compiled.notes) {
        std::cout << "note: " << note << '\n';
    }
}

int compile(CompileRequest request) {
    if (!request.model.empty()) {
        request.run.overrides.push_back("workload.model=" + request.model);
    }
    const RunConfigs configs = load_configs(request.run);
    const runtime::Machine machine = describe_machine(configs.platform);
    core::Diagnostics diagnostics;
    const runtime::PreparedWorkload prepared =
        runtime::prepare(configs.workload, machine, diagnostics);
    diagnostics.throw_if_any();
    if (!prepared.lowered.code) {
        throw core::UserError(configs.workload.name + ": this kind of workload has no program");
    }
    if (request.micro && (*request.micro < 0 || *request.micro >= machine.pes())) {
        throw core::UserError("--micro: expected a PE from 0 to " +
                              std::to_string(machine.pes() - 1));
    }
    core::write_file(request.out, prepared.compiled.program.print());
    core::write_file(mapping_file(request.out), prepared.compiled.mapping.yaml());
    if (request.micro) {
        std::cout << runtime::print(*prepared.lowered.code->find(machine.place(*request.micro)));
        return 0;
    }
    print_summary(request, prepared,
                  runtime::roofline(*prepared.lowered.code, prepared.compiled.mapping, machine));
    return 0;
}

}  // namespace

void add_compile_command(CLI::App& app, Action& action) {
    CLI::App* command =
        app.add_subcommand("compile", "write the program and the mapping of a workload");
    auto request = std::make_shared<CompileRequest>();
    command->add_option("--model", request->model,
                        "model card, name or file (default: the workload's)");
    command->add_option("-w,--workload", request->run.workload, "workload file or name")
        ->required();
    command->add_option("-p,--platform", request->run.platform, "platform file or name")
        ->required();
    command
        ->add_option("-o,--out", request->out,
                     "program file; the mapping goes to PROGRAM.mapping.yaml")
        ->type_name("PROGRAM")
        ->required();
    command->add_option("--set", request->run.overrides, "override a key")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("--micro", request->micro, "print the commands of this PE instead")
        ->type_name("PE");
    command->add_flag("--json", request->json, "print the summary as JSON, nothing else");
    command->callback([&action, request] { action = [request] { return compile(*request); }; });
}

}  // namespace strata::platform
