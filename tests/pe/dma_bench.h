// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A DMA without SystemC: a port that takes one payload per `port_interval` and a memory that
// answers each after `latency`.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/address.h"
#include "core/component.h"
#include "interconnect/address_map.h"
#include "mmu/pe_mmu.h"
#include "models/pe/dma.h"

namespace strata::models {

constexpr core::Place kPe{0, 0, 0};

inline std::uint64_t dram(std::uint64_t offset) {
    return core::PhysicalAddress{0, 0, core::Region::kDram, offset}.encode();
}
inline std::uint64_t nand(std::uint64_t offset) {
    return core::PhysicalAddress{0, 0, core::Region::kNand, offset}.encode();
}

inline PeConfig pe_config() {
    PeConfig config;
    config.clock = core::Frequency{2'000'000'000};
    config.tcm = {64 * core::kKiB, 128, 4};
    config.matrix = {8, 8, MatrixConfig::Dataflow::kOutputStationary};
    config.vector.lanes = 16;
    config.vector.startup_cycles = 5;
    config.vector.element_cycles.fill(1);
    config.dma = {32 * core::kKiB, 32, 1};
    config.command = {4 * core::kKiB, 4, 32};
    config.endpoint = {4, 100, 10, 50};
    config.energy.mac_pj.fill(0.5);
    config.energy.tcm_bit_pj = 0.1;
    return config;
}

inline mmu::MmuConfig mmu_config() {
    mmu::MmuConfig config;
    config.tlb_entries = 64;
    config.walk_levels = 3;
    config.hit_cycles = 2;
    config.walk_cache = 0;
    config.table_offset = 512 * core::kKiB;
    config.table_size = 64 * core::kKiB;
    return config;
}

/// DRAM on ports 1 and 2, interleaved by 8 KiB; NAND on port 3; TCM of PE 1 on port 4.
inline void fill(interconnect::AddressMap& map) {
    using core::kKiB;
    map.add_memory(0, 0, core::Region::kDram, {1, 2}, 8 * kKiB, 512 * kKiB);
    map.add_memory(0, 0, core::Region::kNand, {3}, 1024 * kKiB, 1024 * kKiB);
    map.add_window({0, 0, 1}, core::Region::kTcm, 4, 64 * kKiB);
    map.add_window(core::m_cpu_place(0, 0), core::Region::kControl, 5, 4 * kKiB);
}

struct Sent {
    core::Ps time = 0;
    DmaPayload payload;
    core::Ps answered = -1;
};

class DmaBench {
   public:
    explicit DmaBench(const PeConfig& c = pe_config(), const mmu::MmuConfig& m = mmu_config())
        : config(c),
          clock("pe", c.clock),
          mmu(m, kPe),
          tcm(c.tcm.capacity, false),
          dma(config, clock, map, mmu, tcm) {
        fill(map);
    }

    /// Runs until nothing is left to happen, or `until`.
    void run(core::Ps until = core::kNever) {
        for (;;) {
            settle();
            const core::Ps next = std::min(
                {dma.next_event(now), next_answer(), port_free > now ? port_free : core::kNever});
            if (next == core::kNever || next > until) {
                return;
            }
            now = next;
        }
    }
    void settle() {
        for (std::size_t i = 0; i < sent.size(); ++i) {
            if (sent[i].answered < 0 && sent[i].time + latency <= now) {
                sent[i].answered = now;
                const core::Fault fault = answer ? answer(sent[i].payload) : core::Fault::kNone;
                dma.complete(now, sent[i].payload.tag, fault == core::Fault::kNone, fault, {});
            }
        }
        dma.advance(now);
        DmaPayload payload;
        while (port_free <= now && dma.next(now, payload)) {
            sent.push_back({now, payload, -1});
            port_free = now + port_interval;
        }
        for (DmaDone& one : dma.done()) {
            done.push_back({now, std::move(one)});
        }
        dma.done().clear();
    }
    core::Ps next_answer() const {
        core::Ps next = core::kNever;
        for (const Sent& one : sent) {
            if (one.answered < 0) {
                next = std::min(next, one.time + latency);
            }
        }
        return next;
    }
    void submit(DmaQueue queue, const DmaCopy& copy) {
        dma.submit(now, queue, DmaTransfer::from(copy));
    }
    void map_pages(std::uint64_t va, std::uint64_t pa, core::Bytes size, bool writable = true) {
        ASSERT_TRUE(mmu.map({{va, pa, size, writable}}).ok());
    }
    /// Puts a page into the TLB.
    void warm(std::uint64_t va, core::Bytes size) {
        for (core::Bytes at = 0; at < size; at += mmu.config().page) {
            mmu.finish_walk(va + static_cast<std::uint64_t>(at), false);
        }
    }
    /// Payloads that are no page walks.
    std::vector<Sent> data() const {
        std::vector<Sent> result;
        std::copy_if(sent.begin(), sent.end(), std::back_inserter(result),
                     [](const Sent& one) { return one.payload.transfer != nullptr; });
        return result;
    }

    struct Done {
        core::Ps time;
        DmaDone what;
    };
    PeConfig config;
    core::ClockDomain clock;
    interconnect::AddressMap map;
    mmu::PeMmu mmu;
    Tcm tcm;
    Dma dma;
    core::Ps now = 0;
    core::Ps latency = 100'000;
    core::Ps port_interval = 500;
    core::Ps port_free = 0;
    std::function<core::Fault(const DmaPayload&)> answer;
    std::vector<Sent> sent;
    std::vector<Done> done;
};

inline DmaCopy load(std::uint64_t va, core::Bytes bytes) {
    DmaCopy copy;
    copy.target_in_tcm = true;
    copy.source = va;
    copy.row_bytes = bytes;
    return copy;
}
inline DmaCopy store(std::uint64_t va, core::Bytes bytes, std::int32_t signal = -1) {
    DmaCopy copy;
    copy.source_in_tcm = true;
    copy.target = va;
    copy.row_bytes = bytes;
    copy.signal = signal;
    return copy;
}
inline DmaCopy prefetch(std::uint64_t from, std::uint64_t to, core::Bytes bytes) {
    DmaCopy copy;
    copy.source = from;
    copy.target = to;
    copy.row_bytes = bytes;
    return copy;
}

}  // namespace strata::models
