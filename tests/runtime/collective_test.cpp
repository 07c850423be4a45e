// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Sharded matrix products and collectives with real numbers, against sums on the host.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "runtime/compiler/allocation.h"
#include "runtime/compiler/lowering_plan.h"
#include "runtime/compiler/sharding.h"
#include "tests/runtime/executor.h"

namespace strata::runtime::test {
namespace {

using core::Bytes;
using core::Region;

struct System {
    std::int64_t cubes, pes;
    bool native;
};
class Collectives : public testing::TestWithParam<System> {
   protected:
    void prepare(const std::string& text) {
        core::Diagnostics diagnostics;
        machine_ = small_machine(GetParam().cubes, GetParam().pes);
        machine_.native_collectives = GetParam().native;
        program_ = parse_program(text, "test", diagnostics);
        diagnostics.throw_if_any();
        const LoweringPlan plan = plan_lowering(program_, nullptr, machine_, diagnostics);
        Allocation allocation(machine_, mapping_);
        const Bytes boxes = std::max<Bytes>(plan.mailbox_bytes, 1);
        allocation.add(kMailboxes, Region::kTcm, Policy::kShard, boxes, boxes, true);
        allocation.add(kPrefetchBuffer, Region::kSram, Policy::kShard, 8192, 8192, true);
        for (const char* name : {"x", "out", "out2"}) {
            allocation.add(name, Region::kDram, Policy::kShard, 4096, 16384, true);
        }
        allocation.add("w", Region::kNand, Policy::kShard, 4096, 65536, false);
        lowered_ = lower(program_, mapping_, machine_, diagnostics);
        diagnostics.throw_if_any();
        executor_.emplace(lowered_, mapping_, machine_, 9);
    }
    void run() {
        ASSERT_TRUE(executor_->run());
        ASSERT_TRUE(executor_->errors().empty()) << executor_->errors()[0];
    }
    std::int8_t byte(const char* tensor, std::int64_t pe, Bytes offset) {
        return static_cast<std::int8_t>(executor_->peek(address(tensor, pe, offset)));
    }
    std::uint64_t address(const char* tensor, std::int64_t pe, Bytes offset) const {
        return physical_address(*mapping_.find(tensor), pe, machine_) +
               static_cast<std::uint64_t>(offset);
    }
    std::vector<std::int32_t> words(const char* tensor, std::int64_t pe, std::int64_t count) {
        const auto bytes = executor_->read(address(tensor, pe, 0), 4 * count);
        std::vector<std::int32_t> list(static_cast<std::size_t>(count));
        std::memcpy(list.data(), bytes.data(), bytes.size());
        return list;
    }
    /// x (k numbers from `x_offset`) times a PE's shard of w, as the tiles lie in NAND.
    std::vector<std::int32_t> product(std::int64_t pe, std::int64_t k, std::int64_t n) {
        std::vector<std::int32_t> sums(static_cast<std::size_t>(n));
        const Tiling tiling =
            tile_weights(k, n, models::DataType::kInt8, program_.tile, machine_.matrix_columns,
                         tile_alignment(Region::kNand, machine_));
        for (const auto& t : tiling.tiles) {
            for (std::int64_t i = 0; i < t.k; ++i) {
                for (std::int64_t j = 0; j < t.n; ++j) {
                    sums[static_cast<std::size_t>(t.n0 + j)] +=
                        byte("x", pe, t.k0 + i) * byte("w", pe, t.offset + i * t.n + j);
                }
            }
        }
        return sums;
    }

