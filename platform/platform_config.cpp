// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/platform_config.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/address.h"
#include "interconnect/network_check.h"
#include "platform/config_files.h"
#include "platform/platform_topology.h"

namespace strata::platform {

namespace {

constexpr int kMaxCubes = 64;  // per SIP; 8 bits of the address, one number reserved
constexpr int kMaxSips = 16;
constexpr int kMaxMeshSide = 32;

Grid parse_grid(core::Section& section, const std::string& key, core::Range side) {
    // A fallback only where the key was written: a wrong value then yields it, with one message.
    std::optional<std::vector<std::int64_t>> fallback;
    if (section.has(key)) {
        fallback = {1, 1};
    }
    const auto values = section.integers(key, fallback, side);
    if (values.size() != 2) {
        if (section.has(key)) {
            section.error(key, "expected two numbers: [columns, rows]");
        }
        return {};
    }
    return {static_cast<int>(values[0]), static_cast<int>(values[1])};
}

SystemConfig parse_system(core::Section section) {
    SystemConfig config;
    config.sips = static_cast<int>(section.integer("sips", 1, core::Range{1, kMaxSips}));
    config.cubes = parse_grid(section, "cubes", core::Range{1, 8});
    config.pes = parse_grid(section, "pes", core::Range{1, kMaxMeshSide});
    if (config.cubes.count() > kMaxCubes) {
        section.error("cubes", fmt::format("expected at most {} cubes", kMaxCubes));
    }
    section.finish();
    return config;
}

LinksConfig parse_links(core::Section section) {
    LinksConfig config;
    using interconnect::LinkConfig;
    config.d2d = LinkConfig::parse(section.section("d2d"), interconnect::die_to_die_link());
    config.io = LinkConfig::parse(section.section("io"), interconnect::sip_link());
    config.sip = LinkConfig::parse(section.section("sip"), interconnect::sip_link());
    config.pcie = LinkConfig::parse(section.section("pcie"), interconnect::pcie_link());
    config.d2d.name = "d2d";
    config.io.name = "io";
    config.sip.name = "sip";
    config.pcie.name = "pcie";
    section.finish();
    return config;
}

MonitorConfig parse_monitor(core::Section section) {
    MonitorConfig config;
    config.window = section.time("window", config.window,
                                 core::Range{static_cast<double>(core::kNanosecond), 1e13});
    section.finish();
    return config;
}

LimitsConfig parse_limits(core::Section section) {
    LimitsConfig config;
    config.sim_time = section.time("sim_time", config.sim_time, core::kPositive);
    config.wall_time = section.time("wall_time", config.wall_time, core::kPositive);
    section.finish();
    return config;
}

/// The compute domains: `sip0.cube0`, …
std::vector<std::string> cube_names(const SystemConfig& system) {
    std::vector<std::string> names;
    for (int sip = 0; sip < system.sips; ++sip) {
        for (int cube = 0; cube < system.cubes.count(); ++cube) {
            names.push_back(fmt::format("sip{}.cube{}", sip, cube));
        }
    }
    return names;
}

/// Level 0 is nominal: what the compiler and the energies count with. A clock that is not written,
/// or wrong, has its own message.
void check_nominal_clock(core::Section& root, const PlatformConfig& config) {
    core::Section pe = root.section("pe");
    std::string error;
    if (config.power.levels.empty() || !pe.has("clock") ||
        !core::parse_frequency(pe.raw("clock"), error)) {
        return;
    }
    const core::Frequency level = config.power.levels[0].frequency;
    if (level.hz != config.pe.clock.hz) {
        root.error("power", fmt::format("levels.0.frequency: expected pe.clock, {} GHz, got {} GHz",
                                        config.pe.clock.ghz(), level.ghz()));
    }
}

void check_fit(core::Section& root, const PlatformConfig& config) {
    const core::Bytes limit = core::Bytes{1} << core::kOffsetBits;
    const auto check = [&](const char* key, core::Bytes capacity) {
        if (capacity > limit) {
            root.error(key, fmt::format("expected at most {} per cube, got {}",
                                        core::format_size(limit), core::format_size(capacity)));
        }
    };
    check("sram", config.sram.capacity());
    check("dram", config.dram.capacity());
    if (config.nand) {
        check("nand", config.nand->capacity());
    }
    const core::Bytes tables = config.mmu.tables_end(config.system.pes.count());
    if (config.mmu.table_memory == core::Region::kSram) {
        root.error("mmu",
                   "table_memory: the SRAM of a cube belongs to the weight buffers; "
                   "expected dram");
    }
    if (config.mmu.table_memory == core::Region::kDram && tables > config.dram.capacity()) {
        root.error("mmu",
                   fmt::format("the page tables of {} PEs need {}, the DRAM of a cube has {}",
                               config.system.pes.count(), core::format_size(tables),
                               core::format_size(config.dram.capacity())));
    }
    if (config.host.queue_depth < config.system.sips) {
        root.error("host", fmt::format("queue_depth: expected at least {}, a message per SIP, got "
                                       "{}: a kernel that runs on all of them could not start",
                                       config.system.sips, config.host.queue_depth));
    }
    check_nominal_clock(root, config);
    if (config.pe.tcm.capacity > core::Bytes{1} << core::kPeShift) {
        root.error("pe", "tcm.capacity: expected at most 256MiB");
    }
}

/// Lays the network out for the PEs and checks its routes. The largest platforms are checked when
/// they are made.
void check_noc(core::Section& root, PlatformConfig& config) {
    constexpr std::size_t kRouters = 1024;
    core::Section section = root.section("noc");
    if (config.noc.router_static_w + config.noc.link_static_w > 0.0 &&
        config.power.noc.gating != models::BlockPowerConfig::Gating::kNone) {
        const bool link = config.noc.link_static_w > 0.0;
        section.error(link ? "link_static_power" : "router_static_power",
                      "not together with power.blocks.noc.gating, which is for the whole network");
    }
    if (root.diagnostics().ok()) {
        config.noc.fit(section, config.system.pes.nx, config.system.pes.ny);
    }
    if (root.diagnostics().ok()) {
        const PlatformTopology plan(config);
        if (plan.topology().routers().size() <= kRouters) {
            interconnect::check_network(section, plan.topology(), config.noc);
        }
    }
}

}  // namespace

PlatformConfig PlatformConfig::parse(core::Section root) {
    PlatformConfig config;
    config.name = root.string("platform");
    config.description = root.string("description", "");
    config.workload = root.string("workload", "");
    config.system = parse_system(root.required_section("system"));
    config.pe = models::PeConfig::parse(root.section("pe"));
    config.mmu = mmu::MmuConfig::parse(root.section("mmu"));
    config.noc = interconnect::NocConfig::parse(root.section("noc"));
    config.links = parse_links(root.section("links"));
    config.sram = models::SramConfig::parse(root.section("sram"));
    config.dram = models::DramConfig::parse(root.section("dram"), [](const std::string& preset) {
        return find_config("presets/dram", preset);
    });
    if (root.has("nand")) {
        auto nand = models::NandConfig::parse(root.section("nand"), [](const std::string& preset) {
            return find_config("presets/nand", preset);
        });
        if (nand.model != "none") {
            config.nand = std::move(nand);
        }
    }
    core::Section control = root.section("control");
    config.io_cpu = models::ControlConfig::parse(control.section("io_cpu"));
    config.m_cpu = models::ControlConfig::parse(control.section("m_cpu"));
    control.finish();
    config.host = runtime::HostConfig::parse(root.section("host"));
    config.thermal = models::ThermalConfig::parse(root.section("thermal"));
    config.power = models::PowerConfig::parse(root.section("power"), cube_names(config.system));
    config.monitor = parse_monitor(root.section("monitor"));
    config.limits = parse_limits(root.section("limits"));
    check_fit(root, config);
    check_noc(root, config);
    root.finish();
    return config;
}

}  // namespace strata::platform
