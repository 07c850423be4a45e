// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/vector_engine.h"

#include <algorithm>

namespace strata::models {

using core::Bytes;
using core::ceil_div;

namespace {

bool has_second_source(VectorKind kind) {
    return kind == VectorKind::kAdd || kind == VectorKind::kMul || kind == VectorKind::kSiluMul;
}

Bytes vector_bytes(const VectorOp& op) {
    return ceil_div(op.elements * bits(op.type), 8);
}

/// A conversion reads `type` (its result is int8); everything else writes what it reads.
Bytes target_bytes(const VectorOp& op) {
    return op.kind == VectorKind::kConvert ? op.elements : vector_bytes(op);
}

std::int64_t inputs(const VectorOp& op) {
    return op.kind == VectorKind::kReduceAdd ? op.inputs : 1;
}

template <typename T>
void element_wise(const VectorOp& op, Tcm& tcm) {
    const auto count = static_cast<std::uint64_t>(op.elements);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t at = i * sizeof(T);
        T value = tcm.load<T>(op.source + at);
        if (op.kind == VectorKind::kAdd) {
            value += tcm.load<T>(op.source2 + at);
        } else if (op.kind == VectorKind::kMul) {
            value *= tcm.load<T>(op.source2 + at);
        } else {
            for (std::uint64_t k = 1; k < static_cast<std::uint64_t>(op.inputs); ++k) {
                value += tcm.load<T>(op.source + k * count * sizeof(T) + at);
            }
        }
        tcm.store<T>(op.target + at, value);
    }
}

void convert_to_int8(const VectorOp& op, Tcm& tcm) {
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(op.elements); ++i) {
        const auto value = tcm.load<std::int32_t>(op.source + i * sizeof(std::int32_t));
        tcm.store<std::int8_t>(op.target + i,
                               static_cast<std::int8_t>(std::clamp(value, -128, 127)));
    }
}

}  // namespace

VectorEngine::Cost VectorEngine::cost(const VectorOp& op) const {
    const std::int64_t passes = std::max<std::int64_t>(inputs(op) - 1, 1);
    const std::int64_t per_element =
        config_.element_cycles[static_cast<std::size_t>(op.kind)] * passes;
    Cost cost;
    cost.cycles = config_.startup_cycles + ceil_div(op.elements, config_.lanes) * per_element;
    cost.lane_ops = op.elements * per_element;
    const std::int64_t sources = inputs(op) + (has_second_source(op.kind) ? 1 : 0);
    cost.tcm_bytes = vector_bytes(op) * sources + target_bytes(op);
    return cost;
}

bool VectorEngine::fits(const VectorOp& op, const Tcm& tcm) {
    constexpr std::int64_t kLimit = std::int64_t{1} << 28;
    if (op.elements <= 0 || op.inputs <= 0 || op.elements > kLimit || op.inputs > kLimit) {
        return false;
    }
    const Bytes one = vector_bytes(op);
    return tcm.contains(op.source, one * inputs(op)) &&
           (!has_second_source(op.kind) || tcm.contains(op.source2, one)) &&
           tcm.contains(op.target, target_bytes(op));
}

void VectorEngine::execute(const VectorOp& op, Tcm& tcm) {
    const bool sums = op.kind == VectorKind::kAdd || op.kind == VectorKind::kMul ||
                      op.kind == VectorKind::kReduceAdd;
    if (sums && op.type == DataType::kInt32) {
        element_wise<std::int32_t>(op, tcm);
    } else if (sums && op.type == DataType::kFp32) {
        element_wise<float>(op, tcm);
    } else if (op.kind == VectorKind::kConvert && op.type == DataType::kInt32) {
        convert_to_int8(op, tcm);
    }
}

}  // namespace strata::models