    Machine machine_;
    Program program_;
    Mapping mapping_;
    Lowered lowered_;
    std::optional<Executor> executor_;
};

// Rows of the weight split over the PEs, partial sums added over all of them. Three rounds use the
// mailboxes of both halves again.
TEST_P(Collectives, AllReduceAddsUp) {
    constexpr std::int64_t kK = 48, kN = 40;
    prepare(R"(program p tile=256
prefetch @w
%x = load @x elements=48 type=int8 group=all
%p = matmul %x, @w m=1 k=48 n=40 type=int8 split=k
%s = all_reduce %p elements=40 type=int32 group=all
%q = matmul %x, @w m=1 k=48 n=40 type=int8 split=k
%t = all_reduce %q elements=40 type=int32 group=all
%u = add %s, %t elements=40 type=int32
%r = matmul %x, @w m=1 k=48 n=40 type=int8 split=k
%v = all_reduce %r elements=40 type=int32 group=all
%y = add %u, %v elements=40 type=int32
store %y, @out
)");
    const std::int64_t share = core::ceil_div(kK, machine_.pes());
    std::vector<std::int32_t> wanted(kN);
    for (std::int64_t pe = 0; pe < machine_.pes(); ++pe) {
        const auto part = product(pe, share, kN);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            wanted[i] += 3 * part[i];
        }
    }
    run();
    for (std::int64_t pe = 0; pe < machine_.pes(); ++pe) {
        EXPECT_EQ(words("out", pe, kN), wanted) << "pe " << pe;
    }
}

// Columns split over the PEs: every PE gathers the same, and it holds each PE's slice once.
TEST_P(Collectives, AllGatherCollects) {
    const std::int64_t pes = GetParam().cubes * GetParam().pes;
    const std::string n = std::to_string(3 * pes);
    prepare(
        "program p tile=256\n%x = load @x elements=32 type=int8\n"
        "%p = matmul %x, @w m=1 k=32 n=" +
        n +
        " type=int8 split=n\nstore %p, @out2\n"
        "%s = all_gather %p elements=" +
        n + " type=int32 group=all\nstore %s, @out\n");
    // every PE loads its own x: the same slice rule, other numbers
    run();
    std::vector<std::int32_t> order;
    for (std::int64_t i = 0; i < machine_.pes_per_cube; ++i) {
        for (std::int64_t c = 0; c < machine_.cubes(); ++c) {
            const std::int64_t pe = c * machine_.pes_per_cube + i;
            const auto part = product(pe, 32, 3);
            EXPECT_EQ(words("out2", pe, 3), part);
            order.insert(order.end(), part.begin(), part.end());
        }
    }
    for (std::int64_t pe = 0; pe < pes; ++pe) {
        EXPECT_EQ(words("out", pe, 3 * pes), order) << "pe " << pe;
    }
}

// reduce_scatter and all_gather make an all_reduce; a barrier in between changes nothing.
TEST_P(Collectives, ScatterThenGather) {
    prepare(R"(program p tile=256
%x = load @x elements=48 type=int8 group=all
%p = matmul %x, @w m=1 k=48 n=33 type=int8 split=k
%a = all_reduce %p elements=33 type=int32 group=all
store %a, @out
%b = barrier
%s = reduce_scatter %p elements=33 type=int32 group=all
%g = all_gather %s elements=33 type=int32 group=all after=%b
store %g, @out2
)");
    run();
    for (std::int64_t pe = 0; pe < machine_.pes(); ++pe) {
        EXPECT_EQ(words("out", pe, 33), words("out2", pe, 33)) << "pe " << pe;
        EXPECT_EQ(words("out", pe, 33), words("out", 0, 33));
    }
}

// Traffic of an all-reduce of E bytes over n PEs in C cubes: within a cube every PE sends n−1
// slices of E/n twice, between cubes C−1 slices of E/(n·C) twice. Natively a PE gathers by one
// message, whatever the number of those who get it.
TEST_P(Collectives, TrafficIsTheClosedForm) {
    const std::int64_t n = GetParam().pes, cubes = GetParam().cubes, pes = n * cubes;
    const std::string elements = std::to_string(pes * 5);
    prepare("program p tile=256\n%x = load @x elements=" + std::to_string(pes) +
            " type=int8 group=all\n%p = matmul %x, @w m=1 k=" + std::to_string(pes) +
            " n=" + elements + " type=int8 split=k\n%s = all_reduce %p elements=" + elements +
            " type=int32 group=all\nstore %s, @out\n");
    Bytes sent = 0;
    for (const auto& entry : lowered_.code->entries) {
        for (const auto& command :
             entry.kernel->streams[static_cast<int>(models::Engine::kStore)]) {
            const auto& copy = std::get<models::DmaCopy>(command.op);
            sent += copy.signal >= 0 ? copy.row_bytes : 0;
        }
    }
    const Bytes slice = 5 * 4;
    const auto gathers = [](std::int64_t members) {
        return GetParam().native && members > 2 ? 1 : members - 1;
    };
    EXPECT_EQ(sent, pes * slice * ((n - 1 + gathers(n)) * cubes + cubes - 1 + gathers(cubes)));
}

// A group for each sender and each receiver, none for two members, each with its own number.
TEST_P(Collectives, GroupsAreThoseThatTheChannelsNeed) {
    prepare(
        "program p tile=256\n%x = load @x elements=48 type=int8 group=all\n"
        "%p = matmul %x, @w m=1 k=48 n=33 type=int8 split=k\n"
        "%a = all_reduce %p elements=33 type=int32 group=all\nstore %a, @out\n");
    const std::int64_t n = GetParam().pes, cubes = GetParam().cubes;
    const std::int64_t stages = GetParam().native ? (n > 2) + (cubes > 2) : 0;
    std::set<std::uint64_t> windows;
    std::size_t groups = 0;
    for (const models::CollectiveMap& map : lowered_.groups) {
        for (const auto& entry : map.entries) {
            ++groups;
            windows.insert(core::collective_address(map.root, entry.group, 0));
            EXPECT_EQ(std::count(entry.members.begin(), entry.members.end(), map.root), 0);
        }
    }
    EXPECT_EQ(static_cast<std::int64_t>(groups), 2 * stages * n * cubes);
    EXPECT_EQ(windows.size(), groups);
    for (std::int64_t pe = 0; pe < n * cubes; ++pe) {
        const std::int64_t roots = (n > 2 ? n - 1 : 0) + (cubes > 2 ? cubes - 1 : 0);
        EXPECT_EQ(static_cast<std::int64_t>(lowered_.windows[static_cast<std::size_t>(pe)].size()),
                  GetParam().native ? stages + roots : 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Systems, Collectives,
                         testing::Values(System{1, 1, false}, System{1, 2, false},
                                         System{2, 1, false}, System{1, 5, false},
                                         System{3, 1, false}, System{2, 2, false},
                                         System{3, 4, false}, System{4, 4, false},
                                         System{1, 2, true}, System{1, 5, true}, System{3, 1, true},
                                         System{2, 3, true}, System{3, 2, true}, System{3, 4, true},
                                         System{4, 4, true}));

}  // namespace
}  // namespace strata::runtime::test
