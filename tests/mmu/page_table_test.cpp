// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/page_table.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "core/diagnostics.h"
#include "core/random.h"

namespace strata::mmu {
namespace {

constexpr core::Bytes kPage = 4 * core::kKiB;

std::uint64_t at(std::uint64_t page) {
    return page * static_cast<std::uint64_t>(kPage);
}

TEST(PageTable, TranslatesEveryByteOfARange) {
    PageTable table(kPage);
    ASSERT_TRUE(table.map({at(16), at(100), 3 * kPage, true}).ok());
    EXPECT_EQ(table.lookup(at(16) - 1), nullptr);
    ASSERT_NE(table.lookup(at(16)), nullptr);
    EXPECT_EQ(table.lookup(at(16))->pa_of(at(16)), at(100));
    EXPECT_EQ(table.lookup(at(19) - 1)->pa_of(at(19) - 1), at(103) - 1);
    EXPECT_EQ(table.lookup(at(19)), nullptr);
    EXPECT_EQ(table.mapped_bytes(), 3 * kPage);
    EXPECT_EQ(table.runs(), 1u);
}

TEST(PageTable, ThreeFaultsAreDistinct) {
    PageTable table(kPage);
    ASSERT_TRUE(table.map({at(1), at(11), kPage, false}).ok());
    ASSERT_TRUE(table.map({at(2), at(12), kPage, true, true}).ok());
    ASSERT_TRUE(table.map({at(3), at(13), kPage, false, true}).ok());
    EXPECT_EQ(table.check(at(0), false), FaultKind::kMiss);
    EXPECT_EQ(table.check(at(1), false), FaultKind::kNone);
    EXPECT_EQ(table.check(at(1), true), FaultKind::kPermission);
    EXPECT_EQ(table.check(at(2), false), FaultKind::kInFlight);
    EXPECT_EQ(table.check(at(2), true), FaultKind::kInFlight);
    EXPECT_EQ(table.check(at(3), true), FaultKind::kPermission);
    EXPECT_FALSE(table.lookup(at(2))->valid());
    EXPECT_EQ(describe_fault(FaultKind::kMiss, 0x1000, true),
              "page fault (write) at va 0x1000: no mapping");
}

TEST(PageTable, ErrorsNameTheFirstAddressAtFault) {
    PageTable table(kPage);
    ASSERT_TRUE(table.map({at(4), at(40), 2 * kPage, true}).ok());
    const auto expect = [](const MapResult& r, MapError code, std::uint64_t address) {
        EXPECT_EQ(r.code, code) << r.str();
        EXPECT_EQ(r.address, address) << r.str();
    };
    expect(table.map({at(2) + 8, at(9), kPage}), MapError::kMisaligned, at(2) + 8);
    expect(table.map({at(2), at(9) + 1, kPage}), MapError::kMisaligned, at(9) + 1);
    expect(table.map({at(2), at(9), kPage + 16}), MapError::kMisaligned, at(3) + 16);
    expect(table.map({at(2), at(9), 0}), MapError::kBadRange, at(2));
    expect(table.map({at(2), at(9), -kPage}), MapError::kBadRange, at(2));
    expect(table.map({0 - at(1), at(9), 2 * kPage}), MapError::kBadRange, 0 - at(1));
    expect(table.map({at(1), 0 - at(1), 2 * kPage}), MapError::kBadRange, 0 - at(1));
    expect(table.map({at(2), at(9), 5 * kPage}), MapError::kOverlap, at(4));
    expect(table.map({at(5), at(41), kPage}), MapError::kOverlap, at(5));
    expect(table.map({at(4), at(40), 2 * kPage}), MapError::kOverlap, at(4));  // the same again
    expect(table.unmap(at(4), 3 * kPage), MapError::kNotMapped, at(6));
    expect(table.unmap(at(3), 2 * kPage), MapError::kNotMapped, at(3));
    expect(table.unmap(at(4) + 1, kPage), MapError::kMisaligned, at(4) + 1);
    expect(table.unpin(at(4), kPage), MapError::kNotPinned, at(4));
    ASSERT_TRUE(table.pin(at(5), kPage).ok());
    expect(table.unmap(at(4), 2 * kPage), MapError::kPinned, at(5));
    EXPECT_EQ(table.mapped_bytes(), 2 * kPage);
    EXPECT_EQ(table.unmap(at(4), 2 * kPage).str(), "pinned at 0x5000");
}

TEST(PageTable, ABatchIsAllOrNothing) {
    PageTable table(kPage);
    const MapResult twice = table.map_all({{at(1), at(9), 2 * kPage}, {at(2), at(20), kPage}});
    EXPECT_EQ(twice.code, MapError::kOverlap);
    EXPECT_EQ(twice.address, at(2));
    EXPECT_EQ(table.mapped_bytes(), 0);
    ASSERT_TRUE(table.map_all({{at(1), at(9), 2 * kPage}, {at(3), at(20), kPage}}).ok());
    EXPECT_EQ(table.unmap_all({{at(1), kPage}, {at(7), kPage}}).code, MapError::kNotMapped);
    const MapResult again = table.unmap_all({{at(1), 2 * kPage}, {at(2), kPage}});
    EXPECT_EQ(again.code, MapError::kNotMapped);
    EXPECT_EQ(again.address, at(2));
    EXPECT_EQ(table.mapped_bytes(), 3 * kPage);
    ASSERT_TRUE(table.unmap_all({{at(3), kPage}, {at(1), 2 * kPage}}).ok());
    EXPECT_EQ(table.runs(), 0u);
}

TEST(PageTable, PartsOfARunSplitAndJoinAgain) {
    PageTable table(kPage);
    ASSERT_TRUE(table.map({at(0), at(100), 8 * kPage}).ok());
    ASSERT_TRUE(table.map({at(8), at(108), kPage}).ok());
    table.touch(at(3), true);
    ASSERT_TRUE(table.pin(at(2), 2 * kPage).ok());
    ASSERT_TRUE(table.pin(at(3), 2 * kPage).ok());
    EXPECT_EQ(table.runs(), 6u);  // 0-1, 2, 3, 4, 5-7, 8
    EXPECT_EQ(table.lookup(at(3))->pins, 2);
    EXPECT_EQ(table.lookup(at(4))->pa, at(104));
    ASSERT_TRUE(table.unpin(at(2), 2 * kPage).ok());
    ASSERT_TRUE(table.unpin(at(3), 2 * kPage).ok());
    EXPECT_EQ(table.runs(), 2u) << "two mappings stay two";
    ASSERT_TRUE(table.unmap(at(1), kPage).ok());
    EXPECT_TRUE(table.dirty(at(3)));
    EXPECT_FALSE(table.dirty(at(4)));
    ASSERT_TRUE(table.map({at(1), at(101), kPage}).ok());
    EXPECT_EQ(table.runs(), 4u) << "a new mapping starts with its own page bits";
}

TEST(PageTable, RefusesAPageSizeThatIsNoPowerOfTwo) {
    EXPECT_THROW(PageTable(3000), core::ModelError);
    EXPECT_THROW(PageTable(0), core::ModelError);
    PageTable table(kPage);
    EXPECT_THROW(table.touch(0, false), core::ModelError);
}

/// What the table must do, page by page.
class Reference {
   public:
    struct Page {
        std::uint64_t pa = 0;
        bool writable = true;
        bool in_flight = false;
        bool accessed = false;
        bool dirty = false;
        std::int32_t pins = 0;
        std::int32_t file_id = kNoFile;
    };
    using Pages = std::map<std::uint64_t, Page>;

