// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/program/mapping.h"

#include <gtest/gtest.h>

#include "runtime/compiler/allocation.h"
#include "tests/runtime/executor.h"

namespace strata::runtime::test {
namespace {

using core::Region;

Mapping sample(const Machine& machine) {
    Mapping mapping;
    mapping.program = "demo";
    Allocation allocation(machine, mapping);
    allocation.add(kMailboxes, Region::kTcm, Policy::kShard, 9000, 5000, true);
    allocation.add("w", Region::kNand, Policy::kShard, 12000, 6000, false);
    allocation.add("v", Region::kNand, Policy::kShard, 100, 100, false);
    allocation.add("norm", Region::kDram, Policy::kReplicate, 512, 512, false);
    allocation.add("table", Region::kDram, Policy::kInterleaved, 4096 * machine.cubes(), 4096,
                   false);
    allocation.add("slots", Region::kSram, Policy::kShard, 16384, 8192, true);
    return mapping;
}

Mapping parse(const std::string& text, core::Diagnostics& diagnostics) {
    auto document = core::ConfigDocument::parse(text, "m.yaml", {}, diagnostics);
    return Mapping::parse(document.root());
}

TEST(Mapping, WritesWhatItReads) {
    const Machine machine = small_machine(2, 4);
    const Mapping mapping = sample(machine);
    core::Diagnostics diagnostics;
    const Mapping again = parse(mapping.yaml(), diagnostics);
    ASSERT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
    EXPECT_TRUE(again == mapping);
    EXPECT_EQ(again.yaml(), mapping.yaml());
    again.check(machine, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << diagnostics.messages()[0];
}

TEST(Mapping, Addresses) {
    Machine machine = small_machine(2, 4);
    machine.dram_reserved = 10000;
    const Mapping m = sample(machine);
    const auto& w = *m.find("w");
    EXPECT_EQ(w.shard, 8192);
    EXPECT_EQ(virtual_address(w, 5), w.va + 5 * 8192);
    EXPECT_EQ(physical_address(w, 5, machine),
              (core::PhysicalAddress{0, 1, Region::kNand, 8192}.encode()));
    // v follows w of all four PEs of the cube
    EXPECT_EQ(physical_address(*m.find("v"), 1, machine),
              (core::PhysicalAddress{0, 0, Region::kNand, 4 * 8192 + 4096}.encode()));
    // a copy per cube, behind the page tables
    EXPECT_EQ(virtual_address(*m.find("norm"), 5), m.find("norm")->va);
    EXPECT_EQ(physical_address(*m.find("norm"), 5, machine),
              (core::PhysicalAddress{0, 1, Region::kDram, 12288}.encode()));
    EXPECT_EQ(physical_address(*m.find("slots"), 6, machine),
              (core::PhysicalAddress{0, 1, Region::kSram,
                                     2 * static_cast<std::uint64_t>(machine.sram_bank_bytes)}
                   .encode()));
    EXPECT_EQ(physical_address(*m.find(kMailboxes), 7, machine), core::tcm_address({0, 1, 3}, 0));
}

TEST(Mapping, TranslationsOfAPe) {
    const Machine machine = small_machine(2, 4);
    const Mapping m = sample(machine);
    const auto entries = mmu_entries(m, machine, 5, {1, 4});
    // two peers' mailboxes, w, v, norm, both parts of the table, the slots
    ASSERT_EQ(entries.size(), 8U);
    EXPECT_EQ(entries[0].va, virtual_address(m.tensors[0], 1));
    EXPECT_EQ(entries[0].pa, core::tcm_address({0, 0, 1}, 0));
    EXPECT_EQ(entries[2].va, virtual_address(*m.find("w"), 5));
    EXPECT_FALSE(entries[2].writable);
    EXPECT_EQ(entries[6].va, m.find("table")->va + 4096);
    EXPECT_TRUE(entries[7].writable);
}

struct BadMapping {
    const char* from;  ///< text to replace in the sample
    const char* to;
    const char* message;
};
class MappingErrors : public testing::TestWithParam<BadMapping> {};

TEST_P(MappingErrors, NamePlaceAndReason) {
    const Machine machine = small_machine(1, 2);
    std::string text = R"(program: demo
tensors:
  - {name: a, memory: dram, policy: shard, bytes: 16KiB, va: 0x10000, shard: 8KiB,
     placement: [{sip: 0, cube: 0, offset: 0x0}]}
  - {name: b, memory: dram, policy: replicate, bytes: 4KiB, va: 0x20000, shard: 4KiB,
     placement: [{sip: 0, cube: 0, offset: 0x4000}]}
)";
    const std::size_t at = text.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, std::string(GetParam().from).size(), GetParam().to);
    core::Diagnostics diagnostics;
    const Mapping mapping = parse(text, diagnostics);
    if (diagnostics.ok()) {
        mapping.check(machine, diagnostics);
    }
    ASSERT_FALSE(diagnostics.ok());
    std::string all;
    for (const auto& message : diagnostics.messages()) {
        all += message + "\n";
    }
    EXPECT_NE(all.find(GetParam().message), std::string::npos) << all;
    EXPECT_EQ(all.substr(0, 7), "m.yaml:");
}

INSTANTIATE_TEST_SUITE_P(
    Table, MappingErrors,
    testing::Values(
        BadMapping{"va: 0x20000", "va: 0x12000", "va 0x12000 overlaps a (0x10000 to 0x14000)"},
        BadMapping{"offset: 0x4000", "offset: 0x3000", "dram 0x3000 overlaps a (0x0 to 0x4000)"},
        BadMapping{"va: 0x20000", "va: 0x20100", "va 0x20100 is not a multiple of the page, 4KiB"},
        BadMapping{"va: 0x20000", "va: 131072", "expected a hexadecimal address (0x…)"},
        BadMapping{"offset: 0x4000", "offset: 0x4080", "offset 0x4080 is not a multiple"},
        BadMapping{"shard: 4KiB", "shard: 5000B", "is not a multiple of the page"},
        BadMapping{"offset: 0x4000", "offset: 0x10000000", "of 256MiB dram"},
        BadMapping{"memory: dram, policy: rep", "memory: flash, policy: rep", "flash"},
        BadMapping{"memory: dram, policy: rep", "memory: sram, policy: rep",
                   "sram takes policy shard only"},
        BadMapping{"{sip: 0, cube: 0, offset: 0x4000}", "", "placement: expected 1 cubes, got 0"},
        BadMapping{"cube: 0, offset: 0x4000", "cube: 1, offset: 0x4000",
                   "cubes must come in order, each once"},
        BadMapping{"name: b", "name: a", "tensor 'a' twice"},
        BadMapping{"policy: shard", "police: shard",
                   "police: unknown key, did you mean 'policy'?"}));

TEST(Mapping, MemoryThePlatformLacks) {
    Machine machine = small_machine(1, 2);
    const Mapping m = sample(machine);
    machine.nand_bytes = 0;
    core::Diagnostics diagnostics;
    m.check(machine, diagnostics);
    ASSERT_EQ(diagnostics.messages().size(), 2U) << diagnostics.messages().back();
    EXPECT_NE(diagnostics.messages()[0].find("w: this platform has no nand"), std::string::npos);
}

TEST(Mapping, CodeNeedsRoom) {
    Machine machine = small_machine(1, 2);
    const Mapping m = sample(machine);
    core::Diagnostics diagnostics;
    EXPECT_EQ(place_code(m, machine, 5000, diagnostics), machine.dram_bytes - 8192);
    EXPECT_TRUE(diagnostics.ok());
    machine.dram_bytes = 12288;
    place_code(m, machine, 5000, diagnostics);
    EXPECT_FALSE(diagnostics.ok());
}

}  // namespace
}  // namespace strata::runtime::test
