// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/address_map.h"

#include <utility>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

constexpr std::size_t kCubeTable = std::size_t{1} << 16;

std::size_t cube_key(std::int16_t sip, std::int16_t cube) {
    return static_cast<std::size_t>((sip & 0xff) << 8 | (cube & 0xff));
}

bool is_memory(core::Region region) {
    return region == core::Region::kSram || region == core::Region::kDram ||
           region == core::Region::kNand;
}

/// log2 of a power of two, -1 for other numbers.
int exact_log2(std::uint64_t value) {
    if (value == 0 || (value & (value - 1)) != 0) {
        return -1;
    }
    int log = 0;
    while (value >> log != 1) {
        ++log;
    }
    return log;
}

std::string region_name(std::int16_t sip, std::int16_t cube, core::Region region) {
    return core::PhysicalAddress{sip, cube, region, 0}.str();
}

}  // namespace

AddressMap::Cube& AddressMap::cube_for(std::int16_t sip, std::int16_t cube) {
    if (cube_index_.empty()) {
        cube_index_.assign(kCubeTable, -1);
    }
    std::int32_t& index = cube_index_[cube_key(sip, cube)];
    if (index < 0) {
        index = static_cast<std::int32_t>(cubes_.size());
        cubes_.emplace_back();
    }
    return cubes_[static_cast<std::size_t>(index)];
}

void AddressMap::add_memory(std::int16_t sip, std::int16_t cube, core::Region region,
                            std::vector<std::int32_t> ports, core::Bytes interleave,
                            core::Bytes capacity_per_port) {
    const std::string name = region_name(sip, cube, region);
    if (!is_memory(region) || ports.empty() || interleave <= 0 || capacity_per_port <= 0 ||
        capacity_per_port % interleave != 0) {
        throw core::ModelError("address map: " + name +
                               " needs a memory region, ports and whole interleave runs per port");
    }
    const auto count = static_cast<core::Bytes>(ports.size());
    if (capacity_per_port > static_cast<core::Bytes>(core::kOffsetMask) / count) {
        throw core::ModelError("address map: " + name + " exceeds the address space of a region");
    }
    Memory& memory = cube_for(sip, cube).memories[static_cast<std::size_t>(region)];
    if (!memory.ports.empty()) {
        throw core::ModelError("address map: " + name + " is there already");
    }
    const int run_shift = exact_log2(static_cast<std::uint64_t>(interleave));
    const int port_shift = exact_log2(ports.size());
    if (run_shift >= 0 && port_shift >= 0) {
        memory.run_shift = run_shift;
        memory.port_shift = port_shift;
    }
    memory.ports = std::move(ports);
    memory.interleave = interleave;
    memory.capacity_per_port = capacity_per_port;
}

void AddressMap::add_window(const core::Place& place, core::Region region, std::int32_t port,
                            core::Bytes size) {
    const bool fits = size > 0 && size <= core::Bytes{1} << core::kPeShift && place.pe >= 0;
    const bool tcm = region == core::Region::kTcm && place.pe < core::kMaxPes;
    const bool control =
        region == core::Region::kControl && (place.pe < core::kMaxPes || place.pe == core::kMCpu);
    if (!fits || !(tcm || control)) {
        throw core::ModelError("address map: no such window at " + place.str());
    }
    Cube& cube = cube_for(place.sip, place.cube);
    Window* window = &cube.m_cpu;
    if (place.pe != core::kMCpu) {
        std::vector<Window>& windows = tcm ? cube.tcm : cube.control;
        const auto pe = static_cast<std::size_t>(place.pe);
        if (windows.size() <= pe) {
            windows.resize(pe + 1);
        }
        window = &windows[pe];
    }
    if (window->port >= 0) {
        throw core::ModelError("address map: the window of " + place.str() + " is there already");
    }
    *window = {port, size};
}

std::int32_t AddressMap::add_collectives(std::int16_t sip, std::int16_t cube, core::Bytes bytes) {
    Cube& home = cube_for(sip, cube);
    if (home.first_group >= 0 || bytes <= 0 || bytes > core::Bytes{1} << core::kPeShift) {
        throw core::ModelError("address map: no such collective windows at " +
                               region_name(sip, cube, core::Region::kCollective));
    }
    home.first_group = groups_;
    home.group_window = bytes;
    groups_ += core::kMaxGroups;
    return home.first_group;
}

