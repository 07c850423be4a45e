// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Host speed of the models that a run spends its time in, each alone and free of SystemC.
// `items_per_second` counts packet hops, pages, bursts or lookups per CPU second.

#include <benchmark/benchmark.h>

#include <systemc>

#include "core/random.h"
#include "interconnect/packet_network.h"
#include "interconnect/routing.h"
#include "interconnect/topology.h"
#include "mmu/pe_mmu.h"
#include "models/memory/factory.h"

namespace strata {
namespace {

using core::Bytes;
using core::Ps;

/// Random transfers of four flits on an 8x8 mesh at a load of arg/100 flits per node and cycle.
void packet_network(benchmark::State& state) {
    constexpr int kSide = 8;
    constexpr Ps kCycle = 1'000;
    interconnect::Topology topology(32);
    const auto mesh = topology.add_mesh("m", kSide, kSide, {}, {});
    for (int i = 0; i < kSide * kSide; ++i) {
        topology.add_port("p", topology.mesh_router(mesh, i % kSide, i / kSide));
    }
    const interconnect::RoutingTable routing(topology, "xy");
    std::int64_t hops = 0;
    for (auto _ : state) {
        interconnect::PacketNetwork network(topology, routing, {});
        core::RandomStream random(1, "bench");
        interconnect::Progress progress;
        const double chance = static_cast<double>(state.range(0)) / 100.0 / 4.0;
        std::uint64_t id = 0;
        for (Ps now = 0; now < 5'000 * kCycle; now += kCycle) {
            network.advance(now, progress);
            for (int port = 0; port < kSide * kSide; ++port) {
                if (random.chance(chance)) {
                    const auto target = static_cast<std::int32_t>(random.below(kSide * kSide));
                    network.send(now, {++id, port, target, 96});
                }
            }
            progress.clear();
        }
        hops += network.packet_hops();
    }
    state.SetItemsProcessed(hops);
}
BENCHMARK(packet_network)->Arg(10)->Arg(30)->Unit(benchmark::kMillisecond);

/// Drives a controller with requests of `bytes` at addresses from `next_address`, always full.
template <class NextAddress>
void saturate(models::MemoryController& memory, Bytes bytes, std::int64_t requests,
              NextAddress next_address) {
    std::vector<models::MemoryCompletion> done;
    Ps now = 0;
    models::MemoryRequest request;
    request.bytes = bytes;
    for (std::int64_t sent = 0; sent < requests;) {
        request.address = next_address();
        while (sent < requests && memory.can_accept(request)) {
            request.id = static_cast<std::uint64_t>(++sent);
            memory.submit(now, request);
            request.address = next_address();
        }
        now = memory.next_event();
        memory.advance(now, done);
        done.clear();
    }
    while (memory.next_event() != core::kNever) {
        memory.advance(memory.next_event(), done);
    }
}

/// Sequential flash reads: one page a request, and the same pages as bulk requests.
void nand_pages(benchmark::State& state) {
    const Bytes bytes = state.range(0) * core::kKiB;
    const Bytes total = 512 * core::kMiB;
    const models::NandConfig config;
    for (auto _ : state) {
        auto nand = models::make_nand(config);
        std::uint64_t address = 0;
        saturate(*nand, bytes, total / bytes, [&] {
            return std::exchange(address, address + static_cast<std::uint64_t>(bytes));
        });
    }
    state.SetItemsProcessed(state.iterations() * (total / config.page));
}
BENCHMARK(nand_pages)->Arg(4)->Arg(32)->ArgName("KiB")->Unit(benchmark::kMillisecond);

void dram_bursts(benchmark::State& state) {
    const Bytes bytes = state.range(0);
    const Bytes total = 256 * core::kMiB;
    const models::DramConfig config;
    for (auto _ : state) {
        auto dram = models::make_dram(config);
        std::uint64_t address = 0;
        saturate(*dram, bytes, total / bytes, [&] {
            return std::exchange(address, address + static_cast<std::uint64_t>(bytes)) %
                   static_cast<std::uint64_t>(config.channel_capacity);
        });
    }
    state.SetItemsProcessed(state.iterations() * (total / config.burst));
}
BENCHMARK(dram_bursts)->Arg(64)->Arg(4096)->ArgName("bytes")->Unit(benchmark::kMillisecond);

void tlb_hits(benchmark::State& state) {
    mmu::MmuConfig config;
    mmu::PeMmu mmu(config, {0, 0, 0});
    mmu.map({{0x1000'0000, 0x2000'0000, core::kMiB, true}});
    for (std::uint64_t page = 0; page < 32; ++page) {
        mmu.finish_walk(0x1000'0000 + page * 4096, false);
    }
    std::uint64_t page = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(mmu.lookup(0x1000'0000 + (page++ & 31) * 4096, false));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(tlb_hits);

}  // namespace
}  // namespace strata

int sc_main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
