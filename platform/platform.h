// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The module tree of a platform, made from its config: no platform has a main of its own.
//
//   host ── pcie ── sip0.io_cpu ── io ── sip0.cube0 { m_cpu, pe0…, sram.bank0…, dram.ch0…,
//   nand.ch0… }

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "core/component.h"
#include "core/payload.h"
#include "interconnect/address_map.h"
#include "interconnect/noc.h"
#include "models/cpu/control_processor.h"
#include "models/memory/memory_target.h"
#include "models/pe/code_directory.h"
#include "models/pe/processing_element.h"
#include "models/thermal/thermal_model.h"
#include "platform/platform_config.h"
#include "runtime/compiler/machine.h"
#include "runtime/host/host.h"

namespace strata::platform {

struct PlatformOptions {
    std::shared_ptr<spdlog::logger> log;
    core::TraceSink* trace = nullptr;  ///< null without a waveform; outlives the platform
    std::uint64_t seed = 1;
    bool functional = false;
};

/// What a power block is, for the heat model and for reports.
enum class BlockKind : std::uint8_t { kPe, kSram, kDram, kNand, kNoc, kControl };
const char* to_string(BlockKind kind);

struct PowerBlock {
    core::EnergyLedger::BlockId id = 0;
    std::string name;
    BlockKind kind = BlockKind::kControl;
    int cube = -1;                               ///< flat cube index; -1 outside the cubes
    bool follows_dvfs = false;                   ///< voltage and clock are those of the cube's PEs
    models::MemoryController* memory = nullptr;  ///< whose temperature the block's is
};

/// Running totals since the start of the run.
struct Activity {
    struct Memory {
        core::Bytes read = 0;
        core::Bytes written = 0;
        core::Ps busy = 0;  ///< summed over channels or banks
        std::int64_t channels = 0;
        core::Bytes bytes() const { return read + written; }
    };
    Memory sram, dram, nand;
    core::Bytes noc_bytes = 0;
    core::Ps noc_busy = 0;  ///< summed over links
    std::int64_t noc_links = 0;
    core::Ps pe_busy = 0;  ///< matrix engine busy, summed over PEs
    std::int64_t pes = 0;
};

class Platform {
   public:
    /// Elaborates everything. Throws core::UserError for what only the whole can show.
    Platform(const PlatformConfig& config, const PlatformOptions& options);
    ~Platform();
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    const PlatformConfig& config() const { return config_; }
    runtime::Host& host() { return *host_; }
    const runtime::Machine& machine() const { return machine_; }
    core::Services& services() { return services_; }
    core::StatGroup& stats() { return stats_; }
    core::EnergyLedger& energy() { return energy_; }
    const core::EnergyLedger& energy() const { return energy_; }
    const core::PayloadPool& payloads() const { return payloads_; }
    const std::vector<PowerBlock>& power_blocks() const { return power_blocks_; }
    /// Compute clocks, one per cube.
    std::vector<std::unique_ptr<core::ClockDomain>>& clocks() { return clocks_; }
    Activity activity() const;
    /// Busy share of the network's busiest link between routers since the start.
    double busiest_noc_link() const { return noc_->busiest_link(true); }
    /// Brings counters, energy and waveform up to `now`; call it between slices, before reading
    /// them.
    void settle(core::Ps now);
    /// Clock of a cube's PEs from the next edge on, and in proportion that of its network where
    /// `noc.dvfs` says so; call it between slices.
    void set_frequency(std::size_t cube, core::Frequency frequency);
    /// Tells every memory channel its temperature; `thermal` has a node per power block.
    void set_memory_temperatures(const models::ThermalModel& thermal);

   private:
    friend class PlatformBuilder;

    PlatformConfig config_;
    core::StatGroup stats_;
    core::EnergyLedger energy_;
    core::PayloadPool payloads_;
    core::Services services_;
    interconnect::AddressMap address_map_;
    models::CodeDirectory code_;
    runtime::Machine machine_;
    std::vector<std::unique_ptr<core::ClockDomain>> clocks_;
    std::vector<std::unique_ptr<core::ClockDomain>> control_clocks_;
    std::vector<PowerBlock> power_blocks_;

    // Modules, children before the scopes that hold their names.
    std::vector<std::unique_ptr<sc_core::sc_module>> scopes_;
    std::unique_ptr<interconnect::Noc> noc_;
    std::unique_ptr<runtime::Host> host_;
    std::vector<std::unique_ptr<models::ControlProcessor>> processors_;
    std::vector<std::unique_ptr<models::ProcessingElement>> pes_;
    std::vector<std::unique_ptr<models::MemoryTarget>> srams_, drams_, nands_;
};

/// What the compiler needs to know, from the config alone.
runtime::Machine describe_machine(const PlatformConfig& config);

}  // namespace strata::platform
