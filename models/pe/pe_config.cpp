// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/pe_config.h"

namespace strata::models {

using core::Frequency;
using core::kKiB;
using core::kMiB;
using core::Range;
using core::Section;

namespace {

constexpr Range kCount{1, 1 << 20};
constexpr Range kCycles{0, 1 << 30};

TcmConfig parse_tcm(Section s) {
    TcmConfig c;
    // Jouppi ISCA 2021 and the other cores of this class: 0.5-1 MiB beside the array.
    c.capacity =
        s.size("capacity", 512 * kKiB, Range{1024, static_cast<double>(core::kPeByteMask) + 1});
    c.bytes_per_cycle = s.size("bytes_per_cycle", 128, Range{1, 65536});  // assumption
    c.queue = s.integer("queue", 8, kCount);                              // assumption
    s.finish();
    return c;
}

MatrixConfig parse_matrix(Section s) {
    MatrixConfig c;
    c.rows = s.integer("rows", 64, kCount);  // assumption
    c.cols = s.integer("cols", 64, kCount);  // assumption
    const std::string flow = s.choice("dataflow", {"os", "ws", "auto"}, "auto");
    c.dataflow = flow == "os"   ? MatrixConfig::Dataflow::kOutputStationary
                 : flow == "ws" ? MatrixConfig::Dataflow::kWeightStationary
                                : MatrixConfig::Dataflow::kAuto;
    s.finish();
    return c;
}

VectorConfig parse_vector(Section s) {
    VectorConfig c;
    c.lanes = s.integer("lanes", 128, kCount);                    // assumption
    c.startup_cycles = s.integer("startup_cycles", 16, kCycles);  // pipeline depth; assumption
    Section each = s.section("element_cycles");
    // All assumptions: one lane does one multiply-add a cycle; exp and 1/x are polynomials of
    // 6-8 multiply-adds.
    const std::array<std::int64_t, kVectorKinds> cycles = {
        1,   // add
        1,   // mul
        4,   // rms_norm: square-add, two scalings, its share of the reduction
        16,  // silu_mul: exp 8, reciprocal 6, two multiplications
        3,   // rope: 4 multiplications and 2 additions per pair
        12,  // softmax: max, subtract, exp 8, sum, scale
        1,   // reduce_add: per input after the first
        1,   // convert
    };
    for (int kind = 0; kind < kVectorKinds; ++kind) {
        const auto i = static_cast<std::size_t>(kind);
        c.element_cycles[i] =
            each.integer(to_string(static_cast<VectorKind>(kind)), cycles[i], kCount);
    }
    each.finish();
    s.finish();
    return c;
}

DmaConfig parse_dma(Section s) {
    DmaConfig c;
    c.bulk = s.size("bulk", 32 * kKiB, Range{64, static_cast<double>(16 * kMiB)});  // assumption
    c.outstanding = s.integer("outstanding", 32, Range{1, 4096});                   // assumption
    c.issue_cycles = s.integer("issue_cycles", 1, kCycles);                         // assumption
    s.finish();
    return c;
}

CommandConfig parse_command(Section s) {
    CommandConfig c;
    c.fetch_block = s.size("fetch_block", 4 * kKiB, Range{kCommandBytes, 1 << 20});  // assumption
    if (c.fetch_block % kCommandBytes != 0) {
        s.error("fetch_block", "expected a multiple of 64 bytes, the size of a command");
    }
    c.dispatch_cycles = s.integer("dispatch_cycles", 4, kCycles);          // assumption
    c.semaphores = s.integer("semaphores", 64, Range{kEngines, 1 << 16});  // assumption
    s.finish();
    return c;
}

EndpointConfig parse_endpoint(Section s) {
    EndpointConfig c;  // all assumptions: a small controller of some hundred instructions a message
    c.queue = s.integer("queue", 8, kCount);
    c.message_cycles = s.integer("message_cycles", 200, kCycles);
    c.map_entry_cycles = s.integer("map_entry_cycles", 8, kCycles);
    c.launch_cycles = s.integer("launch_cycles", 200, kCycles);
    s.finish();
    return c;
}

PeEnergyConfig parse_energy(Section s) {
    PeEnergyConfig c;
    const std::array<double, kDataTypes> mac = {
        0.03,   // int4: a quarter of int8's multiplier and half its adder; estimate
        0.077,  // int8: 0.07 + 0.007, Jouppi ISCA 2021 table 2, 7 nm
        0.15,   // fp8: estimate
        0.32,   // bf16: 0.21 + 0.11, same table
        0.50,   // fp16, same table
        1.51,   // int32: 1.48 + 0.03, same table
        1.69,   // fp32, same table
    };
    for (std::size_t type = 0; type < mac.size(); ++type) {
        c.mac_pj[type] =
            s.energy_pj(std::string("mac_") + to_string(static_cast<DataType>(type)), mac[type]);
    }
    c.vector_op_pj = s.energy_pj("vector_op", 0.64);  // a bf16 FMA and its operands; estimate
    c.tcm_bit_pj = s.energy_pj("tcm_bit", 0.125);     // 8-32 KB arrays, 7 nm, Jouppi ISCA 2021
    c.idle_w = s.power_w("idle", 0.02);               // estimate
    c.leakage_w = s.power_w("leakage", 0.05);         // estimate
    s.finish();
    return c;
}

}  // namespace

PeConfig PeConfig::parse(Section s) {
    PeConfig c;
    c.clock = s.frequency("clock", Frequency{2'000'000'000});  // assumption
    c.tcm = parse_tcm(s.section("tcm"));
    c.matrix = parse_matrix(s.section("matrix"));
    c.vector = parse_vector(s.section("vector"));
    c.dma = parse_dma(s.section("dma"));
    c.command = parse_command(s.section("command"));
    c.endpoint = parse_endpoint(s.section("endpoint"));
    c.energy = parse_energy(s.section("energy"));
    s.finish();
    return c;
}

}  // namespace strata::models
