// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/roofline.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::runtime {
namespace {

using core::Bytes;
using core::Region;

/// Finds the memory behind a virtual address.
class VaIndex {
   public:
    explicit VaIndex(const Mapping& mapping) {
        for (const auto& t : mapping.tensors) {
            starts_.emplace_back(t.va, t.memory);
        }
        std::sort(starts_.begin(), starts_.end());
    }
    Region memory(std::uint64_t va) const {
        auto it =
            std::upper_bound(starts_.begin(), starts_.end(), std::make_pair(va, Region::kControl));
        if (it == starts_.begin()) {
            throw core::ModelError("a kernel uses an address below all tensors");
        }
        return std::prev(it)->second;
    }

   private:
    std::vector<std::pair<std::uint64_t, Region>> starts_;
};

void count_copy(const models::DmaCopy& copy, const VaIndex& index, Traffic& t) {
    const Bytes bytes = copy.row_bytes * copy.rows;
    if (!copy.source_in_tcm) {
        switch (index.memory(copy.source)) {
            case Region::kNand:
                t.nand_read += bytes;
                break;
            case Region::kDram:
                t.dram_read += bytes;
                break;
            case Region::kSram:
                t.sram_read += bytes;
                break;
            default:
                break;
        }
    }
    if (!copy.target_in_tcm) {
        switch (index.memory(copy.target)) {
            case Region::kDram:
                t.dram_write += bytes;
                break;
            case Region::kSram:
                t.sram_write += bytes;
                break;
            case Region::kTcm:
                t.peer_write += bytes;
                break;
            default:
                break;
        }
    }
}

void count_kernel(const models::Kernel& kernel, const VaIndex& index, Traffic& t) {
    for (const auto& stream : kernel.streams) {
        for (const auto& command : stream) {
            ++t.commands;
            if (const auto* copy = std::get_if<models::DmaCopy>(&command.op)) {
                count_copy(*copy, index, t);
            } else if (const auto* gemm = std::get_if<models::Gemm>(&command.op)) {
                t.macs += gemm->m * gemm->n * gemm->k;
            } else {
                t.vector_elements += std::get<models::VectorOp>(command.op).elements;
            }
        }
    }
}

}  // namespace

Traffic count_traffic(const models::CodeImage& code, const Mapping& mapping) {
    const VaIndex index(mapping);
    Traffic traffic;
    for (const auto& entry : code.entries) {
        count_kernel(*entry.kernel, index, traffic);
    }
    return traffic;
}

Roofline roofline(const models::CodeImage& code, const Mapping& mapping, const Machine& machine) {
    Roofline r;
    r.traffic = count_traffic(code, mapping);
    const Traffic& t = r.traffic;
    const std::int64_t cubes = machine.cubes();
    const std::int64_t pes = machine.pes();
    const auto time = [cubes](core::Bandwidth bandwidth, Bytes bytes) {
        return bandwidth.transfer(core::ceil_div(bytes, cubes));
    };
    r.nand = time(machine.nand_bandwidth, t.nand_read);
    r.dram = time(machine.dram_bandwidth, t.dram_read + t.dram_write);
    r.sram = time(machine.sram_bandwidth, t.sram_read + t.sram_write);
    r.matrix = machine.pe_clock.cycles(
        core::ceil_div(t.macs, pes * machine.matrix_rows * machine.matrix_columns));
    r.vector =
        machine.pe_clock.cycles(core::ceil_div(t.vector_elements, pes * machine.vector_lanes));
    for (const auto& [name, value] : {std::pair{"nand", r.nand},
                                      {"dram", r.dram},
                                      {"sram", r.sram},
                                      {"matrix", r.matrix},
                                      {"vector", r.vector}}) {
        if (value > r.bound) {
            r.bound = value;
            r.limiter = name;
        }
    }
    return r;
}

std::string Roofline::str() const {
    const auto us = [](core::Ps t) { return static_cast<double>(t) * 1e-6; };
    const auto mb = [](Bytes b) { return static_cast<double>(b) * 1e-6; };
    const Traffic& t = traffic;
    return fmt::format(
        "nand    read {:.3f} MB, {:.3f} us at peak\n"
        "dram    read {:.3f} MB, write {:.3f} MB, {:.3f} us at peak\n"
        "sram    read {:.3f} MB, write {:.3f} MB, {:.3f} us at peak\n"
        "peers   write {:.3f} MB\n"
        "matrix  {} MAC, {:.3f} us at peak\n"
        "vector  {} elements, {:.3f} us at one element per lane and cycle\n"
        "bound   {:.3f} us by {}; {} commands\n",
        mb(t.nand_read), us(nand), mb(t.dram_read), mb(t.dram_write), us(dram), mb(t.sram_read),
        mb(t.sram_write), us(sram), mb(t.peer_write), t.macs, us(matrix), t.vector_elements,
        us(vector), us(bound), limiter, t.commands);
}

}  // namespace strata::runtime
