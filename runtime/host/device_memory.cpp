// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/device_memory.h"

#include <algorithm>
#include <utility>

#include "core/diagnostics.h"

namespace strata::runtime {

namespace {

// Virtual addresses of a context. It starts at 4 GiB so that a stray 32-bit number is never valid,
// and ends with the 48 bits that four levels of 4 KiB pages reach (assumption).
constexpr std::uint64_t kFirstVa = std::uint64_t{1} << 32;
constexpr std::uint64_t kEndVa = std::uint64_t{1} << 48;

// First physical address of the memory that `place` means.
std::uint64_t memory_base(const core::Place& place, core::Region region) {
    if (region == core::Region::kTcm) {
        return core::tcm_address(place, 0);
    }
    return core::PhysicalAddress{place.sip, place.cube, region, 0}.encode();
}

std::string memory_name(const core::Place& place, core::Region region) {
    std::string name = std::string(core::to_string(region)) + " of sip" +
                       std::to_string(place.sip) + ".cube" + std::to_string(place.cube);
    if (region == core::Region::kTcm) {
        name += ".pe" + std::to_string(place.pe);
    }
    return name;
}

}  // namespace

TensorPlan replicate(std::string name, core::Bytes nbytes, core::Region region,
                     const std::vector<core::Place>& places) {
    TensorPlan plan;
    plan.name = std::move(name);
    plan.nbytes = nbytes;
    for (const core::Place& place : places) {
        plan.placements.push_back({place, region, 0, nbytes});
    }
    return plan;
}

TensorPlan shard(std::string name, core::Bytes nbytes, core::Region region,
                 const std::vector<core::Place>& places, core::Bytes page) {
    TensorPlan plan;
    plan.name = std::move(name);
    plan.nbytes = nbytes;
    plan.visibility = Visibility::kEverywhere;
    if (places.empty()) {
        return plan;
    }
    const core::Bytes pages = core::ceil_div(nbytes, page);
    const core::Bytes part = core::ceil_div(pages, static_cast<core::Bytes>(places.size())) * page;
    core::Bytes offset = 0;
    for (const core::Place& place : places) {
        const core::Bytes bytes = std::min(part, nbytes - offset);
        if (bytes <= 0) {
            break;  // fewer pages than places
        }
        plan.placements.push_back({place, region, offset, bytes});
        offset += bytes;
    }
    return plan;
}

// ---- TensorLayout ----

models::TensorArg TensorLayout::arg() const {
    models::TensorArg arg;
    arg.va_base = va;
    for (std::size_t i = 0; i < pas.size(); ++i) {
        const Placement& part = plan.placements[i];
        arg.shards.push_back({part.place, pas[i], part.nbytes, part.offset});
    }
    return arg;
}

std::vector<models::MmuMap> TensorLayout::maps() const {
    std::map<core::Place, models::MmuMap> by_place;
    models::MmuMap everywhere;
    for (std::size_t i = 0; i < pas.size(); ++i) {
        const Placement& part = plan.placements[i];
        models::MmuMap& map =
            plan.visibility == Visibility::kEverywhere ? everywhere : by_place[part.place];
        map.entries.push_back({va + static_cast<std::uint64_t>(part.offset), pas[i],
                               core::ceil_div(part.nbytes, page) * page, plan.writable});
    }
    if (plan.visibility == Visibility::kEverywhere) {
        return {std::move(everywhere)};
    }
    std::vector<models::MmuMap> maps;
    for (auto& [place, map] : by_place) {
        map.targets = models::targets_at(place);
        maps.push_back(std::move(map));
    }
    return maps;
}

std::vector<models::MmuUnmap> TensorLayout::unmaps() const {
    std::vector<models::MmuUnmap> unmaps;
    for (const models::MmuMap& map : maps()) {
        models::MmuUnmap unmap;
        unmap.targets = map.targets;
        for (const models::MmuMap::Entry& entry : map.entries) {
            unmap.entries.push_back({entry.va, entry.size});
        }
        unmaps.push_back(std::move(unmap));
    }
    return unmaps;
}

std::vector<models::MemoryWrite> TensorLayout::writes(
    const std::shared_ptr<const models::HostBuffer>& buffer) const {
    std::vector<models::MemoryWrite> writes;
    for (std::size_t i = 0; i < pas.size(); ++i) {
        const Placement& part = plan.placements[i];
        models::MemoryWrite write;
        write.dst = part.place;
        write.dst_pa = pas[i];
        write.nbytes = part.nbytes;
        write.buffer = buffer;
        write.buffer_offset = part.offset;
        write.target_cubes = models::only(part.place.cube);
        write.target_pe = models::only(part.place.pe);
        writes.push_back(std::move(write));
    }
    return writes;
}

std::vector<models::MemoryRead> TensorLayout::reads() const {
    std::vector<models::MemoryRead> reads;
    for (std::size_t i = 0; i < pas.size(); ++i) {
        const Placement& part = plan.placements[i];
        models::MemoryRead read;
        read.src = part.place;
        read.src_pa = pas[i];
        read.nbytes = part.nbytes;
        read.target_cubes = models::only(part.place.cube);
        read.target_pe = models::only(part.place.pe);
        reads.push_back(std::move(read));
    }
    return reads;
}

// ---- DeviceMemory ----

DeviceMemory::DeviceMemory(core::Bytes page)
    : page_(page),
      va_("virtual addresses", kFirstVa, static_cast<core::Bytes>(kEndVa - kFirstVa)) {}

void DeviceMemory::add_memory(const core::Place& place, core::Region region, core::Bytes first,
                              core::Bytes size) {
    const std::uint64_t base = memory_base(place, region);
    const std::string name = memory_name(place, region);
    const bool added =
        memories_.try_emplace(base, name, base + static_cast<std::uint64_t>(first), size).second;
    if (!added) {
        throw core::ModelError(name + " was added twice");
    }
}

DeviceMemory::Memories::const_iterator DeviceMemory::find(const core::Place& place,
                                                          core::Region region) const {
    const auto found = memories_.find(memory_base(place, region));
    if (found == memories_.end()) {
        throw core::UserError("there is no " + memory_name(place, region));
    }
    return found;
}

core::Bytes DeviceMemory::available(const core::Place& place, core::Region region) const {
    return find(place, region)->second.available();
}

core::Bytes DeviceMemory::used(const core::Place& place, core::Region region) const {
    return find(place, region)->second.used();
}

std::uint64_t DeviceMemory::allocate(const core::Place& place, core::Region region,
                                     core::Bytes nbytes, core::Bytes alignment) {
    const std::uint64_t base = find(place, region)->first;
    return memories_.at(base).alloc(pages(nbytes), std::max(alignment, page_));
}

void DeviceMemory::free(std::uint64_t pa) {
    const auto address = core::PhysicalAddress::decode(pa);
    const auto found =
        memories_.find(memory_base({address.sip, address.cube, address.pe()}, address.region));
    if (found == memories_.end()) {
        throw mmu::AllocationError(mmu::AllocationError::Kind::kForeignFree,
                                   "free of " + address.str() + ", where there is no memory");
    }
    found->second.free(pa);
}

std::uint64_t DeviceMemory::allocate_va(core::Bytes nbytes) {
    return va_.alloc(pages(nbytes), page_);
}

void DeviceMemory::free_va(std::uint64_t va) {
    va_.free(va);
}

void DeviceMemory::check(const TensorPlan& plan) const {
    const std::string who = "tensor " + plan.name + ": ";
    if (plan.nbytes <= 0 || plan.placements.empty()) {
        throw core::UserError(who + "nothing to place");
    }
    for (const Placement& part : plan.placements) {
        const std::string what = "bytes " + std::to_string(part.offset) + ".." +
                                 std::to_string(part.offset + part.nbytes) + " on " +
                                 part.place.str();
        if (part.offset < 0 || part.nbytes <= 0 || part.offset > plan.nbytes - part.nbytes) {
            throw core::UserError(who + what + " are not a part of its " +
                                  std::to_string(plan.nbytes) + " bytes");
        }
        if (part.offset % page_ != 0) {
            throw core::UserError(who + what + " do not start at a page of " +
                                  std::to_string(page_));
        }
    }
}

TensorLayout DeviceMemory::allocate(const TensorPlan& plan) {
    check(plan);
    TensorLayout layout;
    layout.plan = plan;
    layout.page = page_;
    layout.va = allocate_va(plan.nbytes);
    try {
        for (const Placement& part : plan.placements) {
            layout.pas.push_back(allocate(part.place, part.region, part.nbytes, plan.alignment));
        }
    } catch (const core::UserError&) {
        free(layout);
        throw;
    }
    return layout;
}

void DeviceMemory::free(const TensorLayout& layout) {
    free_va(layout.va);  // first: it refuses when the tensor was freed before
    for (const std::uint64_t pa : layout.pas) {
        free(pa);
    }
}

}  // namespace strata::runtime