    MapResult map_all(const std::vector<MapEntry>& entries) {
        for (const MapEntry& e : entries) {
            for (std::uint64_t i = 0; i < count(e.size); ++i) {
                if (pages.count(e.va + at(i))) return {MapError::kOverlap, e.va + at(i)};
            }
        }
        Pages next = pages;
        std::uint64_t repeat = UINT64_MAX;
        for (const MapEntry& e : entries) {
            for (std::uint64_t i = 0; i < count(e.size); ++i) {
                const Page page{e.pa + at(i), e.writable, e.in_flight, false, false, 0, e.file_id};
                if (!next.emplace(e.va + at(i), page).second) {
                    repeat = std::min(repeat, e.va + at(i));
                }
            }
        }
        if (repeat != UINT64_MAX) return {MapError::kOverlap, repeat};
        pages = std::move(next);
        return {};
    }

    /// Applies `change` to each page; it returns an error to refuse.
    template <typename Change>
    MapResult for_each(std::uint64_t va, core::Bytes size, Change change) {
        Pages next = pages;
        for (std::uint64_t i = 0; i < count(size); ++i) {
            const auto it = next.find(va + at(i));
            if (it == next.end()) return {MapError::kNotMapped, va + at(i)};
            const MapError error = change(it->second);
            if (error != MapError::kNone) return {error, va + at(i)};
        }
        pages = std::move(next);
        return {};
    }

