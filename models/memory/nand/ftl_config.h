// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Settings of the flash translation layer (`policy`). Nearly all of them are choices of a design
// and none is published for HBF: the defaults are assumptions unless a source stands beside them
// (ftl_config.cpp).

#include <array>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/units.h"
#include "models/memory/nand/flash.h"

namespace strata::models {

/// What consecutive pages are spread over.
enum class StripeField : std::uint8_t { kChannel, kChip, kDie, kPlane };

struct FtlConfig {
    struct Gc {
        std::string policy = "greedy";  ///< see victim_policies()
        std::int64_t choices = 10;      ///< d of d_choice
        std::int64_t start = 2;  ///< collect when a plane has no more free blocks than this …
        std::int64_t stop = 3;   ///< … until it has so many
        std::int64_t idle = 0;   ///< in idle time: until it has so many; 0: not in idle time
        core::Ps idle_after = 1'000'000'000;  ///< without host traffic or other work
        std::int64_t depth = 4;               ///< pages of a plane on the move at once
        bool copyback = false;                ///< move pages inside the plane, past the ECC
        bool hot_cold = true;                 ///< moved pages get blocks of their own
    };
    struct WearLevelling {
        bool dynamic_on = true;   ///< the least worn free block is used next
        std::int64_t spread = 0;  ///< static: erase counts of a plane differ by no more; 0: off
    };
    struct WriteBuffer {
        std::int64_t pages = 64;
        std::int64_t hold = 0;             ///< pages kept back for further writes to the same page
        bool capacitor = true;             ///< acknowledged on buffering; else when on the flash
        core::Ps pad_after = 500'000'000;  ///< age of a word line that is filled up with padding
    };
    struct Map {
        std::int64_t cached = 0;  ///< map pages in the controller; 0: the whole map
        core::Bytes entry = 8;
    };
    struct Recovery {
        bool journal = false;       ///< spare areas, journal and checkpoints for a mount
        std::int64_t interval = 0;  ///< programs between checkpoints; 0: on request only
    };

    std::string mapping = "page";  ///< page | zone | mqsim (ftl_mqsim.h)
    /// Fastest first.
    std::array<StripeField, 4> striping{StripeField::kChannel, StripeField::kChip,
                                        StripeField::kDie, StripeField::kPlane};
    bool static_placement = false;    ///< a logical page has its plane; else the next one in turn
    double over_provisioning = 0.07;  ///< (T - U) / T: share of all pages that the host cannot see
    Gc gc;
    WearLevelling wear_levelling;
    WriteBuffer write_buffer;
    Map map;
    Recovery recovery;
    double factory_bad = 0.0;       ///< share of blocks
    std::int64_t read_reclaim = 0;  ///< reads of a block before its data move; 0: off
    core::Ps retention = 0;         ///< age of a block's data before they move; 0: off
    /// `zone`: blocks of each plane that the host cannot see: for refresh, and for bad blocks.
    std::int64_t spare_zones = 1;
    bool preloaded = false;          ///< `zone`: every zone counts as written
    std::int64_t program_pages = 1;  ///< of a word line, programmed together: the device's, no key

    /// Free blocks of a plane that the host leaves to garbage collection and map.
    std::int64_t reserve() const { return map_traffic() ? 2 : 1; }
    bool map_traffic() const { return map.cached > 0 || recovery.journal; }

    /// Reads the mapping over what the fields hold already; s.finish() and the check against the
    /// device are left to the caller.
    void read(core::Section& s);
    /// Reports settings that do not fit the device.
    void check(core::Section& s, const FlashGeometry& geometry) const;
    /// All of that.
    static FtlConfig parse(core::Section s, const FlashGeometry& geometry);
};

/// Pages the host sees under the page map: T (1 - over_provisioning), whole pages per plane.
std::int64_t page_map_capacity(const FtlConfig& config, const FlashGeometry& geometry);

/// Blocks (flat numbers, ascending) that are bad from the factory: drawn with the probability
/// `factory_bad`, but no more in a plane than the settings were checked for.
std::vector<std::int64_t> factory_bad_blocks(const FtlConfig& config, const FlashGeometry& geometry,
                                             std::uint64_t seed);

/// Why the settings do not fit the device; empty when they do.
std::string ftl_misfit(const FtlConfig& config, const FlashGeometry& geometry);

}  // namespace strata::models
