// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/workload/message_tour.h"

#include "runtime/host/host.h"

namespace strata::runtime {
namespace {

using models::ErrorCode;

class Tour {
   public:
    Tour(Host& host, const Machine& machine, WorkloadResult& result)
        : host_(host), machine_(machine), result_(result) {
        const Machine& m = machine;
        const bool dram = m.dram_bytes > m.dram_reserved;
        memory_ =
            core::PhysicalAddress{0, 0, dram ? core::Region::kDram : core::Region::kSram,
                                  static_cast<std::uint64_t>(dram ? m.page_up(m.dram_reserved) : 0)}
                .encode();
    }

    void run() {
        host_.begin_operation("messages");
        memory();
        mappings();
        kernels();
        collectives();
        probe();
    }

   private:
    void expect(const char* what, models::Request request, ErrorCode wanted) {
        const Completion completion = host_.call(std::move(request));
        const models::Response* error = completion.first_error();
        check(what, error == nullptr ? ErrorCode::kNone : error->code, wanted);
    }
    void check(const char* what, ErrorCode got, ErrorCode wanted) {
        if (got != wanted) {
            result_.ok = false;
            result_.errors.push_back(std::string(what) + ": expected " + models::to_string(wanted) +
                                     ", got " + models::to_string(got));
        }
    }

    models::MemoryWrite write(std::uint64_t pa) const {
        models::MemoryWrite m;
        m.dst_pa = pa;
        m.nbytes = 256;
        m.pattern = 0x5a;
        m.target_cubes = models::only(0);
        m.target_pe = models::only(0);
        return m;
    }
    models::MemoryRead read(std::uint64_t pa) const {
        models::MemoryRead m;
        m.src_pa = pa;
        m.nbytes = 256;
        m.target_cubes = models::only(0);
        m.target_pe = models::only(0);
        return m;
    }

    void memory() {
        const std::uint64_t nowhere =
            core::PhysicalAddress{0, 0, core::Region::kDram, core::kOffsetMask - 4095}.encode();
        expect("memory write", write(memory_), ErrorCode::kNone);
        expect("memory read", read(memory_), ErrorCode::kNone);
        expect("write beyond the memory", write(nowhere), ErrorCode::kBadAddress);
        expect("read beyond the memory", read(nowhere), ErrorCode::kBadAddress);
        auto lost = write(memory_);
        lost.target_pe = models::only(static_cast<std::int16_t>(machine_.pes_per_cube));
        expect("write to a PE that is not there", lost, ErrorCode::kBadTarget);
    }

    void mappings() {
        const core::Bytes page = machine_.page_bytes;
        const std::uint64_t va = std::uint64_t{1} << 40;
        models::MmuMap map;
        map.entries = {{va, memory_, page, true}};
        expect("map", map, ErrorCode::kNone);
        expect("map twice", map, ErrorCode::kOverlap);
        models::MmuMap crooked;
        crooked.entries = {{va + static_cast<std::uint64_t>(page) + 1, memory_, page, true}};
        expect("map off a page", crooked, ErrorCode::kMisaligned);
        models::MmuUnmap unmap;
        unmap.entries = {{va, page}};
        expect("unmap", unmap, ErrorCode::kNone);
        expect("unmap twice", unmap, ErrorCode::kNotMapped);
    }

    void kernels() {
        models::KernelLaunch launch;
        launch.kernel = {"noop", models::KernelRef::Kind::kBuiltin, 0, 0};
        expect("built-in kernel", launch, ErrorCode::kNone);
        launch.kernel.name = "no_such_kernel";
        expect("unknown kernel", launch, ErrorCode::kUnknownKernel);
        launch.kernel = {"none", models::KernelRef::Kind::kDeployed, memory_, 64};
        expect("kernel without code", launch, ErrorCode::kNoCode);
    }

    // A network without collectives refuses all of it.
    void collectives() {
        models::CollectiveMap map;
        map.entries.push_back(
            {0, models::CollectiveMap::Kind::kMulticast, {machine_.place(machine_.pes() - 1)}});
        const Completion first = host_.call(map);
        const models::Response* error = first.first_error();
        if (error != nullptr && error->code == ErrorCode::kUnsupported) {
            return;
        }
        const auto code = error == nullptr ? ErrorCode::kNone : error->code;
        check("map a group", code, ErrorCode::kNone);
        expect("map a group twice", map, ErrorCode::kOverlap);
        auto wrong = map;
        wrong.entries[0].group = 1;
        wrong.entries[0].members.push_back(wrong.entries[0].members[0]);
        expect("map a group that names a PE twice", wrong, ErrorCode::kBadTarget);
        wrong.entries[0].members = {machine_.place(machine_.pes())};
        expect("map a group with a PE that is not there", wrong, ErrorCode::kBadTarget);
        wrong.root.pe = static_cast<std::int16_t>(machine_.pes_per_cube);
        expect("map a group at a PE that is not there", wrong, ErrorCode::kBadTarget);
        expect("unmap a group", models::CollectiveUnmap{{}, {0}}, ErrorCode::kNone);
        expect("unmap a group twice", models::CollectiveUnmap{{}, {0}}, ErrorCode::kNotMapped);
    }

    void probe() {
        models::PeDma transfer;
        transfer.dst_pa = memory_;
        transfer.nbytes = 64;
        expect("dma probe", transfer, ErrorCode::kNone);
    }

    Host& host_;
    const Machine& machine_;
    WorkloadResult& result_;
    std::uint64_t memory_ = 0;
};

}  // namespace

void message_tour(Host& host, const Machine& machine, WorkloadResult& result) {
    Tour(host, machine, result).run();
}

}  // namespace strata::runtime
