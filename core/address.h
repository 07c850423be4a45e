// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Places and physical addresses of the system.
//
// A place is (sip, cube, pe). A physical address names a region of a cube and an offset in it:
//
//   63..60  59..52  51..44  43..40   39..0
//   zero    sip     cube    region   offset
//
// Offsets of the memories run over the whole cube (all channels or banks); how they interleave over
// channels is the address map's business (interconnect/address_map.h). TCM and control offsets
// carry the PE: offset = pe << 28 | byte; those of collective windows the number of the group.

#include <cstdint>
#include <string>

namespace strata::core {

/// A place in the system. `pe` and `cube` may be one of the special numbers below.
struct Place {
    std::int16_t sip = 0;
    std::int16_t cube = 0;
    std::int16_t pe = 0;

    friend bool operator==(const Place& a, const Place& b) {
        return a.sip == b.sip && a.cube == b.cube && a.pe == b.pe;
    }
    friend bool operator!=(const Place& a, const Place& b) { return !(a == b); }
    friend bool operator<(const Place& a, const Place& b) {
        if (a.sip != b.sip) return a.sip < b.sip;
        if (a.cube != b.cube) return a.cube < b.cube;
        return a.pe < b.pe;
    }
    /// `sip0.cube1.pe3`, `sip0.cube1.m_cpu`, `sip0.io_cpu`, `host`.
    std::string str() const;
};

constexpr std::int16_t kMaxPes = 0xff0;    ///< PEs of a cube: 0 … kMaxPes-1
constexpr std::int16_t kMCpu = 0xfff;      ///< pe number of a cube's M_CPU
constexpr std::int16_t kIoCpuCube = 0xff;  ///< cube number of a SIP's IO_CPU (pe = kMCpu)
constexpr std::int16_t kHostSip = 0xff;    ///< sip number of the host (cube = 0xff, pe = kMCpu)

constexpr Place io_cpu_place(std::int16_t sip) {
    return {sip, kIoCpuCube, kMCpu};
}
constexpr Place m_cpu_place(std::int16_t sip, std::int16_t cube) {
    return {sip, cube, kMCpu};
}
constexpr Place host_place() {
    return {kHostSip, kIoCpuCube, kMCpu};
}

/// What a physical address points at. 0 is no region, so that address 0 is never valid.
enum class Region : std::uint8_t {
    kNone = 0,
    kSram = 1,        ///< shared SRAM banks of the cube
    kDram = 2,        ///< HBM stack of the cube
    kNand = 3,        ///< HBF stack of the cube
    kTcm = 4,         ///< tightly coupled memory of one PE
    kControl = 5,     ///< mailbox and semaphores of a control processor or PE endpoint
    kCollective = 6,  ///< windows of collective groups: a write there is for a group of TCMs
};

const char* to_string(Region region);

constexpr int kOffsetBits = 40;
constexpr int kPeShift = 28;  ///< TCM and control offsets: pe << 28 | byte
constexpr int kMaxGroups = 1 << (kOffsetBits - kPeShift);  ///< collective groups of a cube
constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << kOffsetBits) - 1;
constexpr std::uint64_t kPeByteMask = (std::uint64_t{1} << kPeShift) - 1;

/// A decoded physical address.
struct PhysicalAddress {
    std::int16_t sip = 0;
    std::int16_t cube = 0;
    Region region = Region::kNone;
    std::uint64_t offset = 0;

    constexpr std::uint64_t encode() const {
        return static_cast<std::uint64_t>(sip) << 52 | static_cast<std::uint64_t>(cube) << 44 |
               static_cast<std::uint64_t>(region) << kOffsetBits | offset;
    }
    static constexpr PhysicalAddress decode(std::uint64_t pa) {
        return {static_cast<std::int16_t>(pa >> 52 & 0xff),
                static_cast<std::int16_t>(pa >> 44 & 0xff),
                static_cast<Region>(pa >> kOffsetBits & 0xf), pa & kOffsetMask};
    }
    constexpr std::int16_t pe() const { return static_cast<std::int16_t>(offset >> kPeShift); }
    constexpr std::uint64_t pe_byte() const { return offset & kPeByteMask; }
    /// `sip0.cube1.dram+0x1000`.
    std::string str() const;
};

/// Physical address of byte `byte` of a PE's TCM.
constexpr std::uint64_t tcm_address(const Place& place, std::uint64_t byte) {
    return PhysicalAddress{place.sip, place.cube, Region::kTcm,
                           static_cast<std::uint64_t>(place.pe) << kPeShift | byte}
        .encode();
}
/// Physical address of byte `byte` in the TCM of whoever belongs to a collective group. Its number
/// counts in the cube of its root.
constexpr std::uint64_t collective_address(const Place& root, std::int16_t group,
                                           std::uint64_t byte) {
    return PhysicalAddress{root.sip, root.cube, Region::kCollective,
                           static_cast<std::uint64_t>(group) << kPeShift | byte}
        .encode();
}
/// Physical address of a control endpoint's mailbox (PE endpoint, M_CPU, IO_CPU or host).
constexpr std::uint64_t mailbox_address(const Place& place) {
    return PhysicalAddress{place.sip, place.cube, Region::kControl,
                           static_cast<std::uint64_t>(place.pe) << kPeShift}
        .encode();
}

}  // namespace strata::core
