// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/gemm.h"

#include <algorithm>
#include <array>

#include "runtime/compiler/allocation.h"
#include "runtime/compiler/kernel_builder.h"
#include "runtime/compiler/tcm_layout.h"

namespace strata::runtime {
namespace {

using core::Bytes;
using core::Region;
using models::DmaCopy;
using models::Engine;

constexpr Bytes kResultBytes = 4;  // int32

/// One PE's kernel: two buffers each for tiles of A, B and C, so that loads, products and stores
/// overlap.
class GemmLowering {
   public:
    GemmLowering(const GemmWorkload& gemm, const Mapping& mapping, const Machine& machine,
                 TcmLayout& tcm, std::int64_t pe)
        : gemm_(gemm),
          columns_(gemm_columns(gemm, machine, pe)),
          a_va_(virtual_address(*mapping.find("a"), pe)),
          b_va_(virtual_address(*mapping.find("b"), pe)),
          c_va_(virtual_address(*mapping.find("c"), pe)),
          builder_("gemm", machine.semaphores) {
        for (std::size_t i = 0; i < 2; ++i) {
            a_[i] = buffer(tcm, "a tile", gemm.tile_m * gemm.tile_k);
            b_[i] = buffer(tcm, "b tile", gemm.tile_k * gemm.tile_n);
            c_[i] = buffer(tcm, "c tile", gemm.tile_m * gemm.tile_n * kResultBytes);
        }
    }

    models::Kernel run() {
        for (std::int64_t n0 = 0; n0 < columns_.count; n0 += gemm_.tile_n) {
            for (std::int64_t m0 = 0; m0 < gemm_.m; m0 += gemm_.tile_m) {
                block(m0, std::min(gemm_.tile_m, gemm_.m - m0), n0,
                      std::min(gemm_.tile_n, columns_.count - n0));
            }
        }
        return builder_.take();
    }

   private:
    static Buffer buffer(TcmLayout& tcm, const char* name, Bytes bytes) {
        return {tcm.add(name, bytes), bytes, {}, {}};
    }

    /// Rows of `row_bytes` out of a row-major matrix whose rows are `stride` apart.
    void load(std::uint64_t matrix, std::int64_t row, std::int64_t column, std::int64_t rows,
              Bytes row_bytes, Bytes stride, Buffer& target) {
        DmaCopy copy;
        copy.target_in_tcm = true;
        copy.source = matrix + static_cast<std::uint64_t>(row * stride + column);
        copy.target = target.address;
        copy.rows = rows;
        copy.row_bytes = row_bytes;
        copy.source_stride = stride;
        copy.target_stride = row_bytes;
        builder_.emit(Engine::kLoad, copy, {}, {&target});
    }

    /// C[m0…, n0…] over all of k.
    void block(std::int64_t m0, std::int64_t m, std::int64_t n0, std::int64_t n) {
        Buffer& c = c_[blocks_++ % 2];
        for (std::int64_t k0 = 0; k0 < gemm_.k; k0 += gemm_.tile_k) {
            const std::int64_t k = std::min(gemm_.tile_k, gemm_.k - k0);
            Buffer& a = a_[steps_ % 2];
            Buffer& b = b_[steps_++ % 2];
            load(a_va_, m0, k0, m, k, gemm_.k, a);
            load(b_va_, k0, n0, k, n, columns_.count, b);
            models::Gemm product;
            product.m = m;
            product.n = n;
            product.k = k;
            product.accumulate = k0 > 0;
            product.a = a.address;
            product.b = b.address;
            product.c = c.address;
            builder_.emit(Engine::kMatrix, product, {&a, &b}, {&c});
        }
        DmaCopy copy;
        copy.source_in_tcm = true;
        copy.source = c.address;
        copy.target = c_va_ + static_cast<std::uint64_t>((m0 * columns_.count + n0) * kResultBytes);
        copy.rows = m;
        copy.row_bytes = n * kResultBytes;
        copy.source_stride = copy.row_bytes;
        copy.target_stride = columns_.count * kResultBytes;
        builder_.emit(Engine::kStore, copy, {&c}, {});
    }

    const GemmWorkload& gemm_;
    GemmColumns columns_;
    std::uint64_t a_va_, b_va_, c_va_;
    KernelBuilder builder_;
    std::array<Buffer, 2> a_, b_, c_;
    std::size_t steps_ = 0;
    std::size_t blocks_ = 0;
};

}  // namespace

GemmColumns gemm_columns(const GemmWorkload& gemm, const Machine& machine, std::int64_t pe) {
    const std::int64_t share = core::ceil_div(gemm.n, machine.pes());
    const std::int64_t first = std::min(gemm.n, pe * share);
    return {first, std::min(share, gemm.n - first)};
}

Mapping map_gemm(const GemmWorkload& gemm, const Machine& machine, core::Diagnostics& diagnostics) {
    Mapping mapping;
    mapping.program = "gemm";
    Allocation allocation(machine, mapping);
    const std::int64_t columns = gemm_columns(gemm, machine, 0).count;
    allocation.add("a", Region::kDram, Policy::kReplicate, gemm.m * gemm.k, gemm.m * gemm.k, false);
    allocation.add("b", gemm.b, Policy::kShard, gemm.k * gemm.n, gemm.k * columns, false);
    allocation.add("c", Region::kDram, Policy::kShard, gemm.m * gemm.n * kResultBytes,
                   gemm.m * columns * kResultBytes, true);
    mapping.check(machine, diagnostics);
    return mapping;
}

Lowered lower_gemm(const GemmWorkload& gemm, const Mapping& mapping, const Machine& machine,
                   core::Diagnostics& diagnostics) {
    Lowered lowered;
    auto code = std::make_shared<models::CodeImage>();
    code->name = "gemm";
    for (std::int64_t pe = 0; pe < machine.pes(); ++pe) {
        TcmLayout tcm(machine.tcm_bytes);
        GemmLowering one(gemm, mapping, machine, tcm, pe);
        lowered.tcm_table = tcm.table();
        if (!tcm.fits()) {
            diagnostics.error({"gemm", 0, 0}, "",
                              "the tiles do not fit the TCM:\n" + lowered.tcm_table);
            return {};
        }
        code->entries.push_back(
            {machine.place(pe), std::make_shared<const models::Kernel>(one.run())});
    }
    lowered.peers.resize(static_cast<std::size_t>(machine.pes()));
    lowered.code = std::move(code);
    return lowered;
}

}  // namespace strata::runtime