Target AddressMap::find(std::uint64_t pa) const {
    const core::PhysicalAddress address = core::PhysicalAddress::decode(pa);
    if (pa >> 60 != 0 || cube_index_.empty()) {
        return {};
    }
    const std::int32_t index = cube_index_[cube_key(address.sip, address.cube)];
    if (index < 0) {
        return {};
    }
    const Cube& cube = cubes_[static_cast<std::size_t>(index)];
    if (is_memory(address.region)) {
        return find_memory(cube.memories[static_cast<std::size_t>(address.region)], address.offset);
    }
    if (address.region == core::Region::kTcm) {
        return find_window(cube.tcm, address);
    }
    if (address.region == core::Region::kCollective) {
        const auto window = static_cast<std::uint64_t>(cube.group_window);
        const std::uint64_t byte = address.pe_byte();
        return byte < window ? Target{-1, byte, static_cast<core::Bytes>(window - byte),
                                      cube.first_group + address.pe()}
                             : Target{};
    }
    if (address.region != core::Region::kControl) {
        return {};
    }
    if (address.pe() == core::kMCpu) {
        return in_window(cube.m_cpu, address.pe_byte());
    }
    return find_window(cube.control, address);
}

Target AddressMap::find_memory(const Memory& memory, std::uint64_t offset) {
    const std::size_t ports = memory.ports.size();
    if (offset >= ports * static_cast<std::uint64_t>(memory.capacity_per_port)) {
        return {};
    }
    if (ports == 1) {
        return {memory.ports[0], offset,
                memory.capacity_per_port - static_cast<core::Bytes>(offset)};
    }
    const auto interleave = static_cast<std::uint64_t>(memory.interleave);
    std::uint64_t port = 0;
    std::uint64_t row = 0;
    std::uint64_t byte = 0;
    if (memory.run_shift >= 0) {
        const std::uint64_t run = offset >> memory.run_shift;
        port = run & (ports - 1);
        row = run >> memory.port_shift;
        byte = offset & (interleave - 1);
    } else {
        const std::uint64_t run = offset / interleave;
        port = run % ports;
        row = run / ports;
        byte = offset % interleave;
    }
    return {memory.ports[port], row * interleave + byte,
            static_cast<core::Bytes>(interleave - byte)};
}

Target AddressMap::in_window(const Window& window, std::uint64_t byte) {
    if (window.port < 0 || byte >= static_cast<std::uint64_t>(window.size)) {
        return {};
    }
    return {window.port, byte, window.size - static_cast<core::Bytes>(byte)};
}

Target AddressMap::find_window(const std::vector<Window>& windows,
                               const core::PhysicalAddress& address) {
    const auto pe = static_cast<std::size_t>(address.pe());
    return pe < windows.size() ? in_window(windows[pe], address.pe_byte()) : Target{};
}

const AddressMap::Memory* AddressMap::memory(std::int16_t sip, std::int16_t cube,
                                             core::Region region) const {
    if (cube_index_.empty() || !is_memory(region)) {
        return nullptr;
    }
    const std::int32_t index = cube_index_[cube_key(sip, cube)];
    if (index < 0) {
        return nullptr;
    }
    const Memory& found =
        cubes_[static_cast<std::size_t>(index)].memories[static_cast<std::size_t>(region)];
    return found.ports.empty() ? nullptr : &found;
}

core::Bytes AddressMap::capacity(std::int16_t sip, std::int16_t cube, core::Region region) const {
    const Memory* found = memory(sip, cube, region);
    return found != nullptr
               ? found->capacity_per_port * static_cast<core::Bytes>(found->ports.size())
               : 0;
}

core::Bytes AddressMap::interleave(std::int16_t sip, std::int16_t cube, core::Region region) const {
    const Memory* found = memory(sip, cube, region);
    return found != nullptr ? found->interleave : 0;
}

std::size_t AddressMap::channels(std::int16_t sip, std::int16_t cube, core::Region region) const {
    const Memory* found = memory(sip, cube, region);
    return found != nullptr ? found->ports.size() : 0;
}

}  // namespace strata::interconnect
