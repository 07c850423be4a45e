// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a PE executes: micro commands, one in-order stream per engine, engines in parallel.
//
// Dependencies are semaphores that count up. Semaphore e < kEngines counts the commands that engine
// e has finished (in order) since the kernel started, so "wait for command i of engine e" is
// {e, i + 1}. The others are signalled by writes of other PEs (DmaCopy::signal). At the end of a
// kernel each of these is lowered by Kernel::consumed, never cleared: a faster neighbour may
// already have signalled for the next launch.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/address.h"
#include "core/payload.h"
#include "core/units.h"

namespace strata::models {

enum class Engine : std::uint8_t {
    kLoad,      ///< DMA queue: memory → TCM
    kStore,     ///< DMA queue: TCM → memory or another PE's TCM
    kPrefetch,  ///< DMA queue: memory → memory (NAND → SRAM)
    kMatrix,
    kVector,
};
constexpr int kEngines = 5;
const char* to_string(Engine engine);

enum class DataType : std::uint8_t { kInt4, kInt8, kFp8, kBf16, kFp16, kInt32, kFp32 };
constexpr int kDataTypes = 7;
/// Bits of one element.
int bits(DataType type);
const char* to_string(DataType type);

/// A 2-D copy: `rows` runs of `row_bytes`, at `stride` distance on each side. An address is a byte
/// of the PE's own TCM, or a virtual address.
struct DmaCopy {
    bool source_in_tcm = false;
    bool target_in_tcm = false;
    std::uint64_t source = 0;
    std::uint64_t target = 0;
    core::Bytes row_bytes = 0;
    std::int64_t rows = 1;
    core::Bytes source_stride = 0;
    core::Bytes target_stride = 0;
    std::int32_t signal = -1;  ///< semaphore of the PE that owns the target TCM, signalled once
                               ///< when the last byte of the copy has been written; -1 = none
    core::Sum sum = core::Sum::kNone;  ///< how a reduction group, as the target, adds up
};

/// C[m,n] (+)= A[m,k]·B[k,n], row-major in TCM. int8 × int8 accumulates in int32. B may be stored
/// as tiles the array takes directly; its layout does not change the time.
struct Gemm {
    std::int64_t m = 0;
    std::int64_t n = 0;
    std::int64_t k = 0;
    DataType type = DataType::kInt8;
    bool accumulate = false;
    std::uint64_t a = 0;  ///< TCM bytes
    std::uint64_t b = 0;
    std::uint64_t c = 0;
};

enum class VectorKind : std::uint8_t {
    kAdd,
    kMul,
    kRmsNorm,
    kSiluMul,
    kRope,
    kSoftmax,
    kReduceAdd,  ///< adds `inputs` vectors that lie one after the other at `source`
    kConvert,    ///< change of data type
};
constexpr int kVectorKinds = 8;
const char* to_string(VectorKind kind);

/// `elements` results of an element-wise or reduction operation. Functional for kAdd, kMul and
/// kReduceAdd on kInt32 and kFp32, and kConvert int32 → int8 (saturating); the others are timing
/// only.
struct VectorOp {
    VectorKind kind = VectorKind::kAdd;
    std::int64_t elements = 0;
    std::int64_t inputs = 1;  ///< kReduceAdd: how many vectors
    DataType type = DataType::kBf16;
    std::uint64_t source = 0;  ///< TCM bytes
    std::uint64_t source2 = 0;
    std::uint64_t target = 0;
};

struct Wait {
    std::int32_t semaphore = 0;
    std::int64_t value = 0;  ///< goes on when the semaphore is ≥ value
};

struct Command {
    std::variant<DmaCopy, Gemm, VectorOp> op;
    std::vector<Wait> waits;
    std::int32_t origin = -1;  ///< index of the program instruction it comes from, for reports
};

constexpr core::Bytes kCommandBytes = 64;  ///< size of one encoded command (assumption)

/// What a KernelLaunch starts on one PE. Immutable once deployed.
struct Kernel {
    std::string name;
    std::array<std::vector<Command>, kEngines> streams;
    std::vector<std::int64_t> consumed;  ///< per semaphore ≥ kEngines, index 0 is kEngines

    std::size_t commands() const;
    core::Bytes code_bytes() const { return static_cast<core::Bytes>(commands()) * kCommandBytes; }
};

/// Code as the compiler deploys it: one text for all PEs and what is particular to each of them.
/// Lies in a memory of every cube; a PE fetches its commands from there.
struct CodeImage {
    struct Entry {
        core::Place place;
        std::shared_ptr<const Kernel> kernel;
    };
    std::string name;
    std::vector<Entry> entries;  ///< sorted by place

    /// The kernel of a PE; null when the image holds none for it.
    std::shared_ptr<const Kernel> find(const core::Place& place) const;
    /// Size in memory: the longest of its kernels.
    core::Bytes bytes() const;
};

}  // namespace strata::models
