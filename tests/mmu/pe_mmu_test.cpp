// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/pe_mmu.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/diagnostics.h"
#include "core/random.h"

namespace strata::mmu {
namespace {

constexpr core::Bytes kPage = 4 * core::kKiB;
const core::Place kPlace{0, 1, 3};

std::uint64_t at(std::uint64_t page) {
    return page * static_cast<std::uint64_t>(kPage);
}

/// A translation with its walk, as a DMA does it.
Translation translate(PeMmu& mmu, std::uint64_t va, bool write) {
    const Translation t = mmu.lookup(va, write);
    return t.status == Status::kWalk ? mmu.finish_walk(va, write) : t;
}

void expect_hit(const Translation& t, std::uint64_t pa, core::Bytes contiguous) {
    EXPECT_EQ(t.status, Status::kHit);
    EXPECT_EQ(t.fault, FaultKind::kNone);
    EXPECT_EQ(t.pa, pa);
    EXPECT_EQ(t.contiguous, contiguous);
}

void expect_fault(const Translation& t, Status status, FaultKind fault) {
    EXPECT_EQ(t.status, status);
    EXPECT_EQ(t.fault, fault) << to_string(t.fault);
}

MmuConfig parse(const std::string& text, core::Diagnostics& diagnostics) {
    return MmuConfig::parse(core::ConfigDocument::parse(text, "mmu.yaml", {}, diagnostics).root());
}

TEST(MmuConfig, DefaultsAreThoseOfTheStruct) {
    core::Diagnostics diagnostics;
    const MmuConfig c = parse("{}", diagnostics);
    diagnostics.throw_if_any();
    const MmuConfig d;
    EXPECT_EQ(c.page, d.page);
    EXPECT_EQ(c.tlb_entries, d.tlb_entries);
    EXPECT_EQ(c.tlb_ways, d.tlb_ways);
    EXPECT_EQ(c.hit_cycles, d.hit_cycles);
    EXPECT_EQ(c.walk_levels, d.walk_levels);
    EXPECT_EQ(c.walk_bytes, d.walk_bytes);
    EXPECT_EQ(c.on_in_flight, d.on_in_flight);
    EXPECT_EQ(c.table_memory, d.table_memory);
    EXPECT_EQ(c.table_offset, d.table_offset);
    EXPECT_EQ(c.table_size, d.table_size);
}

TEST(MmuConfig, ReadsEveryKey) {
    core::Diagnostics diagnostics;
    const MmuConfig c = parse(
        "{page: 2MiB, tlb_entries: 32, tlb_ways: 2, hit_cycles: 3, walk_bytes: 32B,\n"
        " on_in_flight: fault, table_memory: sram, table_offset: 64KiB, table_size: 128KiB}",
        diagnostics);
    diagnostics.throw_if_any();
    EXPECT_EQ(c.page, 2 * core::kMiB);
    EXPECT_EQ(c.tlb_entries, 32);
    EXPECT_EQ(c.tlb_ways, 2);
    EXPECT_EQ(c.hit_cycles, 3);
    EXPECT_EQ(c.walk_levels, 3) << "a 2 MiB page leaves 27 bits of 48";
    EXPECT_EQ(c.walk_bytes, 32);
    EXPECT_EQ(c.on_in_flight, OnInFlight::kFault);
    EXPECT_EQ(c.table_base({2, 5, 7}),
              (core::PhysicalAddress{2, 5, core::Region::kSram, (64 + 7 * 128) * 1024}.encode()));
    EXPECT_EQ(c.tables_end(8), (64 + 8 * 128) * core::kKiB);
    EXPECT_EQ(parse("walk_levels: 2", diagnostics).walk_levels, 2);
    EXPECT_EQ(parse("tlb_entries: 2", diagnostics).tlb_ways, 2) << "fewer entries than ways";
    diagnostics.throw_if_any();
}

TEST(MmuConfig, RefusesWhatCannotBeBuilt) {
    const std::vector<std::pair<std::string, std::string>> bad = {
        {"page: 6KiB", "page: expected a power of two, got 6KiB"},
        {"page: 1KiB", "page"},
        {"page: 4096", "page"},
        {"tlb_entries: 0", "tlb_entries"},
        {"{tlb_entries: 12, tlb_ways: 4}", "tlb_ways: tlb_entries / tlb_ways"},
        {"{tlb_entries: 4, tlb_ways: 8}", "tlb_ways"},
        {"walk_levels: 7", "walk_levels"},
        {"walk_bytes: 48B", "walk_bytes: expected a power of two"},
        {"table_size: 100KiB", "table_size: expected a power of two"},
        {"table_offset: 100B", "table_offset: expected a multiple of 4KiB"},
        {"on_in_flight: sleep", "on_in_flight"},
        {"tlb_entires: 8", "tlb_entires"},
    };
    for (const auto& [text, part] : bad) {
        core::Diagnostics diagnostics;
        const MmuConfig c = parse(text, diagnostics);
        ASSERT_EQ(diagnostics.messages().size(), 1u) << text;
        EXPECT_NE(diagnostics.messages()[0].find(part), std::string::npos)
            << diagnostics.messages()[0];
        PeMmu usable(c, kPlace);  // reading goes on after an error
    }
}

TEST(PeMmu, MissWalksThenHits) {
    PeMmu mmu(MmuConfig{}, kPlace);
    ASSERT_TRUE(mmu.map({{at(5), at(77), 2 * kPage, true}}).ok());
    EXPECT_EQ(mmu.lookup(at(5) + 100, false).status, Status::kWalk);
    expect_hit(mmu.finish_walk(at(5) + 100, false), at(77) + 100, kPage - 100);
    expect_hit(mmu.lookup(at(6) - 1, false), at(78) - 1, 1);
    EXPECT_EQ(mmu.lookup(at(6), false).status, Status::kWalk) << "the next page has its own entry";
    EXPECT_TRUE(mmu.table().accessed(at(5)));
    EXPECT_FALSE(mmu.table().accessed(at(6)));
}

TEST(PeMmu, FaultsAreDistinctAndNotCached) {
    MmuConfig config;
    config.on_in_flight = OnInFlight::kFault;
    PeMmu mmu(config, kPlace);
    ASSERT_TRUE(mmu.map({{at(1), at(11), kPage, false}, {at(2), at(12), kPage, true, true}}).ok());
    expect_fault(translate(mmu, at(9), false), Status::kFault, FaultKind::kMiss);
    expect_fault(translate(mmu, at(1), true), Status::kFault, FaultKind::kPermission);
    expect_fault(translate(mmu, at(2), false), Status::kFault, FaultKind::kInFlight);
    EXPECT_EQ(mmu.tlb().occupied(), 0);
    EXPECT_FALSE(mmu.table().accessed(at(1)));
    expect_hit(translate(mmu, at(1), false), at(11), kPage);
    const std::int64_t walks = mmu.counters().walks;
    expect_fault(mmu.lookup(at(1), true), Status::kFault, FaultKind::kPermission);
    EXPECT_EQ(mmu.counters().walks, walks) << "a cached page's permission needs no walk";
    EXPECT_FALSE(mmu.table().dirty(at(1)));
}

TEST(PeMmu, WaitsForAPageInFlight) {
    PeMmu mmu(MmuConfig{}, kPlace);
    ASSERT_TRUE(mmu.map({{at(2), at(12), kPage, true, true}}).ok());
    expect_fault(translate(mmu, at(2), true), Status::kWait, FaultKind::kInFlight);
    EXPECT_EQ(mmu.counters().waits, 1);
    ASSERT_TRUE(mmu.set_in_flight(at(2), kPage, false).ok());
    expect_hit(translate(mmu, at(2), true), at(12), kPage);
    ASSERT_TRUE(mmu.set_in_flight(at(2), kPage, true).ok());
    expect_fault(translate(mmu, at(2), false), Status::kWait, FaultKind::kInFlight);
    ASSERT_TRUE(mmu.unmap({{at(2), kPage}}).ok());
    expect_fault(translate(mmu, at(2), false), Status::kFault, FaultKind::kMiss);
}

TEST(PeMmu, FirstWriteMarksDirtyAlsoOnATlbHit) {
    PeMmu mmu(MmuConfig{}, kPlace);
    ASSERT_TRUE(mmu.map({{at(1), at(11), 2 * kPage}}).ok());
    translate(mmu, at(1), false);
    EXPECT_FALSE(mmu.table().dirty(at(1)));
    EXPECT_EQ(mmu.lookup(at(1), true).status, Status::kHit);
    EXPECT_TRUE(mmu.table().dirty(at(1)));
    EXPECT_FALSE(mmu.table().dirty(at(2)));
}

TEST(PeMmu, UnmapShootsDownItsPagesOnly) {
    PeMmu mmu(MmuConfig{}, kPlace);
    ASSERT_TRUE(mmu.map({{at(0), at(10), 8 * kPage}}).ok());
    for (std::uint64_t page = 0; page < 8; ++page) translate(mmu, at(page), false);
    ASSERT_TRUE(mmu.unmap({{at(1), kPage}, {at(4), 2 * kPage}}).ok());
    EXPECT_EQ(mmu.tlb().counters().invalidations, 3);
    for (const std::uint64_t gone : {1u, 4u, 5u}) {
        expect_fault(translate(mmu, at(gone), false), Status::kFault, FaultKind::kMiss);
    }
    for (const std::uint64_t kept : {0u, 2u, 3u, 6u, 7u}) {
        expect_hit(mmu.lookup(at(kept), false), at(10 + kept), kPage);
    }
    ASSERT_TRUE(mmu.map({{at(4), at(900), kPage}}).ok());
    expect_hit(translate(mmu, at(4), false), at(900), kPage);
}

TEST(PeMmu, ARefusedMessageChangesNothing) {
    PeMmu mmu(MmuConfig{}, kPlace);
    ASSERT_TRUE(mmu.map({{at(0), at(10), 2 * kPage}}).ok());
    translate(mmu, at(0), false);
    EXPECT_EQ(mmu.map({{at(5), at(50), kPage}, {at(1), at(60), kPage}}).code, MapError::kOverlap);
    EXPECT_EQ(mmu.unmap({{at(0), kPage}, {at(5), kPage}}).code, MapError::kNotMapped);
    EXPECT_EQ(mmu.set_in_flight(at(1), 2 * kPage, true).code, MapError::kNotMapped);
    EXPECT_EQ(mmu.counters().refused, 3);
    EXPECT_EQ(mmu.table().mapped_bytes(), 2 * kPage);
    EXPECT_EQ(mmu.tlb().counters().invalidations, 0);
    expect_hit(mmu.lookup(at(0), false), at(10), kPage);
    expect_hit(translate(mmu, at(1), false), at(11), kPage);
}

TEST(PeMmu, AWalkThatRacesAnUnmapSeesTheUnmap) {
    PeMmu mmu(MmuConfig{}, kPlace);
    ASSERT_TRUE(mmu.map({{at(0), at(10), kPage}}).ok());
    EXPECT_EQ(mmu.lookup(at(0), false).status, Status::kWalk);
    ASSERT_TRUE(mmu.unmap({{at(0), kPage}}).ok());
    expect_fault(mmu.finish_walk(at(0), false), Status::kFault, FaultKind::kMiss);
    EXPECT_EQ(mmu.lookup(at(0), false).status, Status::kWalk);
}

TEST(PeMmu, WalkReadsLieInThePesOwnArea) {
    core::RandomStream random(5, "walk");
    for (std::int64_t levels = 1; levels <= 6; ++levels) {
        MmuConfig config;
        config.walk_levels = levels;
        config.table_offset = 2 * core::kMiB;
        config.table_size = 64 * core::kKiB;
        PeMmu mmu(config, kPlace);
        const std::uint64_t base =
            core::PhysicalAddress{0, 1, core::Region::kDram, (2 << 20) + 3 * (64 << 10)}.encode();
        for (int i = 0; i < 1000; ++i) {
            const std::uint64_t va = random.next();
            std::set<std::uint64_t> lines;
            for (std::int64_t level = 0; level < levels; ++level) {
                const std::uint64_t address = mmu.walk_address(va, level);
                EXPECT_EQ(address % 64, 0u);
                EXPECT_GE(address, base);
                EXPECT_LE(address + 64, base + (64 << 10));
                lines.insert(address);
            }
            ASSERT_EQ(lines.size(), static_cast<std::size_t>(levels)) << "a line per level";
        }
    }
}

TEST(PeMmu, NeighbouringPagesShareALineOfTheLeafLevel) {
    PeMmu mmu(MmuConfig{}, kPlace);
    for (std::uint64_t page = 0; page < 64; ++page) {
        EXPECT_EQ(mmu.walk_address(at(page), 3), mmu.walk_address(0, 3) + page / 8 * 64);
        EXPECT_EQ(mmu.walk_address(at(page), 2), mmu.walk_address(0, 2)) << "one table page: 512";
    }
    EXPECT_EQ(mmu.walk_address(at(512 * 8), 2), mmu.walk_address(0, 2) + 64);
    EXPECT_EQ(mmu.walk_address(at(512 * 8), 1), mmu.walk_address(0, 1));
}

TEST(PeMmu, StatisticsAreExact) {
    MmuConfig config;
    config.tlb_entries = 2;
    config.tlb_ways = 2;
    PeMmu mmu(config, kPlace);
    core::StatGroup stats;
    mmu.register_stats(stats);
    ASSERT_TRUE(
        mmu.map({{at(0), at(10), 3 * kPage, false}, {at(7), at(70), kPage, true, true}}).ok());
    for (const std::uint64_t page : {0u, 0u, 1u, 2u, 1u, 0u}) translate(mmu, at(page), false);
    translate(mmu, at(0), true);    // hit, permission
    translate(mmu, at(50), false);  // walk, miss
    translate(mmu, at(7), false);   // walk, wait
    mmu.unmap({{at(0), kPage}});
    mmu.unmap({{at(0), kPage}});  // refused
    const nlohmann::ordered_json json = stats.to_json();
    const std::map<std::string, int> expected = {{"tlb_hits", 3},
                                                 {"tlb_misses", 6},
                                                 {"tlb_evictions", 2},
                                                 {"tlb_shootdowns", 1},
                                                 {"walks", 6},
                                                 {"waits", 1},
                                                 {"faults_miss", 1},
                                                 {"faults_permission", 1},
                                                 {"faults_in_flight", 0},
                                                 {"refused", 1},
                                                 {"mapped", 3 * 4096}};
    for (const auto& [name, value] : expected) EXPECT_EQ(json[name]["value"], value) << name;
    EXPECT_EQ(json.size(), expected.size());
    EXPECT_EQ(mmu.describe_state(), "mmu: tlb 1/2, mapped 12KiB in 2 runs, 1 waits");
}

/// The mappings a run of random messages should leave, page by page.
struct RandomMappings {
    struct Page {
        std::uint64_t pa;
        bool writable;
    };
    std::map<std::uint64_t, Page> pages;

