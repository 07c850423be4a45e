// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Parameters of one processing element (section `pe` of a platform file). The MMU has its own
// section and struct (mmu/pe_mmu.h).
//
// Energies are those of 7 nm silicon; a V/f change scales them through the energy ledger. Cycles
// count in the PE's clock domain.

#include <array>
#include <cstdint>

#include "core/config.h"
#include "core/units.h"
#include "models/pe/command.h"

namespace strata::models {

struct TcmConfig {
    core::Bytes capacity = 0;
    core::Bytes bytes_per_cycle = 0;  ///< of a local copy and of the side that the network reaches
    std::int64_t queue = 0;           ///< transactions from the network that may wait for it
};

struct MatrixConfig {
    enum class Dataflow : std::uint8_t { kOutputStationary, kWeightStationary, kAuto };
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    Dataflow dataflow = Dataflow::kAuto;
};

struct VectorConfig {
    std::int64_t lanes = 0;
    std::int64_t startup_cycles = 0;
    std::array<std::int64_t, kVectorKinds> element_cycles{};  ///< lane cycles per element
};

struct DmaConfig {
    core::Bytes bulk = 0;           ///< largest payload
    std::int64_t outstanding = 0;   ///< payloads per queue
    std::int64_t issue_cycles = 0;  ///< from one payload to the next at the network port
};

struct CommandConfig {
    core::Bytes fetch_block = 0;       ///< bytes of code fetched at a time, per stream
    std::int64_t dispatch_cycles = 0;  ///< from "may start" to the engine's start
    std::int64_t semaphores = 0;       ///< all of them, the kEngines own ones included
};

/// Cost of a control message on the PE's endpoint.
struct EndpointConfig {
    std::int64_t queue = 0;             ///< messages that may wait
    std::int64_t message_cycles = 0;    ///< decode and answer, every message
    std::int64_t map_entry_cycles = 0;  ///< on top, per MmuMap or MmuUnmap entry
    std::int64_t launch_cycles = 0;     ///< on top, per KernelLaunch
};

struct PeEnergyConfig {
    std::array<double, kDataTypes> mac_pj{};  ///< by DataType
    double vector_op_pj = 0.0;                ///< one lane cycle
    double tcm_bit_pj = 0.0;
    double idle_w = 0.0;     ///< clock tree and control while powered
    double leakage_w = 0.0;  ///< at the reference temperature of the power model
};

struct PeConfig {
    core::Frequency clock;
    TcmConfig tcm;
    MatrixConfig matrix;
    VectorConfig vector;
    DmaConfig dma;
    CommandConfig command;
    EndpointConfig endpoint;
    PeEnergyConfig energy;

    static PeConfig parse(core::Section s);
};

}  // namespace strata::models
