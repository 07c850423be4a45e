// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_map.h"

#include <gtest/gtest.h>

#include <map>

#include "core/random.h"

namespace strata::models {
namespace {

TEST(SparseEntries, RemembersWhatWasSetAndNothingElse) {
    constexpr std::int64_t kSize = 1'000'003;
    SparseEntries entries(kSize);
    std::map<std::int64_t, std::uint32_t> reference;
    core::RandomStream random(1, "entries");
    for (int i = 0; i < 200'000; ++i) {
        const auto index = static_cast<std::int64_t>(random.below(kSize));
        if (random.chance(0.5)) {
            const auto value = static_cast<std::uint32_t>(random.below(1U << 31));
            entries.set(index, value);
            reference[index] = value;
        } else {
            const auto found = reference.find(index);
            ASSERT_EQ(entries.get(index),
                      found == reference.end() ? SparseEntries::kUnset : found->second);
        }
    }
    EXPECT_EQ(entries.get(kSize - 1),
              reference.count(kSize - 1) != 0 ? reference[kSize - 1] : SparseEntries::kUnset);
}

}  // namespace
}  // namespace strata::models
