// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "platform/platform.h"

namespace strata::platform {

namespace {

/// What a channel of flash delivers at best: its array, its bus, or its link.
core::Bandwidth nand_channel_rate(const models::NandConfig& nand) {
    const double array = static_cast<double>(nand.planes * nand.page) * 1e12 /
                         static_cast<double>(nand.t_read + nand.t_command);
    return {std::min({static_cast<std::int64_t>(array), nand.bus_bandwidth.bytes_per_s,
                      nand.link_bandwidth.bytes_per_s})};
}

}  // namespace

runtime::Machine describe_machine(const PlatformConfig& config) {
    runtime::Machine machine;
    machine.sips = config.system.sips;
    machine.cubes_per_sip = config.system.cubes.count();
    machine.pes_per_cube = config.system.pes.count();
    // Whole pages: the PEs of a cube need not divide its SRAM.
    machine.sram_bank_bytes =
        config.sram.capacity() / machine.pes_per_cube / config.mmu.page * config.mmu.page;
    machine.dram_bytes = config.dram.capacity();
    if (config.mmu.table_memory == core::Region::kDram) {
        machine.dram_reserved = config.mmu.tables_end(config.system.pes.count());
    }
    machine.tcm_bytes = config.pe.tcm.capacity;
    machine.page_bytes = config.mmu.page;
    machine.dma_bulk = config.pe.dma.bulk;
    machine.matrix_rows = config.pe.matrix.rows;
    machine.matrix_columns = config.pe.matrix.cols;
    machine.vector_lanes = config.pe.vector.lanes;
    machine.semaphores = config.pe.command.semaphores;
    machine.pe_clock = config.pe.clock;
    machine.native_collectives = config.noc.native_collectives;
    machine.dram_bandwidth = {config.dram.channels * config.dram.channel_bandwidth.bytes_per_s};
    machine.sram_bandwidth = {config.sram.banks * config.sram.width * config.sram.clock.hz};
    if (config.nand) {
        machine.nand_bytes = config.nand->capacity();
        machine.nand_page_bytes = config.nand->page;
        machine.nand_interleave = config.nand->interleave;
        machine.nand_bandwidth = {config.nand->channels *
                                  nand_channel_rate(*config.nand).bytes_per_s};
    }
    return machine;
}

}  // namespace strata::platform