    MapResult unmap(std::uint64_t va, core::Bytes size) {
        const MapResult r = for_each(va, size, [](Page& page) {
            return page.pins > 0 ? MapError::kPinned : MapError::kNone;
        });
        for (std::uint64_t i = 0; r.ok() && i < count(size); ++i) pages.erase(va + at(i));
        return r;
    }

    static std::uint64_t count(core::Bytes size) {
        return static_cast<std::uint64_t>(size / kPage);
    }

    Pages pages;
};

constexpr std::uint64_t kSpan = 48;  // pages

void expect_same(const PageTable& table, const Reference& reference) {
    for (std::uint64_t va = 0; va < at(kSpan); va += at(1)) {
        const Pte* pte = table.lookup(va + 123);
        const auto it = reference.pages.find(va);
        ASSERT_EQ(pte != nullptr, it != reference.pages.end()) << "page " << va / at(1);
        if (pte == nullptr) continue;
        const Reference::Page& page = it->second;
        ASSERT_EQ(pte->pa_of(va), page.pa);
        ASSERT_EQ(pte->writable, page.writable);
        ASSERT_EQ(pte->in_flight, page.in_flight);
        ASSERT_EQ(pte->pins, page.pins);
        ASSERT_EQ(pte->file_id, page.file_id);
        ASSERT_EQ(table.accessed(va), page.accessed);
        ASSERT_EQ(table.dirty(va), page.dirty);
    }
    ASSERT_EQ(table.mapped_bytes(), static_cast<core::Bytes>(reference.pages.size()) * kPage);
}

/// One random operation on both; the table's and the reference's answer.
std::pair<MapResult, MapResult> random_step(core::RandomStream& random, PageTable& table,
                                            Reference& reference) {
    const auto range = [&random](std::uint64_t longest) {
        const std::uint64_t pages = 1 + random.below(longest);
        return UnmapEntry{at(random.below(kSpan - pages + 1)),
                          static_cast<core::Bytes>(pages) * kPage};
    };
    const UnmapEntry r = range(10);
    switch (random.below(6)) {
        case 0: {
            std::vector<MapEntry> entries(1 + random.below(3));
            for (MapEntry& e : entries) {
                const UnmapEntry where = range(8);
                e = {where.va,           at(random.below(1 << 20)),
                     where.size,         random.chance(0.5),
                     random.chance(0.3), static_cast<std::int32_t>(random.below(5))};
            }
            return {table.map_all(entries), reference.map_all(entries)};
        }
        case 1:
            return {table.unmap(r.va, r.size), reference.unmap(r.va, r.size)};
        case 2: {
            const bool in_flight = random.chance(0.5);
            return {table.set_in_flight(r.va, r.size, in_flight),
                    reference.for_each(r.va, r.size, [in_flight](Reference::Page& page) {
                        page.in_flight = in_flight;
                        return MapError::kNone;
                    })};
        }
        case 3:
            return {table.pin(r.va, r.size),
                    reference.for_each(r.va, r.size, [](Reference::Page& page) {
                        ++page.pins;
                        return MapError::kNone;
                    })};
        case 4:
            return {table.unpin(r.va, r.size),
                    reference.for_each(r.va, r.size, [](Reference::Page& page) {
                        return page.pins-- == 0 ? MapError::kNotPinned : MapError::kNone;
                    })};
        default: {
            const auto it = reference.pages.find(r.va);
            if (it == reference.pages.end()) return {};
            const bool write = random.chance(0.5);
            it->second.accessed = true;
            it->second.dirty |= write;
            EXPECT_EQ(table.touch(r.va + random.below(at(1)), write), it->second.dirty);
            return {};
        }
    }
}

TEST(PageTable, AgreesWithAPageByPageReference) {
    core::RandomStream random(7, "page_table");
    PageTable table(kPage);
    Reference reference;
    int refused = 0;
    for (int step = 0; step < 100'000; ++step) {
        const auto [got, expected] = random_step(random, table, reference);
        ASSERT_EQ(got.code, expected.code) << "step " << step;
        ASSERT_EQ(got.address, expected.address) << "step " << step;
        if (!got.ok()) ++refused;
        // Compared after every refusal too: a refused operation changes nothing.
        ASSERT_NO_FATAL_FAILURE(expect_same(table, reference)) << "step " << step;
    }
    EXPECT_GT(refused, 10'000);
    EXPECT_LT(refused, 90'000);
}

}  // namespace
}  // namespace strata::mmu
