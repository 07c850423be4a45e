// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runtime/compiler/lowering.h"

namespace strata::runtime {
namespace {

std::string address(bool tcm, std::uint64_t value) {
    return fmt::format("{}:0x{:x}", tcm ? "tcm" : "va", value);
}

std::string describe(const models::DmaCopy& c) {
    std::string text = fmt::format("copy {} -> {} {} B", address(c.source_in_tcm, c.source),
                                   address(c.target_in_tcm, c.target), c.row_bytes);
    if (c.rows > 1) {
        text +=
            fmt::format(" x {} rows, strides {} and {}", c.rows, c.source_stride, c.target_stride);
    }
    if (c.sum != core::Sum::kNone) {
        text += c.sum == core::Sum::kInt32 ? ", sum int32" : ", sum fp32";
    }
    return c.signal < 0 ? text : text + fmt::format(", signal s{}", c.signal);
}

std::string describe(const models::Gemm& g) {
    return fmt::format("gemm m={} n={} k={} {} a=0x{:x} b=0x{:x} c=0x{:x}{}", g.m, g.n, g.k,
                       models::to_string(g.type), g.a, g.b, g.c, g.accumulate ? " accumulate" : "");
}

std::string describe(const models::VectorOp& v) {
    std::string text = fmt::format("{} elements={} {} source=0x{:x} source2=0x{:x} target=0x{:x}",
                                   models::to_string(v.kind), v.elements, models::to_string(v.type),
                                   v.source, v.source2, v.target);
    return v.inputs > 1 ? text + fmt::format(" inputs={}", v.inputs) : text;
}

std::string describe(const models::Wait& w) {
    if (w.semaphore < models::kEngines) {
        return fmt::format("{}>={}", models::to_string(static_cast<models::Engine>(w.semaphore)),
                           w.value);
    }
    return fmt::format("s{}>={}", w.semaphore, w.value);
}

}  // namespace

std::string print(const models::Kernel& kernel) {
    std::string text = fmt::format("kernel {}: {} commands\n", kernel.name, kernel.commands());
    for (int e = 0; e < models::kEngines; ++e) {
        const auto& stream = kernel.streams[static_cast<std::size_t>(e)];
        text += fmt::format("{}: {} commands\n", models::to_string(static_cast<models::Engine>(e)),
                            stream.size());
        for (std::size_t i = 0; i < stream.size(); ++i) {
            text += fmt::format("  {:>5} #{:<4} ", i + 1, stream[i].origin);
            text += std::visit([](const auto& op) { return describe(op); }, stream[i].op);
            const char* separator = "  wait ";
            for (const auto& wait : stream[i].waits) {
                text += separator + describe(wait);
                separator = ", ";
            }
            text += "\n";
        }
    }
    return text;
}

}  // namespace strata::runtime
