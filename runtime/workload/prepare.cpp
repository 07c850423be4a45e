// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/allocation.h"
#include "runtime/compiler/gemm.h"
#include "runtime/compiler/random_traffic.h"
#include "runtime/workload/driver.h"

namespace strata::runtime {
namespace {

void prepare_kind(const DecodeWorkload& decode, PreparedWorkload& p, core::Diagnostics& d) {
    auto document = core::ConfigDocument::load(decode.model_file, {}, d);
    if (!d.ok()) {
        return;
    }
    const ModelCard card = ModelCard::parse(document.root());
    if (!d.ok()) {
        return;
    }
    p.compiled = compile_decode(card, decode, p.machine, d);
    p.launches = decode.tokens;
    if (d.ok()) {
        p.lowered = lower(p.compiled.program, p.compiled.mapping, p.machine, d);
    }
}

void prepare_kind(const ProgramWorkload& program, PreparedWorkload& p, core::Diagnostics& d) {
    p.compiled.program = load_program(program.program, d);
    p.compiled.mapping = Mapping::load(program.mapping, d);
    p.launches = program.tokens;
    if (d.ok()) {
        p.lowered = lower(p.compiled.program, p.compiled.mapping, p.machine, d);
    }
}

void prepare_kind(const GemmWorkload& gemm, PreparedWorkload& p, core::Diagnostics& d) {
    p.compiled.mapping = map_gemm(gemm, p.machine, d);
    if (d.ok()) {
        p.lowered = lower_gemm(gemm, p.compiled.mapping, p.machine, d);
    }
}

void prepare_kind(const RandomWorkload& random, PreparedWorkload& p, core::Diagnostics& d) {
    p.compiled.mapping = map_random(random, p.machine, d);
    if (d.ok()) {
        p.lowered = lower_random(random, p.config.seed, p.compiled.mapping, p.machine, d);
    }
}

void prepare_kind(const MessagesWorkload&, PreparedWorkload& p, core::Diagnostics&) {
    p.launches = 0;
}

}  // namespace

PreparedWorkload prepare(const WorkloadConfig& config, const Machine& machine,
                         core::Diagnostics& diagnostics) {
    PreparedWorkload p;
    p.config = config;
    p.machine = machine;
    if (config.pes_per_cube > machine.pes_per_cube) {
        diagnostics.error({config.name, 0, 0}, "pes_per_cube",
                          "expected at most " + std::to_string(machine.pes_per_cube) +
                              ", the PEs of a cube, got " + std::to_string(config.pes_per_cube));
        return p;
    }
    if (config.pes_per_cube > 0) {
        p.machine.pes_per_cube = config.pes_per_cube;
    }
    std::visit([&](const auto& kind) { prepare_kind(kind, p, diagnostics); }, config.kind);
    if (p.lowered.code != nullptr) {
        p.code_offset =
            place_code(p.compiled.mapping, p.machine, p.lowered.code->bytes(), diagnostics);
    }
    return p;
}

double WorkloadResult::ns_per_token() const {
    if (per_token.empty()) {
        return 0.0;
    }
    double sum = 0.0;
    for (const core::Ps time : per_token) {
        sum += static_cast<double>(time);
    }
    return sum * 1e-3 / static_cast<double>(per_token.size());
}

}  // namespace strata::runtime
