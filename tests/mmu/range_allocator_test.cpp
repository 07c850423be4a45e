// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

#include "mmu/range_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "core/random.h"

namespace strata::mmu {
namespace {

using Kind = AllocationError::Kind;

/// Runs `call`, expects an AllocationError of `kind` whose text holds every one of `parts`.
template <typename Call>
void expect_refused(Call call, Kind kind, const std::vector<std::string>& parts) {
    try {
        call();
        FAIL() << "was accepted";
    } catch (const AllocationError& e) {
        EXPECT_EQ(e.kind(), kind) << e.what();
        for (const std::string& part : parts) {
            EXPECT_NE(std::string(e.what()).find(part), std::string::npos)
                << e.what() << " lacks: " << part;
        }
    }
}

TEST(RangeAllocator, TakesTheLowestPieceThatFits) {
    RangeAllocator a("dram", 0x1000, 0x1000);
    const std::uint64_t x = a.alloc(0x100);
    const std::uint64_t y = a.alloc(0x200);
    const std::uint64_t z = a.alloc(0x100);
    EXPECT_EQ(x, 0x1000u);
    EXPECT_EQ(y, 0x1100u);
    EXPECT_EQ(z, 0x1300u);
    EXPECT_EQ(a.free(x), 0x100);
    EXPECT_EQ(a.alloc(0x180), 0x1400u) << "the hole at 0x1000 is too small";
    EXPECT_EQ(a.alloc(0x80), 0x1000u);
    EXPECT_EQ(a.used(), 0x80 + 0x200 + 0x100 + 0x180);
    EXPECT_EQ(a.available(), 0x1000 - a.used());
    EXPECT_EQ(a.largest(), 0x1000 - 0x580);
}

TEST(RangeAllocator, AlignsAndKeepsTheSkippedBytesFree) {
    RangeAllocator a("dram", 0x10, 0x1000);
    EXPECT_EQ(a.alloc(0x100, 0x100), 0x100u);
    EXPECT_EQ(a.free_pieces(), 2u);
    EXPECT_EQ(a.used(), 0x100);
    EXPECT_EQ(a.alloc(0xf0), 0x10u) << "what alignment skipped serves a small request exactly";
    EXPECT_EQ(a.free_pieces(), 1u);
}

TEST(RangeAllocator, FreeNeighboursBecomeOnePiece) {
    RangeAllocator a("dram", 0, 0x400);
    for (int i = 0; i < 4; ++i) a.alloc(0x100);
    EXPECT_EQ(a.largest(), 0);
    a.free(0x000);
    a.free(0x200);
    EXPECT_EQ(a.free_pieces(), 2u);
    a.free(0x100);  // joins both sides
    EXPECT_EQ(a.free_pieces(), 1u);
    EXPECT_EQ(a.largest(), 0x300);
    a.free(0x300);
    EXPECT_EQ(a.largest(), 0x400);
    EXPECT_EQ(a.used(), 0);
    EXPECT_EQ(a.allocations(), 0u);
}

TEST(RangeAllocator, ErrorsSayWhatWasAskedAndWhatIsLeft) {
    RangeAllocator a("dram of sip0.cube1", 0, 64 * core::kKiB);
    a.alloc(16 * core::kKiB);
    const std::uint64_t hole = a.alloc(8 * core::kKiB);
    a.alloc(24 * core::kKiB);
    a.free(hole);
    const std::vector<std::string> left = {"dram of sip0.cube1", "24KiB of 64KiB left",
                                           "largest piece 16KiB"};
    const auto with = [&left](std::vector<std::string> parts) {
        parts.insert(parts.end(), left.begin(), left.end());
        return parts;
    };
    expect_refused([&] { a.alloc(20 * core::kKiB); }, Kind::kExhausted,
                   with({"asked for 20KiB", "out of space"}));
    EXPECT_EQ(a.try_alloc(20 * core::kKiB), std::nullopt);
    expect_refused([&] { a.free(hole); }, Kind::kDoubleFree, with({"free of 0x4000", "is free"}));
    expect_refused([&] { a.free(0x1'0000); }, Kind::kForeignFree,
                   with({"free of 0x10000", "not an address of this allocator"}));
    expect_refused([&] { a.free(0x100); }, Kind::kForeignFree,
                   with({"inside the allocation of 16KiB at 0x0"}));
    expect_refused([&] { a.alloc(0); }, Kind::kBadRequest, with({"asked for 0 bytes"}));
    expect_refused([&] { a.alloc(-5); }, Kind::kBadRequest, with({"asked for -5 bytes"}));
    expect_refused([&] { a.alloc(5, 3); }, Kind::kBadRequest, with({"aligned to 3"}));
    EXPECT_EQ(a.used(), 40 * core::kKiB) << "refusals change nothing";
    EXPECT_EQ(a.allocations(), 2u);
}

TEST(RangeAllocator, ServesTheTopOfTheAddressSpace) {
    RangeAllocator a("va", UINT64_MAX - 0x1fff, 0x1fff);
    EXPECT_EQ(a.alloc(0x1000, 0x1000), UINT64_MAX - 0x1fff);
    EXPECT_THROW(a.alloc(0x1000, 0x1000), AllocationError);
    EXPECT_EQ(a.try_alloc(0xfff, 0x1000), UINT64_MAX - 0xfff);
    EXPECT_EQ(a.try_alloc(1, core::Bytes{1} << 62), std::nullopt);
    EXPECT_THROW(RangeAllocator("va", UINT64_MAX - 0xfff, 0x1001), core::ModelError);
    EXPECT_THROW(RangeAllocator("va", 0, 0), core::ModelError);
}

/// Knows only the allocations; everything else follows from the gaps between them.
struct Reference {
    std::uint64_t base;
    std::uint64_t end;
    std::map<std::uint64_t, std::uint64_t> used;

    template <typename Visit>
    void for_each_gap(Visit visit) const {
        std::uint64_t start = base;
        for (const auto& [address, size] : used) {
            if (address > start) visit(start, address);
            start = address + size;
        }
        if (end > start) visit(start, end);
    }
    std::optional<std::uint64_t> alloc(std::uint64_t size, std::uint64_t alignment) {
        std::optional<std::uint64_t> found;
        for_each_gap([&](std::uint64_t from, std::uint64_t to) {
            const std::uint64_t aligned = (from + alignment - 1) / alignment * alignment;
            if (!found && aligned + size <= to) found = aligned;
        });
        if (found) used.emplace(*found, size);
        return found;
    }
};

void expect_same(const RangeAllocator& a, const Reference& reference) {
    std::uint64_t available = 0;
    std::uint64_t largest = 0;
    std::size_t pieces = 0;
    reference.for_each_gap([&](std::uint64_t from, std::uint64_t to) {
        available += to - from;
        largest = std::max(largest, to - from);
        ++pieces;
    });
    ASSERT_EQ(a.available(), static_cast<core::Bytes>(available));
    ASSERT_EQ(a.largest(), static_cast<core::Bytes>(largest));
    ASSERT_EQ(a.free_pieces(), pieces) << "a free piece was not joined, or lost";
    ASSERT_EQ(a.allocations(), reference.used.size());
}

TEST(RangeAllocator, AgreesWithAReference) {
    core::RandomStream random(3, "allocator");
    RangeAllocator a("memory", 0x1234, 20'000);
    Reference reference{0x1234, 0x1234 + 20'000, {}};
    int exhausted = 0;
    for (int step = 0; step < 100'000; ++step) {
        const bool grow = random.chance(step / 5000 % 2 == 0 ? 0.65 : 0.4);  // fills and drains
        if (grow || reference.used.empty()) {
            const std::uint64_t size = 1 + random.below(700);
            const std::uint64_t alignment = std::uint64_t{1} << random.below(9);
            const auto got =
                a.try_alloc(static_cast<core::Bytes>(size), static_cast<core::Bytes>(alignment));
            ASSERT_EQ(got, reference.alloc(size, alignment)) << "step " << step;
            if (!got) ++exhausted;
        } else {
            auto it = reference.used.begin();
            std::advance(it, static_cast<std::ptrdiff_t>(random.below(reference.used.size())));
            const std::uint64_t address = it->first;
            ASSERT_EQ(a.free(address), static_cast<core::Bytes>(it->second)) << "step " << step;
            reference.used.erase(it);
            EXPECT_THROW(a.free(address), AllocationError);
        }
        ASSERT_NO_FATAL_FAILURE(expect_same(a, reference)) << "step " << step;
    }
    EXPECT_GT(exhausted, 1000);
    while (!reference.used.empty()) {
        a.free(reference.used.begin()->first);
        reference.used.erase(reference.used.begin());
    }
    EXPECT_EQ(a.largest(), a.capacity());
}

}  // namespace
}  // namespace strata::mmu
