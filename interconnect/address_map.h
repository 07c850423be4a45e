// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// From physical address to network port. Each memory region of a cube is spread over its channels:
// consecutive runs of `interleave` bytes go to consecutive ports.

#include <cstdint>
#include <vector>

#include "core/address.h"
#include "core/units.h"

namespace strata::interconnect {

/// Where one byte lives and how far the run of bytes behind the same port goes.
struct Target {
    std::int32_t port = -1;           ///< network port; -1 when nothing is there
    std::uint64_t local_address = 0;  ///< byte address inside that target
    core::Bytes contiguous = 0;       ///< bytes from here on that stay contiguous at this port
    std::int32_t group = -1;          ///< ≥ 0: no port but the window of a collective group

    bool exists() const { return port >= 0 || group >= 0; }
};

/// Immutable after the builder has filled it. Lookups are O(1).
class AddressMap {
   public:
    /// `ports[i]` serves the runs i, i+n, i+2n … of `interleave` bytes of the region; every port
    /// holds `capacity_per_port` bytes, a multiple of `interleave`. interleave = capacity_per_port
    /// puts the ports one after the other. Throws ModelError on overlap.
    void add_memory(std::int16_t sip, std::int16_t cube, core::Region region,
                    std::vector<std::int32_t> ports, core::Bytes interleave,
                    core::Bytes capacity_per_port);
    /// TCM or control window of one place; the local address is the byte within it.
    void add_window(const core::Place& place, core::Region region, std::int32_t port,
                    core::Bytes size);

    /// Windows of `bytes` for the collective groups of a cube. Groups are numbered over all cubes:
    /// returns the number of the first one of this cube.
    std::int32_t add_collectives(std::int16_t sip, std::int16_t cube, core::Bytes bytes);
    /// Group windows so far, mapped or not.
    std::int32_t groups() const { return groups_; }

    Target find(std::uint64_t pa) const;

    /// Bytes of a cube's memory region, 0 when it has none.
    core::Bytes capacity(std::int16_t sip, std::int16_t cube, core::Region region) const;
    core::Bytes interleave(std::int16_t sip, std::int16_t cube, core::Region region) const;
    std::size_t channels(std::int16_t sip, std::int16_t cube, core::Region region) const;

   private:
    struct Memory {
        std::vector<std::int32_t> ports;
        core::Bytes interleave = 0;
        core::Bytes capacity_per_port = 0;
        int run_shift = -1;  // both ≥ 0: interleave and number of ports are powers of two
        int port_shift = -1;
    };
    struct Window {
        std::int32_t port = -1;
        core::Bytes size = 0;
    };
    struct Cube {
        Memory memories[4];                // by Region, kNone unused
        std::vector<Window> tcm, control;  // by PE
        Window m_cpu;                      // control window of pe == kMCpu
        std::int32_t first_group = -1;
        core::Bytes group_window = 0;
    };
    Cube& cube_for(std::int16_t sip, std::int16_t cube);
    const Memory* memory(std::int16_t sip, std::int16_t cube, core::Region region) const;
    static Target find_memory(const Memory& memory, std::uint64_t offset);
    static Target in_window(const Window& window, std::uint64_t byte);
    static Target find_window(const std::vector<Window>& windows,
                              const core::PhysicalAddress& address);

    // Dense tables: [sip << 8 | cube] → index; made as regions are added.
    std::vector<Cube> cubes_;
    std::vector<std::int32_t> cube_index_;
    std::int32_t groups_ = 0;
};

}  // namespace strata::interconnect
