// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Purpose: the logic of a PE's memory management unit (PE_MMU): translations for its DMA, and the
// map and unmap messages that reach it over the fabric.
// Modelled: TLB, page table, page walks as dependent reads at real physical addresses (the DMA
// issues them), a cache of the upper walk levels, three faults, TLB shootdown.
// Not modelled: the tables' content in memory, the traffic that writes entries and their accessed
// and dirty bits, merging of walks of one page.
// Timings: assumptions, named beside each default in MmuConfig::parse.
// Units: bytes, cycles of the PE's clock.
//
// Use by a DMA:
//   Translation t = mmu.lookup(va, write);              // costs hit_cycles
//   if (t.status == Status::kWalk) {
//       for each level in walk_start(va) … walk_levels-1: read walk_bytes at mmu.walk_address(va,
//       level),
//                                            one after the other
//       t = mmu.finish_walk(va, write);                 // kHit, kWait or kFault
//   }
//   kHit:   `contiguous` bytes from t.pa on (to the page's end)
//   kWait:  look up again after the next map, unmap or set_in_flight
//   kFault: t.fault says why

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/address.h"
#include "core/config.h"
#include "core/stats.h"
#include "core/units.h"
#include "mmu/fault.h"
#include "mmu/page_table.h"
#include "mmu/tlb.h"

namespace strata::mmu {

/// What an access to a page that is still being filled does.
enum class OnInFlight : std::uint8_t { kWait, kFault };

struct MmuConfig {
    core::Bytes page = 4 * core::kKiB;
    std::int64_t tlb_entries = 64;
    std::int64_t tlb_ways = 4;
    std::int64_t hit_cycles = 1;
    std::int64_t walk_levels = 4;
    core::Bytes walk_bytes = 64;   ///< fetched per level
    std::int64_t walk_cache = 16;  ///< leaf tables whose address is kept; 0: every walk is whole
    OnInFlight on_in_flight = OnInFlight::kWait;

    // Where the page tables lie: in a memory of the PE's own cube, one area per PE.
    core::Region table_memory = core::Region::kDram;
    core::Bytes table_offset = 0;         ///< of PE 0's area in that memory
    core::Bytes table_size = core::kMiB;  ///< per PE

    static MmuConfig parse(core::Section section);

    /// Physical address of a PE's area.
    std::uint64_t table_base(const core::Place& place) const;
    /// First offset in `table_memory` behind the areas of `pes` PEs: allocators start there.
    core::Bytes tables_end(std::int64_t pes) const { return table_offset + pes * table_size; }
};

enum class Status : std::uint8_t { kHit, kWalk, kWait, kFault };

struct Translation {
    Status status = Status::kFault;
    FaultKind fault = FaultKind::kNone;  ///< of kFault; kInFlight also with kWait
    std::uint64_t pa = 0;                ///< of kHit
    core::Bytes contiguous = 0;          ///< of kHit: bytes from pa to the end of the page
};

class PeMmu {
   public:
    PeMmu(const MmuConfig& config, const core::Place& place);
    PeMmu(const PeMmu&) = delete;  // the statistics tree points into it
    PeMmu& operator=(const PeMmu&) = delete;

    const MmuConfig& config() const { return config_; }
    const PageTable& table() const { return table_; }
    const Tlb& tlb() const { return tlb_; }

    // Translate side: no allocation.

    /// Asks the TLB. kHit, kWalk, or kFault (a write to a cached read-only page).
    Translation lookup(std::uint64_t va, bool write);
    /// First level a walk of `va` has to read: the leaf when its table's address is cached.
    std::int64_t walk_start(std::uint64_t va);
    /// Physical address of the read of a walk's `level` (0 = root), a multiple of walk_bytes.
    std::uint64_t walk_address(std::uint64_t va, std::int64_t level) const;
    /// Ends a walk: caches the translation as the table is now. kHit, kWait or kFault.
    Translation finish_walk(std::uint64_t va, bool write);

    // Inbox side: all or nothing per message; pages that changed leave the TLB.

    MapResult map(const std::vector<MapEntry>& entries);
    MapResult unmap(const std::vector<UnmapEntry>& entries);
    MapResult set_in_flight(std::uint64_t va, core::Bytes size, bool in_flight);

    /// Exact counts since construction; hits and misses are the TLB's.
    struct Counters {
        std::int64_t walks = 0;                          ///< finished
        std::int64_t waits = 0;                          ///< kWait answers
        std::array<std::int64_t, kFaultKinds> faults{};  ///< kFault answers by FaultKind
        std::int64_t refused = 0;                        ///< map, unmap, set_in_flight
    };
    const Counters& counters() const { return counters_; }
    void register_stats(core::StatGroup& stats) const;
    /// One line: TLB occupancy, mapped bytes, runs.
    std::string describe_state() const;

   private:
    Translation hit(std::uint64_t va, std::uint64_t page_pa) const;
    Translation fault(FaultKind kind);

    MmuConfig config_;
    std::uint64_t offset_mask_;
    int page_shift_;
    std::uint64_t table_base_;
    PageTable table_;
    Tlb tlb_;
    std::optional<Tlb> leaf_tables_;  ///< the walk cache: "pages" are what a leaf table spans
    Counters counters_;
};

}  // namespace strata::mmu
