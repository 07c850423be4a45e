// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/compiler/random_traffic.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/random.h"
#include "runtime/compiler/allocation.h"
#include "runtime/compiler/kernel_builder.h"
#include "runtime/compiler/tcm_layout.h"

namespace strata::runtime {
namespace {

using core::Bytes;
using core::Region;
using models::DmaCopy;
using models::Engine;

constexpr std::int64_t kSlots = 8;       // areas per memory and PE
constexpr std::int64_t kNeighbours = 4;  // PEs behind one in the flat order that it writes to
constexpr double kWaitShare = 0.125;     // commands that wait for a neighbour's signals

std::int64_t neighbours(const Machine& machine) {
    return std::min(kNeighbours, machine.pes() - 1);
}

class RandomTraffic {
   public:
    RandomTraffic(const RandomWorkload& random, std::uint64_t seed, const Mapping& mapping,
                  const Machine& machine)
        : random_(random), machine_(machine), mapping_(mapping), draws_(seed, "random_traffic") {
        TcmLayout tcm(machine.tcm_bytes);
        tcm.add("mailboxes", mapping.find(kMailboxes)->shard);
        for (std::int64_t i = 0; i < kSlots; ++i) {
            tcm_slots_.push_back(tcm.add("slot " + std::to_string(i), random.max_bytes));
        }
        table_ = tcm.table();
        fits_ = tcm.fits();
        for (std::int64_t pe = 0; pe < machine.pes(); ++pe) {
            pes_.emplace_back(make_pe(pe));
        }
    }

    bool fits() const { return fits_; }
    const std::string& table() const { return table_; }

    Lowered run() {
        for (std::int64_t i = 0; i < random_.commands; ++i) {
            for (std::int64_t pe = 0; pe < machine_.pes(); ++pe) {
                command(pe);
            }
        }
        Lowered lowered;
        lowered.tcm_table = table_;
        auto code = std::make_shared<models::CodeImage>();
        code->name = "random";
        for (std::int64_t pe = 0; pe < machine_.pes(); ++pe) {
            auto& one = at(pe);
            code->entries.push_back(
                {machine_.place(pe), std::make_shared<const models::Kernel>(one.builder.take())});
            lowered.peers.emplace_back();
            for (std::int64_t d = 1; d <= neighbours(machine_); ++d) {
                lowered.peers.back().push_back((pe + d) % machine_.pes());
            }
            std::sort(lowered.peers.back().begin(), lowered.peers.back().end());
        }
        lowered.code = std::move(code);
        return lowered;
    }

   private:
    struct Pe {
        KernelBuilder builder;
        std::vector<Buffer> tcm, dram, sram, remote;
        std::vector<std::int64_t> received;  ///< signals sent to this PE so far, by distance
    };
    Pe& at(std::int64_t pe) { return pes_[static_cast<std::size_t>(pe)]; }

    std::vector<Buffer> areas(std::uint64_t start) const {
        std::vector<Buffer> list;
        for (std::int64_t i = 0; i < kSlots; ++i) {
            list.push_back({start + static_cast<std::uint64_t>(i * random_.max_bytes),
                            random_.max_bytes,
                            {},
                            {}});
        }
        return list;
    }

    Pe make_pe(std::int64_t pe) const {
        const auto n = static_cast<std::size_t>(neighbours(machine_));
        Pe one{KernelBuilder("random", machine_.semaphores), {}, {}, {}, {}, {}};
        for (const auto address : tcm_slots_) {
            one.tcm.push_back({address, random_.max_bytes, {}, {}});
        }
        one.dram = areas(virtual_address(*mapping_.find("dram"), pe));
        if (const MappedTensor* sram = mapping_.find("sram")) {
            one.sram = areas(virtual_address(*sram, pe));
        }
        const MappedTensor& boxes = *mapping_.find(kMailboxes);
        for (std::size_t d = 0; d < n; ++d) {
            const auto peer = (pe + static_cast<std::int64_t>(d) + 1) % machine_.pes();
            one.remote.push_back(
                {virtual_address(boxes, peer) + static_cast<std::uint64_t>(random_.max_bytes) * d,
                 random_.max_bytes,
                 {},
                 {}});
        }
        one.received.assign(n, 0);
        return one;
    }

