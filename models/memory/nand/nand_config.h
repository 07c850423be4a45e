// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Settings of a NAND stack (high-bandwidth flash), shared by the NAND models. A channel is one die
// with its own bus to the base die. Defaults: HBF of the first generation, 512 GiB. Vendors publish
// capacity, channels and bandwidth only; array times and energies are assumptions to sweep. With
// these defaults the array, not the link, is the limit: 16 x 32 planes x 4 KiB / 3.1 us = 0.68 TB/s
// of the link's 1.6 TB/s.
//
// `model: full` takes its device from `preset` and overrides of that preset's keys
// (full_nand_config.h); of the keys of `simple` beyond those `interleave`, `preloaded` and
// `queue_depth` are left, and the rest of this struct follows from the device.

#include <array>
#include <memory>
#include <string>

#include "core/config.h"
#include "core/units.h"
#include "models/memory/nand/flash_config.h"

namespace strata::models {

struct FullNandConfig;

/// The three coordinates that a page number of a channel is split into.
enum class NandField : std::uint8_t { kPlane, kPage, kBlock };

/// Where a page lies inside its channel.
struct NandPage {
    std::int64_t plane = 0;
    std::int64_t block = 0;  ///< inside the plane
    std::int64_t page = 0;   ///< inside the block
};

struct NandConfig {
    std::string model = "simple";  ///< name in the registry (factory.h)
    std::int64_t channels = 16;    ///< channels of a stack, each a network port
    std::int64_t planes = 32;      ///< per channel
    std::int64_t blocks = 256;     ///< per plane
    std::int64_t pages = 1024;     ///< per block
    core::Bytes page = 4 * core::kKiB;
    core::Bytes interleave = 32 * core::kKiB;  ///< consecutive bytes of one channel
    core::Ps t_read = 3'000'000;
    core::Ps t_prog = 75'000'000;
    core::Ps t_erase = 3'000'000'000;
    core::Ps t_command = 100'000;                     ///< before every array operation
    core::Ps t_base = 20'000;                         ///< base die, once per request and page
    std::int64_t registers = 2;                       ///< page buffers per plane
    core::Bandwidth bus_bandwidth{128'000'000'000};   ///< die to base die, both ways shared
    core::Bandwidth link_bandwidth{100'000'000'000};  ///< base die to NoC, each way
    std::array<NandField, 3> page_order{NandField::kPlane, NandField::kPage,
                                        NandField::kBlock};  ///< low to high
    bool preloaded = true;                                   ///< every block counts as written
    std::int64_t queue_depth = 64;                           ///< requests; a bulk request is one
    double read_pj_per_bit = 3.0;                            ///< array; a whole page per sense
    double program_pj_per_bit = 100.0;
    double erase_pj = 165e6;      ///< per block
    double bus_pj_per_bit = 0.8;  ///< bytes moved: bus and base die

    std::shared_ptr<const FullNandConfig> full;  ///< one channel, of `full`; null for `simple`
    core::Bytes visible = 0;  ///< bytes of a channel behind a translation layer; 0: all

    core::Bytes channel_capacity() const {
        return visible > 0 ? visible : planes * blocks * pages * page;
    }
    core::Bytes capacity() const { return channels * channel_capacity(); }
    /// Splits a page number of a channel (address / page) according to `page_order`.
    NandPage locate(std::int64_t page_number) const;
    /// Reads and checks everything; `find` turns the name of a preset into its file.
    static NandConfig parse(core::Section s, const FlashPresetFinder& find = {});
};

}  // namespace strata::models
