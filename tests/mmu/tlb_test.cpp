// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/tlb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <vector>

#include "core/diagnostics.h"
#include "core/random.h"

namespace strata::mmu {
namespace {

constexpr core::Bytes kPage = 4 * core::kKiB;

std::uint64_t at(std::uint64_t page) {
    return page * static_cast<std::uint64_t>(kPage);
}

TEST(Tlb, EvictsTheLeastRecentlyUsedOfTheSet) {
    Tlb tlb(8, 2, kPage);  // four sets of two
    tlb.fill(at(0), at(100), true, false);
    tlb.fill(at(4), at(104), true, false);
    tlb.fill(at(1), at(101), false, true);  // another set
    ASSERT_NE(tlb.find(at(0)), nullptr);    // 4 is now the oldest of set 0
    tlb.fill(at(8), at(108), true, false);
    EXPECT_EQ(tlb.find(at(4)), nullptr);
    ASSERT_NE(tlb.find(at(0) + 5), nullptr);
    ASSERT_NE(tlb.find(at(8)), nullptr);
    const TlbEntry* other = tlb.find(at(1));
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(other->pa, at(101));
    EXPECT_FALSE(other->writable);
    EXPECT_TRUE(other->dirty);
    EXPECT_EQ(tlb.counters().hits, 4);
    EXPECT_EQ(tlb.counters().misses, 1);
    EXPECT_EQ(tlb.counters().evictions, 1);
    EXPECT_EQ(tlb.occupied(), 3);
}

TEST(Tlb, RefillOfAPageReplacesItsOwnEntry) {
    Tlb tlb(2, 2, kPage);
    tlb.fill(at(5), at(50), false, false);
    tlb.fill(at(5), at(60), true, false);
    EXPECT_EQ(tlb.occupied(), 1);
    EXPECT_EQ(tlb.find(at(5))->pa, at(60));
    EXPECT_EQ(tlb.counters().evictions, 0);
}

TEST(Tlb, InvalidatesPagesThatTheRangeTouches) {
    Tlb tlb(8, 8, kPage);
    for (std::uint64_t page = 0; page < 6; ++page) tlb.fill(at(page), at(page), true, false);
    tlb.invalidate(at(2), 2 * kPage);
    EXPECT_NE(tlb.find(at(1)), nullptr);
    EXPECT_EQ(tlb.find(at(2)), nullptr);
    EXPECT_EQ(tlb.find(at(3)), nullptr);
    EXPECT_NE(tlb.find(at(4)), nullptr);
    tlb.invalidate(at(4), 0);
    EXPECT_NE(tlb.find(at(4)), nullptr);
    tlb.invalidate(at(5) - 1, 2);  // the last byte of page 4, the first of page 5
    EXPECT_EQ(tlb.occupied(), 2);
    tlb.invalidate_all();
    EXPECT_EQ(tlb.occupied(), 0);
    EXPECT_EQ(tlb.counters().invalidations, 6);
}

TEST(Tlb, RefusesAnImpossibleShape) {
    EXPECT_THROW(Tlb(0, 1, kPage), core::ModelError);
    EXPECT_THROW(Tlb(8, 3, kPage), core::ModelError);
    EXPECT_THROW(Tlb(12, 4, kPage), core::ModelError);  // three sets
    EXPECT_THROW(Tlb(8, 2, 5000), core::ModelError);
}

/// Sets as lists, most recently used first.
struct Reference {
    struct Entry {
        std::uint64_t page;
        std::uint64_t pa;
    };
    explicit Reference(std::size_t sets, std::size_t ways_) : lists(sets), ways(ways_) {}

    std::list<Entry>& set_of(std::uint64_t page) { return lists[page % lists.size()]; }

    const Entry* find(std::uint64_t page) {
        std::list<Entry>& set = set_of(page);
        const auto it =
            std::find_if(set.begin(), set.end(), [page](const Entry& e) { return e.page == page; });
        if (it == set.end()) {
            ++misses;
            return nullptr;
        }
        ++hits;
        set.splice(set.begin(), set, it);
        return &set.front();
    }
    void fill(std::uint64_t page, std::uint64_t pa) {
        std::list<Entry>& set = set_of(page);
        set.remove_if([page](const Entry& e) { return e.page == page; });
        set.push_front({page, pa});
        if (set.size() > ways) {
            set.pop_back();
            ++evictions;
        }
    }
    void invalidate(std::uint64_t first, std::uint64_t pages) {
        for (std::list<Entry>& set : lists) {
            const std::size_t before = set.size();
            set.remove_if(
                [=](const Entry& e) { return e.page >= first && e.page < first + pages; });
            invalidations += static_cast<std::int64_t>(before - set.size());
        }
    }

    std::vector<std::list<Entry>> lists;
    std::size_t ways;
    std::int64_t hits = 0, misses = 0, evictions = 0, invalidations = 0;
};

void run_against_reference(std::int64_t sets, std::int64_t ways) {
    core::RandomStream random(11, "tlb");
    Tlb tlb(sets * ways, ways, kPage);
    Reference reference(static_cast<std::size_t>(sets), static_cast<std::size_t>(ways));
    const auto span = static_cast<std::uint64_t>(3 * sets * ways);
    for (int step = 0; step < 100'000; ++step) {
        const std::uint64_t page = random.below(span);
        if (random.chance(0.02)) {
            const std::uint64_t pages = 1 + random.below(4);
            tlb.invalidate(at(page), static_cast<core::Bytes>(pages) * kPage);
            reference.invalidate(page, pages);
        } else if (random.chance(0.05)) {
            tlb.fill(at(page), at(1000 + page), true, false);  // also pages that are cached
            reference.fill(page, at(1000 + page));
        } else {
            const TlbEntry* got = tlb.find(at(page) + random.below(at(1)));
            const Reference::Entry* expected = reference.find(page);
            ASSERT_EQ(got != nullptr, expected != nullptr) << "step " << step;
            if (got != nullptr) {
                ASSERT_EQ(got->pa, expected->pa);
                continue;
            }
            const std::uint64_t pa = at(random.below(1 << 20));
            tlb.fill(at(page), pa, true, false);
            reference.fill(page, pa);
        }
    }
    EXPECT_EQ(tlb.counters().hits, reference.hits);
    EXPECT_EQ(tlb.counters().misses, reference.misses);
    EXPECT_EQ(tlb.counters().evictions, reference.evictions);
    EXPECT_EQ(tlb.counters().invalidations, reference.invalidations);
}

TEST(Tlb, AgreesWithReferenceLruSetAssociative) {
    run_against_reference(16, 4);
}
TEST(Tlb, AgreesWithReferenceLruDirectMapped) {
    run_against_reference(64, 1);
}
TEST(Tlb, AgreesWithReferenceLruFullyAssociative) {
    run_against_reference(1, 24);
}

}  // namespace
}  // namespace strata::mmu
