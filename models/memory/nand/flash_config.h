// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a NAND flash device is, in the terms of its data sheet: geometry, cell, array times, rules
// of multi-plane operation, bus, host link, energies, throttle states. Plain data and sums of it.
//
// Presets stand in configs/presets/nand, each value with its source or the word 'assumption'; the
// defaults here are those of the keys that a preset leaves out. docs/nand.md lists the keys.
// Units: ps, bytes, pJ, W, °C.

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/units.h"
#include "models/memory/nand/flash.h"
#include "models/memory/nand/flash_bus.h"

namespace strata::models {

constexpr int kMaxPageTypes = 5;  ///< bits of a cell
constexpr int kMaxGroup = 64;     ///< pages of one command
/// Temperatures that flash is used or stored at, with a wide margin.
constexpr core::Range kFlashCelsius{-60, 200};

/// Which array operations of one die may overlap in time.
enum class FlashIndependence : std::uint8_t {
    kNone,   ///< the die does one command at a time (of several planes, when multi-plane)
    kReads,  ///< reads of different planes overlap; program and erase take the die
    kAll,    ///< planes share nothing but the bus
};

/// What a cell is. A page type is the bit of the cell that the page uses (LSB, CSB, MSB …).
struct FlashCell {
    std::int32_t bits = 1;
    std::int32_t pages_per_type = 1;  ///< page i of a block has the type (i / this) % bits
    std::array<core::Ps, kMaxPageTypes> t_read{};     ///< by page type
    std::array<core::Ps, kMaxPageTypes> t_program{};  ///< by page type; one-shot: [0], all bits
    bool one_shot = false;  ///< the `bits` consecutive pages of a word line are programmed together
    core::Ps t_erase = 0;

    std::int32_t type_of(std::int32_t page_in_block) const {
        return page_in_block / pages_per_type % bits;
    }
    /// Pages of one plane that one program command takes.
    std::int32_t program_pages() const { return one_shot ? bits : 1; }
};

/// Times of the die beside the array's own.
struct FlashDieTiming {
    core::Ps t_rcbsy = 0;     ///< cache read: before the next sense, after the page has moved on
    core::Ps t_pcbsy = 0;     ///< cache program: before the next program, after the one before it
    core::Ps t_transfer = 0;  ///< cache read: from the command until the cache register is readable
    core::Ps t_suspend_program = 0;  ///< command → die ready for reads
    core::Ps t_suspend_erase = 0;
    core::Ps t_resume = 0;  ///< command → the array goes on
    core::Ps t_reset_ready = 0;
    core::Ps t_reset_program = 0;
    core::Ps t_reset_erase = 0;
    core::Ps t_feature = 0;
};

/// Base die → host, each direction a lane of its own.
struct FlashLinkConfig {
    core::Bandwidth rate{0};  ///< per channel and direction; 0: there is no link
    core::Ps latency = 0;     ///< base die, once per request and page
    core::Bytes access = 64;  ///< smallest read
};

struct FlashEnergy {
    double read_pj_per_bit = 0.0;     ///< array; every sense reads a whole page
    double program_pj_per_bit = 0.0;  ///< array
    double erase_pj = 0.0;            ///< a block
    double bus_pj_per_bit = 0.0;      ///< bytes on the channel's bus
    double link_pj_per_bit = 0.0;     ///< bytes on the host link
    double idle_w = 0.0;              ///< a die, always
};

/// From `above_celsius` on. Each step replaces the one before it.
struct FlashThrottleStep {
    double above_celsius = 85.0;
    double senses = 1.0;  ///< share of a channel's planes that may be at work at once
    double bus = 1.0;     ///< share of the bus rate
};

/// Figures that reliability models need and a data sheet states.
struct FlashEndurance {
    std::int64_t pe_cycles = 0;   ///< program/erase cycles of a block
    std::int64_t read_limit = 0;  ///< senses of a block before its data must be refreshed
    core::Ps retention = 0;       ///< powered, at retention_celsius
    double retention_celsius = 85.0;
};

struct FlashConfig {
    std::string name;
    FlashGeometry geometry;
    FlashCell cell;
    FlashDieTiming die;
    FlashIndependence independence = FlashIndependence::kNone;
    std::int32_t max_planes = 1;  ///< planes of one multi-plane command
    bool same_page = true;  ///< a multi-plane command needs the same page number in each block
    /// Two buffers per plane that the die manages: a page moves on to the second as soon as that is
    /// free, and a plain READ follows while the second is read out. Otherwise the second is used by
    /// the READ CACHE and PROGRAM CACHE commands.
    bool auto_cache = false;
    FlashBus bus;
    FlashLinkConfig link;
    FlashEnergy energy;
    std::vector<FlashThrottleStep> throttle;  ///< ascending temperature
    FlashEndurance endurance;

    /// Bytes of one page on the bus in a program, and in a read of a whole page.
    core::Bytes bus_page() const {
        return geometry.page_bytes + (bus.spare_on_bus ? geometry.spare_bytes : 0);
    }
    core::Ps read_time(std::int32_t page_in_block) const {
        return cell.t_read[static_cast<std::size_t>(cell.type_of(page_in_block))];
    }
    core::Ps program_time(std::int32_t page_in_block) const {
        return cell
            .t_program[cell.one_shot ? 0 : static_cast<std::size_t>(cell.type_of(page_in_block))];
    }
    /// All planes at work all the time, every page type in turn (law 6: bandwidth x t_read / page =
    /// planes).
    core::Bandwidth array_read_bandwidth() const;
    core::Bandwidth array_program_bandwidth() const;
    /// All channels' buses, data only.
    core::Bandwidth bus_bandwidth() const;
    /// The same device with one of its channels: what stands behind one network port.
    FlashConfig one_channel() const;
};

/// Path of a preset's file; throws core::UserError when there is none.
using FlashPresetFinder = std::function<std::string(const std::string& name)>;

/// Reads keys of the controller (`ecc`, `reliability`, `policy` …) from a mapping. It is called for
/// the preset first and for the section that names the preset then, so that what it holds already
/// is the default of every key.
using FlashKeysReader = std::function<void(core::Section& s)>;

/// Reads `preset` and all overrides of `s`, but leaves s.finish() to the caller, who may have keys
/// of its own there. Without a finder `preset` is a path. All errors go to the diagnostics behind
/// `s`. Without `controller` the mappings ecc, reliability and policy are passed over.
FlashConfig parse_flash_config(core::Section& s, const FlashPresetFinder& find,
                               const FlashKeysReader& controller = {});

/// Reads a preset file alone. Throws core::UserError with all its errors.
FlashConfig load_flash_preset(const std::string& file, const FlashKeysReader& controller = {});

}  // namespace strata::models
