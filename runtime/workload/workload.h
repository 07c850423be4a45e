// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Workload files (configs/workloads/*.yaml): `kind` selects one of the structs below.

#include <cstdint>
#include <string>
#include <variant>

#include "core/config.h"
#include "core/units.h"
#include "models/pe/command.h"
#include "runtime/workload/model_card.h"

namespace strata::runtime {

/// Where a workload's tensor lies; kAuto: NAND where there is one, else DRAM.
enum class WeightMemory : std::uint8_t { kAuto, kNand, kDram };

/// `kind: decode`: decode steps of a dense decoder, tensor-parallel over all PEs.
struct DecodeWorkload {
    std::string model;       ///< model card as written
    std::string model_file;  ///< and the file it stands for
    std::int64_t batch = 1;
    std::int64_t context = 1;   ///< tokens attended to, the new one included
    std::int64_t tokens = 1;    ///< decode steps to run, each at the same context
    std::int64_t token_id = 0;  ///< row of the embedding table that is read
    models::DataType weights = models::DataType::kInt8;
    models::DataType kv = models::DataType::kBf16;
    models::DataType activations = models::DataType::kBf16;
    WeightMemory weight_memory = WeightMemory::kAuto;
    bool prefetch = true;
    core::Bytes tile = 64 * core::kKiB;  ///< largest weight or KV tile
    double sram_share = 0.9;             ///< part of a PE's SRAM bank that prefetch may fill
};

/// `kind: gemm`: C[m,n] int32 = A[m,k]·B[k,n] int8, columns split over the PEs.
struct GemmWorkload {
    std::int64_t m = 0, n = 0, k = 0;
    std::int64_t tile_m = 0, tile_n = 0, tile_k = 0;
    core::Region b = core::Region::kDram;  ///< kDram or kSram
    bool functional = true;                ///< real bytes, compared with the host's result
};

/// `kind: program`: a program file and its mapping file, as the compiler writes them.
struct ProgramWorkload {
    std::string program;  ///< paths, resolved against the workload file
    std::string mapping;
    std::int64_t tokens = 1;  ///< how often it runs
};

/// `kind: random`: every PE copies at random between its memories and into its peers' TCM.
struct RandomWorkload {
    std::int64_t commands = 0;  ///< per PE
    core::Bytes min_bytes = 0, max_bytes = 0;
    double peer_share = 0.25;  ///< part of the commands that write to a peer
};

/// `kind: messages`: every host message once, valid and invalid ones.
struct MessagesWorkload {};

struct WorkloadConfig {
    std::string name;
    std::uint64_t seed = 1;
    std::int64_t pes_per_cube = 0;  ///< the first PEs of each cube that take part; 0: all
    std::variant<DecodeWorkload, GemmWorkload, ProgramWorkload, RandomWorkload, MessagesWorkload>
        kind;

    /// Whether real bytes must move.
    bool functional() const;
    /// Reads a workload file's root. The name defaults to the file's stem.
    static WorkloadConfig parse(core::Section s);
};

/// `int8`, `bf16` … as to_string writes them; false when there is none of that name.
bool parse_data_type(const std::string& text, models::DataType& type);

}  // namespace strata::runtime