    Buffer& pick(std::vector<Buffer>& list) { return list[draws_.below(list.size())]; }
    std::vector<Buffer>& memory(Pe& pe) {
        return !pe.sram.empty() && draws_.chance(0.5) ? pe.sram : pe.dram;
    }

    void command(std::int64_t index) {
        Pe& pe = at(index);
        DmaCopy copy;
        copy.row_bytes =
            random_.min_bytes + static_cast<Bytes>(draws_.below(static_cast<std::uint64_t>(
                                    random_.max_bytes - random_.min_bytes + 1)));
        std::vector<models::Wait> waits;
        if (!pe.received.empty() && draws_.chance(kWaitShare)) {
            const auto d = draws_.below(pe.received.size());
            waits.push_back({models::kEngines + static_cast<std::int32_t>(d), pe.received[d]});
        }
        if (!pe.remote.empty() && draws_.chance(random_.peer_share)) {
            write_to_neighbour(index, copy, waits);
            return;
        }
        const auto kind = draws_.below(pe.sram.empty() ? 2 : 3);
        Buffer& from = kind == 0 ? pick(memory(pe)) : kind == 1 ? pick(pe.tcm) : pick(pe.dram);
        Buffer& to = kind == 0 ? pick(pe.tcm) : kind == 1 ? pick(memory(pe)) : pick(pe.sram);
        copy.source_in_tcm = kind == 1;
        copy.target_in_tcm = kind == 0;
        copy.source = from.address;
        copy.target = to.address;
        const Engine engine = kind == 0   ? Engine::kLoad
                              : kind == 1 ? Engine::kStore
                                          : Engine::kPrefetch;
        pe.builder.emit(engine, copy, {&from}, {&to}, waits);
    }

    void write_to_neighbour(std::int64_t index, DmaCopy copy,
                            const std::vector<models::Wait>& waits) {
        Pe& pe = at(index);
        const auto d = draws_.below(pe.remote.size());
        Pe& peer = at((index + static_cast<std::int64_t>(d) + 1) % machine_.pes());
        Buffer& from = pick(pe.tcm);
        copy.source_in_tcm = true;
        copy.source = from.address;
        copy.target = pe.remote[d].address;
        copy.signal = models::kEngines + static_cast<std::int32_t>(d);
        pe.builder.emit(Engine::kStore, copy, {&from}, {&pe.remote[d]}, waits);
        peer.builder.expect(copy.signal, 1);
        ++peer.received[d];
    }

    const RandomWorkload& random_;
    const Machine& machine_;
    const Mapping& mapping_;
    core::RandomStream draws_;
    std::vector<std::uint64_t> tcm_slots_;
    std::string table_;
    bool fits_ = true;
    std::vector<Pe> pes_;
};

}  // namespace

Mapping map_random(const RandomWorkload& random, const Machine& machine,
                   core::Diagnostics& diagnostics) {
    Mapping mapping;
    mapping.program = "random";
    Allocation allocation(machine, mapping);
    const Bytes area = kSlots * random.max_bytes;
    const auto add = [&](const char* name, Region region, Bytes shard) {
        allocation.add(name, region, Policy::kShard, machine.pes() * shard, shard, true);
    };
    add(kMailboxes, Region::kTcm, kNeighbours * random.max_bytes);
    add("dram", Region::kDram, area);
    if (machine.sram_bank_bytes >= machine.page_up(area)) {
        add("sram", Region::kSram, area);
    }
    mapping.check(machine, diagnostics);
    return mapping;
}

Lowered lower_random(const RandomWorkload& random, std::uint64_t seed, const Mapping& mapping,
                     const Machine& machine, core::Diagnostics& diagnostics) {
    RandomTraffic traffic(random, seed, mapping, machine);
    if (!traffic.fits()) {
        diagnostics.error({"random", 0, 0}, "",
                          "the areas do not fit the TCM:\n" + traffic.table());
    }
    if (machine.semaphores < models::kEngines + neighbours(machine)) {
        diagnostics.error(
            {"random", 0, 0}, "",
            "a PE needs " + std::to_string(models::kEngines + neighbours(machine)) + " semaphores");
    }
    return diagnostics.ok() ? traffic.run() : Lowered{};
}

}  // namespace strata::runtime