    void map(PeMmu& mmu, std::uint64_t page, std::uint64_t count, std::uint64_t pa, bool writable) {
        const MapResult r =
            mmu.map({{at(page), pa, static_cast<core::Bytes>(count) * kPage, writable}});
        if (!r.ok()) return;
        for (std::uint64_t i = 0; i < count; ++i) pages[page + i] = {pa + at(i), writable};
    }
    void unmap(PeMmu& mmu, std::uint64_t page, std::uint64_t count) {
        const MapResult r = mmu.unmap({{at(page), static_cast<core::Bytes>(count) * kPage}});
        if (!r.ok()) return;
        for (std::uint64_t i = 0; i < count; ++i) pages.erase(page + i);
    }
    void check(PeMmu& mmu, std::uint64_t va, bool write) const {
        const Translation t = translate(mmu, va, write);
        const auto it = pages.find(va / at(1));
        if (it == pages.end()) {
            expect_fault(t, Status::kFault, FaultKind::kMiss);
        } else if (write && !it->second.writable) {
            expect_fault(t, Status::kFault, FaultKind::kPermission);
        } else {
            expect_hit(t, it->second.pa + va % at(1), kPage - static_cast<core::Bytes>(va % at(1)));
        }
    }
};

TEST(PeMmu, NeverUsesAStaleTranslation) {
    core::RandomStream random(9, "pe_mmu");
    MmuConfig config;
    config.tlb_entries = 16;
    PeMmu mmu(config, kPlace);
    RandomMappings mappings;
    std::int64_t accesses = 0;
    for (int step = 0; step < 100'000 && !HasFailure(); ++step) {
        const std::uint64_t page = random.below(40);
        const std::uint64_t count = 1 + random.below(4);
        if (random.chance(0.05)) {
            mappings.map(mmu, page, count, at(random.below(1 << 20)), random.chance(0.5));
        } else if (random.chance(0.05)) {
            mappings.unmap(mmu, page, count);
        } else {
            mappings.check(mmu, at(page) + random.below(at(1)), random.chance(0.5));
            ++accesses;
        }
    }
    const Tlb::Counters& tlb = mmu.tlb().counters();
    EXPECT_EQ(tlb.hits + tlb.misses, accesses);
    EXPECT_EQ(mmu.counters().walks, tlb.misses);
    EXPECT_GT(tlb.invalidations, 100);
    EXPECT_GT(tlb.evictions, 100);
    EXPECT_GT(mmu.counters().faults[static_cast<std::size_t>(FaultKind::kPermission)], 100);
}

TEST(PeMmu, WalksOfOneLeafTableReadTheUpperLevelsOnce) {
    MmuConfig config;  // 4 levels of 9 bits, 16 leaf tables cached
    PeMmu mmu(config, kPlace);
    const core::Bytes table_span = 512 * kPage;
    ASSERT_TRUE(mmu.map({{at(0), at(1000), 2 * table_span, true}}).ok());

    EXPECT_EQ(mmu.walk_start(at(0)), 0);
    translate(mmu, at(0), false);
    EXPECT_EQ(mmu.walk_start(at(1)), 3) << "same leaf table";
    EXPECT_EQ(mmu.walk_start(at(511)), 3);
    EXPECT_EQ(mmu.walk_start(at(512)), 0) << "the next table";

    ASSERT_TRUE(mmu.unmap({{at(5), kPage}}).ok());
    EXPECT_EQ(mmu.walk_start(at(1)), 0) << "an unmap may have freed the table";

    config.walk_cache = 0;
    PeMmu plain(config, kPlace);
    ASSERT_TRUE(plain.map({{at(0), at(1000), table_span, true}}).ok());
    translate(plain, at(0), false);
    EXPECT_EQ(plain.walk_start(at(1)), 0);
}

}  // namespace
}  // namespace strata::mmu
