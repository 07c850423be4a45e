// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
// Requests at a PE's mailbox and accesses to its TCM.

#include <gtest/gtest.h>

#include <numeric>

#include "tests/pe/pe_bench.h"

namespace strata::models {
namespace {

using core::kKiB;
using core::Ps;

constexpr Ps kCycle = 500;
constexpr std::uint64_t kVa = 0x100000;

PeBench::Options functional() {
    PeBench::Options options;
    options.functional = true;
    return options;
}

KernelLaunch builtin(const std::string& name, std::vector<KernelArg> args = {}) {
    KernelLaunch launch;
    launch.kernel.kind = KernelRef::Kind::kBuiltin;
    launch.kernel.name = name;
    launch.args = std::move(args);
    return launch;
}

MemoryWrite pattern_write(std::uint64_t pa, core::Bytes bytes, std::uint8_t pattern) {
    MemoryWrite write;
    write.dst_pa = pa;
    write.nbytes = bytes;
    write.pattern = pattern;
    return write;
}

MemoryRead memory_read(std::uint64_t pa, core::Bytes bytes) {
    MemoryRead read;
    read.src_pa = pa;
    read.nbytes = bytes;
    return read;
}

TEST(Message, WritesAndReadsMemoryAndTcm) {
    PeBench bench(functional());
    auto buffer = std::make_shared<HostBuffer>();
    buffer->bytes.resize(30'000);
    std::iota(buffer->bytes.begin(), buffer->bytes.end(), std::uint8_t{3});
    MemoryWrite from_host;
    from_host.dst_pa =
        core::PhysicalAddress{5, 6, core::Region::kDram, 1000}.encode();  // becomes sip 0, cube 0
    from_host.nbytes = 20'000;
    from_host.buffer = buffer;
    from_host.buffer_offset = 77;
    bench.send(0, from_host);
    bench.send(0, pattern_write(core::tcm_address({5, 6, 9}, 100), 300, 0xa5));
    const std::uint64_t dram_read = bench.send(0, memory_read(dram(1000), 20'000));
    const std::uint64_t tcm_read = bench.send(0, memory_read(core::tcm_address(kPe, 90), 20));
    bench.run();
    const Response first = bench.answer(dram_read);
    ASSERT_TRUE(first.success) << first.text;
    EXPECT_EQ(first.data_bytes, 20'000);
    ASSERT_NE(first.data, nullptr);
    EXPECT_TRUE(std::equal(first.data->begin(), first.data->end(), buffer->bytes.begin() + 77));
    const Response second = bench.answer(tcm_read);
    ASSERT_EQ(second.data->size(), 20U);
    EXPECT_EQ((*second.data)[9], 0);
    EXPECT_EQ((*second.data)[10], 0xa5);
    EXPECT_EQ(bench.pe.tcm().load<std::uint8_t>(399), 0xa5);
    EXPECT_EQ(bench.pe.tcm().load<std::uint8_t>(400), 0);
}

TEST(Message, TimingModeCarriesNoBytes) {
    PeBench bench;
    const std::uint64_t write = bench.send(0, pattern_write(nand(0), 1000, 1));
    const std::uint64_t read = bench.send(0, memory_read(nand(0), 1000));
    bench.run();
    EXPECT_TRUE(bench.answer(write).success);
    EXPECT_EQ(bench.answer(read).data, nullptr);
    EXPECT_EQ(bench.answer(read).data_bytes, 1000);
    const Ps arrived = kCycle;  // 64 bytes, one cycle
    const auto traffic = bench.traffic();
    ASSERT_EQ(traffic.size(), 2U);
    EXPECT_EQ(traffic[0].begin_req, arrived + 100 * kCycle);
    EXPECT_EQ(traffic[1].begin_req, traffic[0].begin_resp + 100 * kCycle);
    EXPECT_EQ(bench.answered_at(read), traffic[1].begin_resp);
}

TEST(Message, BadAddressesAreNamed) {
    PeBench bench(functional());
    const std::uint64_t huge = bench.send(0, memory_read(nand(0), core::Bytes{1} << 39));
    const std::uint64_t beyond = bench.send(0, memory_read(dram(1024 * kKiB - 64), 128));
    const std::uint64_t outside = bench.send(0, memory_read(core::tcm_address(kPe, 65'500), 100));
    bench.run();
    EXPECT_EQ(bench.answer(huge).code, ErrorCode::kBadAddress);
    EXPECT_EQ(bench.answer(huge).address, nand(1024 * kKiB));
    EXPECT_EQ(bench.answer(beyond).code, ErrorCode::kBadAddress);
    EXPECT_EQ(bench.answer(beyond).address, dram(1024 * kKiB));
    EXPECT_EQ(bench.answer(outside).code, ErrorCode::kBadAddress);
    EXPECT_TRUE(bench.pe.idle());
}

TEST(Message, MemoryFaultDuringCodeFetchEndsTheKernel) {
    PeBench bench;
    bench.memory.set_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    test::Script script("script");
    script.at(180'000, [&] { bench.memory.set_status(tlm::TLM_OK_RESPONSE); });
    KernelBuilder k;
    k.add(Engine::kVector, VectorOp{VectorKind::kAdd, 4});
    const std::uint64_t id = bench.launch(0, k.kernel);
    bench.run();
    EXPECT_EQ(bench.answer(id).code, ErrorCode::kMemoryFault);
    EXPECT_EQ(bench.answer(id).address, dram(0));
    EXPECT_TRUE(bench.pe.idle());
}

TEST(Message, ARefusedAnswerIsAModelError) {
    PeBench bench;
    bench.memory.set_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    bench.send(0, builtin("noop"));
    EXPECT_ANY_THROW(sc_core::sc_start());
}

/// Notes what it is asked for; refuses the number 7.
struct Groups : interconnect::GroupControl {
    interconnect::GroupResult map_groups(
        const core::Place& root, const std::vector<interconnect::GroupRequest>& requests) override {
        roots.push_back(root);
        mapped.insert(mapped.end(), requests.begin(), requests.end());
        return {};
    }
    interconnect::GroupResult unmap_groups(const core::Place&,
                                           const std::vector<std::int16_t>& numbers) override {
        return numbers[0] == 7 ? interconnect::GroupResult{interconnect::GroupError::kTableFull,
                                                           "no entry left"}
                               : interconnect::GroupResult{};
    }
    std::vector<core::Place> roots;
    std::vector<interconnect::GroupRequest> mapped;
};

// 100 cycles a message and 10 a member, as those of an MmuMap.
TEST(Message, SetsUpCollectiveGroups) {
    PeBench bench;
    Groups groups;
    CollectiveMap map;
    map.root = kPe;
    map.entries.push_back({5, CollectiveMap::Kind::kMulticast, {{0, 0, 1}, {0, 1, 2}}});
    map.entries.push_back({6, CollectiveMap::Kind::kReduce, {{0, 0, 3}}});
    const std::uint64_t alone = bench.send(0, map);
    bench.run();
    EXPECT_EQ(bench.answer(alone).code, ErrorCode::kUnsupported);
    bench.pe.connect(groups);
    const Ps start = core::now_ps();
    const std::uint64_t mapped = bench.send(start, map);
    const std::uint64_t unmapped = bench.send(start, CollectiveUnmap{kPe, {5, 6}});
    const std::uint64_t refused = bench.send(start, CollectiveUnmap{kPe, {7}});
    bench.run();
    EXPECT_TRUE(bench.answer(mapped).success);
    EXPECT_TRUE(bench.answer(unmapped).success);
    EXPECT_EQ(bench.answer(refused).code, ErrorCode::kNoCapacity);
    EXPECT_EQ(bench.answer(refused).text, "no entry left");
    EXPECT_EQ(bench.answered_at(unmapped) - bench.answered_at(mapped), (100 + 2 * 10) * kCycle);
    ASSERT_EQ(groups.mapped.size(), 2U);
    EXPECT_EQ(groups.roots[0], kPe);
    EXPECT_EQ(groups.mapped[0].number, 5);
    EXPECT_FALSE(groups.mapped[0].reduces);
    EXPECT_EQ(groups.mapped[0].members[1], (core::Place{0, 1, 2}));
    EXPECT_TRUE(groups.mapped[1].reduces);
}

TEST(Message, MapsAndUnmaps) {
    PeBench bench;
    MmuMap map;
    map.entries = {{kVa, dram(0), 8 * kKiB, true}, {kVa + 8 * kKiB, nand(0), 4 * kKiB, false}};
    MmuMap overlap;
    overlap.entries = {{kVa + 64 * kKiB, dram(0), 4 * kKiB, true},
                       {kVa + 4 * kKiB, dram(0), 4 * kKiB, true}};
    MmuMap crooked;
    crooked.entries = {{kVa + 5, dram(0), 4 * kKiB, true}};
    MmuUnmap unmap;
    unmap.entries = {{kVa, 4 * kKiB}};
    const std::uint64_t mapped = bench.send(0, map);
    const std::uint64_t twice = bench.send(0, overlap);
    const std::uint64_t misaligned = bench.send(0, crooked);
    const std::uint64_t gone = bench.send(0, unmap);
    const std::uint64_t gone_twice = bench.send(0, unmap);
    bench.run();
    EXPECT_TRUE(bench.answer(mapped).success);
    EXPECT_EQ(bench.answer(twice).code, ErrorCode::kOverlap);
    EXPECT_EQ(bench.answer(twice).address, kVa + 4 * kKiB);
    EXPECT_EQ(bench.answer(misaligned).code, ErrorCode::kMisaligned);
    EXPECT_TRUE(bench.answer(gone).success);
    EXPECT_EQ(bench.answer(gone_twice).code, ErrorCode::kNotMapped);
    EXPECT_EQ(bench.pe.mmu().table().mapped_bytes(), 8 * kKiB);
    // 104 bytes on the wire: one cycle; 100 cycles and 10 for each of two entries.
    EXPECT_EQ(bench.answered_at(mapped), kCycle + 120 * kCycle);
}

TEST(Message, BuiltinKernels) {
    PeBench bench;
    const std::uint64_t noop = bench.send(0, builtin("noop"));
    const std::uint64_t spin = bench.send(0, builtin("spin", {ScalarArg{DataType::kInt32, 4000}}));
    const std::uint64_t busy = bench.send(0, builtin("noop"));
    const std::uint64_t unknown = bench.send(5'000'000, builtin("nope"));
    const std::uint64_t wrong = bench.send(5'000'000, builtin("spin"));
    bench.run();
    EXPECT_TRUE(bench.answer(noop).success);
    EXPECT_EQ(bench.answered_at(noop), kCycle + 150 * kCycle);
    EXPECT_EQ(bench.answered_at(spin), bench.answered_at(noop) + 150 * kCycle + 4000 * kCycle);
    EXPECT_EQ(bench.answer(busy).code, ErrorCode::kBusy);
    EXPECT_EQ(bench.answer(unknown).code, ErrorCode::kUnknownKernel);
    EXPECT_EQ(bench.answer(wrong).code, ErrorCode::kUnknownKernel);
}

TEST(Message, CodeIsThereFromItsLastByteToTheNextWrite) {
    PeBench bench;
    KernelBuilder k;
    for (int i = 0; i < 32; ++i) {
        k.add(Engine::kVector, VectorOp{VectorKind::kAdd, 16});
    }
    auto image = std::make_shared<CodeImage>();
    image->entries.push_back({kPe, std::make_shared<const Kernel>(k.kernel)});
    auto buffer = std::make_shared<HostBuffer>();
    buffer->code = image;
    MemoryWrite half;
    half.dst_pa = core::PhysicalAddress{3, 3, core::Region::kDram, 4096}.encode();
    half.nbytes = 1024;
    half.buffer = buffer;
    KernelLaunch launch;
    launch.kernel.deploy_pa = half.dst_pa;
    bench.send(0, half);
    const std::uint64_t early = bench.send(0, launch);
    half.dst_pa += 1024;
    half.buffer_offset = 1024;
    bench.send(1'000'000, half);
    const std::uint64_t good = bench.send(1'000'000, launch);
    bench.send(3'000'000, pattern_write(dram(6143), 1, 0));  // its last byte
    const std::uint64_t late = bench.send(3'000'000, launch);
    bench.run();
    EXPECT_EQ(bench.answer(early).code, ErrorCode::kNoCode);
    EXPECT_EQ(bench.answer(early).address, dram(4096));
    EXPECT_TRUE(bench.answer(good).success) << bench.answer(good).text;
    EXPECT_EQ(bench.answer(late).code, ErrorCode::kNoCode);
}

TEST(Message, ProbesAddUp) {
    PeBench bench;
    PeDma probe;
    probe.src = kPe;
    probe.dst_pa = nand(0);
    probe.nbytes = 80 * kKiB;
    std::vector<ProbeResult> results;
    test::Script script("script");
    script.at(10'000, [&] {
        bench.pe.inject(probe, [&](const ProbeResult& r) { results.push_back(r); });
        PeDma wrong = probe;
        wrong.dst_pa = 0;
        bench.pe.inject(wrong, [&](const ProbeResult& r) { results.push_back(r); });
    });
    const std::uint64_t id = bench.send(5'000'000, probe);
    bench.run();
    ASSERT_EQ(results.size(), 2U);
    EXPECT_TRUE(results[0].response.success);
    EXPECT_EQ(results[0].latency, 2 * kCycle + 100'000);  // three payloads, one a cycle
    Ps sum = 0;
    for (const ProbeResult::Part& part : results[0].parts) {
        EXPECT_GE(part.duration, 0) << part.name;
        sum += part.duration;
    }
    EXPECT_EQ(sum, results[0].latency);
    EXPECT_EQ(results[1].response.code, ErrorCode::kBadAddress);
    EXPECT_TRUE(bench.answer(id).success);
}

TEST(Inbox, OthersReadAndWriteTheTcmAtItsWidth) {
    PeBench bench(functional());
    std::vector<unsigned char> out(1000, 7);
    std::vector<unsigned char> in(1000, 0);
    const auto write = bench.sender.write(0, core::tcm_address(kPe, 64), 1000, out.data());
    const auto read = bench.sender.read(0, core::tcm_address(kPe, 64), 1000, in.data());
    const auto outside = bench.sender.read(0, core::tcm_address(kPe, 65'000), 1000, in.data());
    bench.run();
    EXPECT_EQ(bench.sender.record(write).begin_resp, 8 * kCycle);
    EXPECT_EQ(bench.sender.record(read).begin_resp, 16 * kCycle);
    EXPECT_EQ(in, out);
    EXPECT_EQ(bench.sender.record(outside).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.sender.record(outside).extension.fault, core::Fault::kOutOfRange);
}

TEST(Inbox, RefusesSignalsToSemaphoresItDoesNotHave) {
    PeBench bench;
    for (const std::int32_t semaphore : {4, 32}) {  // an engine's own, and one too far
        bench.sender.issue(0, [semaphore](tlm::tlm_generic_payload& payload) {
            payload.set_command(tlm::TLM_WRITE_COMMAND);
            payload.set_address(core::tcm_address(kPe, 0));
            payload.set_data_length(4);
            core::extension_of(payload).semaphore = semaphore;
        });
    }
    bench.run();
    EXPECT_EQ(bench.sender.record(0).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.sender.record(1).status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(Inbox, WithholdsEndReqWhileTheMailboxIsFull) {
    PeBench bench;
    for (int i = 0; i < 8; ++i) {
        bench.send(0, builtin("noop"));
    }
    bench.run();
    EXPECT_TRUE(bench.sender.all_done());
    const Ps work = 150 * kCycle;
    // One in work and four in the queue; the sixth is taken when the first has been executed.
    EXPECT_LT(bench.sender.record(4).end_req, work);
    EXPECT_EQ(bench.sender.record(5).end_req, kCycle + work);
    EXPECT_EQ(bench.sender.record(6).end_req, kCycle + 2 * work);
}

}  // namespace
}  // namespace strata::models
