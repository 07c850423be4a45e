// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/simulation.h"

namespace strata::platform {

using core::Place;
using core::Region;

double ProbePoint::bandwidth_gbps() const {
    return result.latency > 0
               ? static_cast<double>(transfer.nbytes) * 1e3 / static_cast<double>(result.latency)
               : 0.0;
}

namespace {

std::vector<Place> probe_pes(const PlatformConfig& config) {
    const auto last_pe = static_cast<std::int16_t>(config.system.pes.count() - 1);
    const auto last_cube = static_cast<std::int16_t>(config.system.cubes.count() - 1);
    std::vector<Place> places = {{0, 0, 0}, {0, 0, last_pe}, {0, last_cube, last_pe}};
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

struct ProbedMemory {
    Region region;
    core::Bytes offset;  // first byte that may be overwritten
    core::Bytes capacity;
    bool writable;
    core::Bytes step = 0;  // from probe to probe, so that no page is still in its register
};

std::vector<ProbedMemory> probed_memories(const PlatformConfig& config) {
    const bool tables_in_dram = config.mmu.table_memory == Region::kDram;
    const core::Bytes tables = config.mmu.tables_end(config.system.pes.count());
    std::vector<ProbedMemory> memories = {
        {Region::kSram, tables_in_dram ? 0 : tables, config.sram.capacity(), true},
        {Region::kDram, tables_in_dram ? tables : 0, config.dram.capacity(), true}};
    if (config.nand) {
        memories.push_back({Region::kNand, 0, config.nand->capacity(), false, 2 * core::kMiB});
    }
    return memories;
}

}  // namespace

std::vector<ProbePoint> probe_points(const PlatformConfig& config) {
    std::vector<ProbePoint> points;
    std::vector<ProbedMemory> memories = probed_memories(config);
    for (const Place& pe : probe_pes(config)) {
        for (ProbedMemory& memory : memories) {
            for (const bool write : {false, true}) {
                for (const core::Bytes bytes : {core::Bytes{64}, 4 * core::kKiB, core::kMiB}) {
                    if ((write && !memory.writable) || memory.offset + bytes > memory.capacity) {
                        continue;
                    }
                    const core::PhysicalAddress address{0, 0, memory.region,
                                                        static_cast<std::uint64_t>(memory.offset)};
                    ProbePoint point;
                    point.pe = pe;
                    point.memory = fmt::format("sip0.cube0.{}", core::to_string(memory.region));
                    point.transfer = {pe, address.encode(), bytes, write};
                    points.push_back(std::move(point));
                    memory.offset += memory.step;
                }
            }
        }
    }
    return points;
}

core::Ps run_probes(Platform& platform, std::vector<ProbePoint>& points) {
    platform.host().set_program([&points](runtime::Host& host) {
        for (ProbePoint& point : points) {
            point.result = host.probe(point.transfer);
        }
    });
    core::Simulation simulation(platform.services());
    core::RunOptions options;
    options.max_sim_time = platform.config().limits.sim_time;
    options.catch_signals = true;
    const core::RunResult run = simulation.run(options);
    if (platform.host().failure()) {
        std::rethrow_exception(platform.host().failure());
    }
    if (!run.completed()) {
        throw core::ModelError(run.report);
    }
    return run.end;
}

nlohmann::ordered_json to_json(const std::vector<ProbePoint>& points) {
    auto list = nlohmann::ordered_json::array();
    for (const ProbePoint& point : points) {
        nlohmann::ordered_json breakdown = nlohmann::ordered_json::object();
        for (const auto& part : point.result.parts) {
            breakdown[part.name] = static_cast<double>(part.duration) * 1e-3;
        }
        list.push_back({{"pe", point.pe.str()},
                        {"memory", point.memory},
                        {"op", point.transfer.is_write ? "write" : "read"},
                        {"bytes", point.transfer.nbytes},
                        {"latency_ns", static_cast<double>(point.result.latency) * 1e-3},
                        {"bandwidth_gbps", point.bandwidth_gbps()},
                        {"breakdown_ns", breakdown}});
        if (!point.result.response.success) {
            list.back()["error"] = point.result.response.text;
        }
    }
    return list;
}

std::string probe_text(const nlohmann::ordered_json& result) {
    std::string out = fmt::format("{:<18}{:<18}{:<7}{:>9}{:>14}{:>11}  {}\n", "pe", "memory", "op",
                                  "bytes", "latency ns", "GB/s", "breakdown ns");
    for (const auto& point : result["probes"]) {
        fmt::format_to(std::back_inserter(out), "{:<18}{:<18}{:<7}{:>9}{:>14.3f}{:>11.3f} ",
                       point["pe"].get<std::string>(), point["memory"].get<std::string>(),
                       point["op"].get<std::string>(), point["bytes"].get<std::int64_t>(),
                       point["latency_ns"].get<double>(), point["bandwidth_gbps"].get<double>());
        for (const auto& [name, ns] : point["breakdown_ns"].items()) {
            fmt::format_to(std::back_inserter(out), " {} {:.1f}", name, ns.get<double>());
        }
        out += point.contains("error") ? "  " + point["error"].get<std::string>() + '\n' : "\n";
    }
    return out;
}

}  // namespace strata::platform
