// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/command.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::models {

const char* to_string(Engine engine) {
    switch (engine) {
        case Engine::kLoad:
            return "load";
        case Engine::kStore:
            return "store";
        case Engine::kPrefetch:
            return "prefetch";
        case Engine::kMatrix:
            return "matrix";
        case Engine::kVector:
            return "vector";
    }
    throw core::ModelError("no such engine");
}

int bits(DataType type) {
    switch (type) {
        case DataType::kInt4:
            return 4;
        case DataType::kInt8:
            return 8;
        case DataType::kFp8:
            return 8;
        case DataType::kBf16:
            return 16;
        case DataType::kFp16:
            return 16;
        case DataType::kInt32:
            return 32;
        case DataType::kFp32:
            return 32;
    }
    throw core::ModelError("no such data type");
}

const char* to_string(DataType type) {
    switch (type) {
        case DataType::kInt4:
            return "int4";
        case DataType::kInt8:
            return "int8";
        case DataType::kFp8:
            return "fp8";
        case DataType::kBf16:
            return "bf16";
        case DataType::kFp16:
            return "fp16";
        case DataType::kInt32:
            return "int32";
        case DataType::kFp32:
            return "fp32";
    }
    throw core::ModelError("no such data type");
}

const char* to_string(VectorKind kind) {
    switch (kind) {
        case VectorKind::kAdd:
            return "add";
        case VectorKind::kMul:
            return "mul";
        case VectorKind::kRmsNorm:
            return "rms_norm";
        case VectorKind::kSiluMul:
            return "silu_mul";
        case VectorKind::kRope:
            return "rope";
        case VectorKind::kSoftmax:
            return "softmax";
        case VectorKind::kReduceAdd:
            return "reduce_add";
        case VectorKind::kConvert:
            return "convert";
    }
    throw core::ModelError("no such vector operation");
}

std::size_t Kernel::commands() const {
    std::size_t sum = 0;
    for (const std::vector<Command>& stream : streams) {
        sum += stream.size();
    }
    return sum;
}

std::shared_ptr<const Kernel> CodeImage::find(const core::Place& place) const {
    const auto at = std::lower_bound(
        entries.begin(), entries.end(), place,
        [](const Entry& entry, const core::Place& wanted) { return entry.place < wanted; });
    return at != entries.end() && at->place == place ? at->kernel : nullptr;
}

core::Bytes CodeImage::bytes() const {
    core::Bytes longest = 0;
    for (const Entry& entry : entries) {
        longest = std::max(longest, entry.kernel->code_bytes());
    }
    return longest;
}

}  // namespace strata::models
