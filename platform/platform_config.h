// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A platform file (configs/platforms/*.yaml), put together from the sections of its components.

#include <optional>
#include <string>

#include "core/config.h"
#include "interconnect/noc_config.h"
#include "interconnect/topology.h"
#include "mmu/pe_mmu.h"
#include "models/cpu/control_firmware.h"
#include "models/memory/dram/dram_config.h"
#include "models/memory/nand/nand_config.h"
#include "models/memory/sram/sram_config.h"
#include "models/pe/pe_config.h"
#include "models/power/dvfs.h"
#include "models/thermal/lumped_thermal.h"
#include "runtime/host/host_config.h"

namespace strata::platform {

/// A rectangle of cubes or PEs.
struct Grid {
    int nx = 1;
    int ny = 1;
    int count() const { return nx * ny; }
};

/// Section `system`.
struct SystemConfig {
    int sips = 1;
    Grid cubes;  ///< per SIP, neighbours joined by die-to-die links
    Grid pes;    ///< per cube, at the routers of its mesh
};

/// Section `links`: everything that leaves a die.
struct LinksConfig {
    interconnect::LinkConfig d2d;   ///< cube to neighbouring cube, one per pair of edge routers
    interconnect::LinkConfig io;    ///< IO die to each cube of its SIP
    interconnect::LinkConfig sip;   ///< IO die to the IO die of every other SIP
    interconnect::LinkConfig pcie;  ///< host to each IO die
};

/// Section `monitor`.
struct MonitorConfig {
    core::Ps window = 10 * core::kMicrosecond;
};

/// Section `limits`: what ends a run that does not end by itself.
struct LimitsConfig {
    core::Ps sim_time = 10 * core::kSecond;
    core::Ps wall_time = 3600 * core::kSecond;
};

struct PlatformConfig {
    std::string name;
    std::string description;
    std::string workload;  ///< file name of the default workload, in configs/workloads
    SystemConfig system;
    models::PeConfig pe;
    mmu::MmuConfig mmu;
    interconnect::NocConfig noc;
    LinksConfig links;
    models::SramConfig sram;
    models::DramConfig dram;
    std::optional<models::NandConfig> nand;  ///< none: a platform without HBF
    models::ControlConfig io_cpu;
    models::ControlConfig m_cpu;
    runtime::HostConfig host;
    models::ThermalConfig thermal;
    models::PowerConfig power;
    MonitorConfig monitor;
    LimitsConfig limits;

    /// Reads and checks a whole platform file; errors go to the document's Diagnostics.
    static PlatformConfig parse(core::Section root);
};

}  // namespace strata::platform
