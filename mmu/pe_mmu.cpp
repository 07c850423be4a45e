// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/pe_mmu.h"

#include <algorithm>

#include "mmu/bits.h"

namespace strata::mmu {
namespace {

constexpr std::int64_t kPteBytes = 8;  // RISC-V privileged specification, Sv48
constexpr int kIndexBits = 9;          // entries of one table page: 4 KiB / 8 B
constexpr int kVirtualBits = 48;

double as_double(std::int64_t n) {
    return static_cast<double>(n);
}

void require_power_of_two(core::Section& section, const std::string& key, core::Bytes& value,
                          core::Bytes fallback) {
    if (is_power_of_two(value)) return;
    section.error(key, "expected a power of two, got " + core::format_size(value));
    value = fallback;
}

}  // namespace

MmuConfig MmuConfig::parse(core::Section section) {
    const MmuConfig d;
    MmuConfig c;
    // Host messages: logical pages are 4 KiB; platforms that map many GiB take 2 MiB.
    c.page = section.size("page", d.page, {as_double(4 * core::kKiB), as_double(core::kGiB)});
    require_power_of_two(section, "page", c.page, d.page);
    // Assumption: the reach of a small accelerator TLB.
    c.tlb_entries = section.integer("tlb_entries", d.tlb_entries, {1, 65536});
    // Assumption: as common for first-level TLBs of CPUs.
    const std::int64_t ways = std::min(d.tlb_ways, c.tlb_entries);
    c.tlb_ways = section.integer("tlb_ways", ways, {1, as_double(c.tlb_entries)});
    if (c.tlb_entries % c.tlb_ways != 0 || !is_power_of_two(c.tlb_entries / c.tlb_ways)) {
        section.error("tlb_ways", "tlb_entries / tlb_ways must be a power of two, got " +
                                      std::to_string(c.tlb_entries) + " / " +
                                      std::to_string(c.tlb_ways));
        c.tlb_entries = d.tlb_entries;
        c.tlb_ways = d.tlb_ways;
    }
    // Assumption: looked up in the DMA's first pipeline stage.
    c.hit_cycles = section.integer("hit_cycles", d.hit_cycles, {0, 1000});
    // Levels of 9 bits above the page offset of a 48-bit address (RISC-V Sv48): 4 for 4 KiB.
    const std::int64_t levels = core::ceil_div(kVirtualBits - log2_of(c.page), kIndexBits);
    c.walk_levels = section.integer("walk_levels", levels, {1, 6});
    // Assumption: one DRAM burst.
    c.walk_bytes = section.size("walk_bytes", d.walk_bytes, {as_double(kPteBytes), 256});
    require_power_of_two(section, "walk_bytes", c.walk_bytes, d.walk_bytes);
    // Assumption: as the page-walk caches of CPUs and GPUs, a few dozen entries at most.
    c.walk_cache = section.integer("walk_cache", d.walk_cache, {0, 1024});
    // Assumption: the DMA stalls, as a CPU's load on a cache line that is being filled.
    c.on_in_flight = section.choice("on_in_flight", {"wait", "fault"}, "wait") == "wait"
                         ? OnInFlight::kWait
                         : OnInFlight::kFault;
    // Assumption: tables at the start of the cube's DRAM, 1 MiB per PE.
    c.table_memory = section.choice("table_memory", {"dram", "sram"}, "dram") == "dram"
                         ? core::Region::kDram
                         : core::Region::kSram;
    c.table_offset = section.size("table_offset", d.table_offset,
                                  {0, as_double(core::Bytes{1} << (core::kOffsetBits - 1))});
    if (c.table_offset % 4096 != 0) {
        section.error("table_offset",
                      "expected a multiple of 4KiB, got " + core::format_size(c.table_offset));
    }
    c.table_size = section.size("table_size", d.table_size,
                                {as_double(64 * core::kKiB), as_double(256 * core::kMiB)});
    require_power_of_two(section, "table_size", c.table_size, d.table_size);
    section.finish();
    return c;
}

std::uint64_t MmuConfig::table_base(const core::Place& place) const {
    return core::PhysicalAddress{place.sip, place.cube, table_memory,
                                 static_cast<std::uint64_t>(table_offset + place.pe * table_size)}
        .encode();
}

PeMmu::PeMmu(const MmuConfig& config, const core::Place& place)
    : config_(config),
      offset_mask_(static_cast<std::uint64_t>(config.page) - 1),
      page_shift_(log2_of(config.page)),
      table_base_(config.table_base(place)),
      table_(config.page),
      tlb_(config.tlb_entries, config.tlb_ways, config.page) {
    if (config.walk_cache > 0 && config.walk_levels > 1) {
        leaf_tables_.emplace(config.walk_cache, config.walk_cache, config.page << kIndexBits);
    }
}

Translation PeMmu::hit(std::uint64_t va, std::uint64_t page_pa) const {
    const std::uint64_t offset = va & offset_mask_;
    return {Status::kHit, FaultKind::kNone, page_pa + offset,
            config_.page - static_cast<core::Bytes>(offset)};
}

Translation PeMmu::fault(FaultKind kind) {
    if (kind == FaultKind::kInFlight && config_.on_in_flight == OnInFlight::kWait) {
        ++counters_.waits;
        return {Status::kWait, kind, 0, 0};
    }
    ++counters_.faults[static_cast<std::size_t>(kind)];
    return {Status::kFault, kind, 0, 0};
}

Translation PeMmu::lookup(std::uint64_t va, bool write) {
    TlbEntry* entry = tlb_.find(va);
    if (entry == nullptr) return {Status::kWalk, FaultKind::kNone, 0, 0};
    if (write && !entry->writable) return fault(FaultKind::kPermission);
    if (write && !entry->dirty) {
        table_.touch(va, true);
        entry->dirty = true;
    }
    return hit(va, entry->pa);
}

// Each level's entries form an array indexed by the VA's upper bits, so that neighbouring pages
// share a line as they do in a radix tree. The leaf level has half of the area, each level above
// half of what is left; a level that outgrows its part wraps around in it.
std::uint64_t PeMmu::walk_address(std::uint64_t va, std::int64_t level) const {
    const auto above_leaf = static_cast<int>(config_.walk_levels - 1 - level);
    const auto area = static_cast<std::uint64_t>(config_.table_size);
    const std::uint64_t part = area >> (above_leaf + 1);
    const std::uint64_t start = area - (area >> above_leaf);
    const std::uint64_t page_number = va >> page_shift_;
    const std::uint64_t index = page_number >> (kIndexBits * above_leaf);
    const std::uint64_t byte = index * static_cast<std::uint64_t>(kPteBytes) & (part - 1);
    const std::uint64_t line = static_cast<std::uint64_t>(config_.walk_bytes) - 1;
    return table_base_ + start + (byte & ~line);
}

std::int64_t PeMmu::walk_start(std::uint64_t va) {
    const bool cached = leaf_tables_ && leaf_tables_->find(va) != nullptr;
    return cached ? config_.walk_levels - 1 : 0;
}

Translation PeMmu::finish_walk(std::uint64_t va, bool write) {
    ++counters_.walks;
    if (leaf_tables_ && leaf_tables_->find(va) == nullptr) {
        leaf_tables_->fill(va, 0, false, false);
    }
    const Pte* pte = table_.lookup(va);
    const FaultKind kind = pte == nullptr ? FaultKind::kMiss : pte->check(write);
    if (kind != FaultKind::kNone) return fault(kind);
    const std::uint64_t page_pa = pte->pa_of(va & ~offset_mask_);
    tlb_.fill(va, page_pa, pte->writable, table_.touch(va, write));
    return hit(va, page_pa);
}

MapResult PeMmu::map(const std::vector<MapEntry>& entries) {
    const MapResult result = table_.map_all(entries);
    if (!result.ok()) ++counters_.refused;
    return result;
}

MapResult PeMmu::unmap(const std::vector<UnmapEntry>& entries) {
    const MapResult result = table_.unmap_all(entries);
    if (!result.ok()) {
        ++counters_.refused;
        return result;
    }
    for (const UnmapEntry& e : entries) {
        tlb_.invalidate(e.va, e.size);
        if (leaf_tables_) leaf_tables_->invalidate(e.va, e.size);
    }
    return result;
}

MapResult PeMmu::set_in_flight(std::uint64_t va, core::Bytes size, bool in_flight) {
    const MapResult result = table_.set_in_flight(va, size, in_flight);
    if (!result.ok()) {
        ++counters_.refused;
    } else if (in_flight) {
        tlb_.invalidate(va, size);
    }
    return result;
}

void PeMmu::register_stats(core::StatGroup& stats) const {
    const auto& faults = counters_.faults;
    const auto of = [&faults](FaultKind kind) { return &faults[static_cast<std::size_t>(kind)]; };
    const Tlb::Counters& tlb = tlb_.counters();
    stats.counter("tlb_hits", "1", "translations found in the TLB", &tlb.hits);
    stats.counter("tlb_misses", "1", "translations not found in the TLB", &tlb.misses);
    stats.counter("tlb_evictions", "1", "TLB entries replaced by another page", &tlb.evictions);
    stats.counter("tlb_shootdowns", "1", "TLB entries dropped because their mapping changed",
                  &tlb.invalidations);
    stats.counter("walks", "1", "page walks finished", &counters_.walks);
    stats.counter("waits", "1", "walks that met a page in flight and wait", &counters_.waits);
    stats.counter("faults_miss", "1", "accesses to unmapped pages", of(FaultKind::kMiss));
    stats.counter("faults_permission", "1", "writes to read-only pages",
                  of(FaultKind::kPermission));
    stats.counter("faults_in_flight", "1", "accesses refused because the page is in flight",
                  of(FaultKind::kInFlight));
    stats.counter("refused", "1", "map and unmap messages refused", &counters_.refused);
    stats.value("mapped", "B", "bytes mapped now",
                [this] { return as_double(table_.mapped_bytes()); });
}

std::string PeMmu::describe_state() const {
    return "mmu: tlb " + std::to_string(tlb_.occupied()) + "/" + std::to_string(tlb_.capacity()) +
           ", mapped " + core::format_size(table_.mapped_bytes()) + " in " +
           std::to_string(table_.runs()) + " runs, " + std::to_string(counters_.waits) + " waits";
}

}  // namespace strata::mmu
