// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/program/mapping.h"

#include <algorithm>
#include <cstdio>

namespace strata::runtime {
namespace {

using core::Bytes;
using core::Region;

const std::vector<std::string> kMemories{"nand", "dram", "sram", "tcm"};
constexpr Region kRegions[] = {Region::kNand, Region::kDram, Region::kSram, Region::kTcm};
const std::vector<std::string> kPolicies{"shard", "replicate", "interleaved"};

const char* memory_name(Region region) {
    switch (region) {
        case Region::kNand:
            return "nand";
        case Region::kDram:
            return "dram";
        case Region::kSram:
            return "sram";
        default:
            return "tcm";
    }
}
Region memory_of(const std::string& name) {
    if (name == "nand") return Region::kNand;
    if (name == "dram") return Region::kDram;
    return name == "sram" ? Region::kSram : Region::kTcm;
}
Policy policy_of(const std::string& name) {
    if (name == "replicate") return Policy::kReplicate;
    return name == "interleaved" ? Policy::kInterleaved : Policy::kShard;
}

std::string hex(std::uint64_t value) {
    char text[20];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

std::uint64_t parse_address(core::Section& s, const std::string& key) {
    const std::string text = s.raw(key);
    if (text.empty()) {
        return 0;  // missing: already reported
    }
    std::size_t used = 0;
    try {
        const std::uint64_t value = std::stoull(text, &used, 16);
        if (used == text.size() && text.rfind("0x", 0) == 0) {
            return value;
        }
    } catch (const std::exception&) {
        used = 0;
    }
    s.error(key, "expected a hexadecimal address (0x…), got '" + text + "'");
    return 0;
}

MappedTensor parse_tensor(core::Section s) {
    MappedTensor t;
    t.location = s.location();
    t.name = s.string("name");
    t.memory = memory_of(s.choice("memory", kMemories));
    t.policy = policy_of(s.choice("policy", kPolicies));
    t.bytes = s.size("bytes", {}, {0, 1e18});
    t.va = parse_address(s, "va");
    t.shard = s.size("shard", {}, {1, 1e15});
    t.writable = s.boolean("writable", false);
    for (auto& p : s.list("placement")) {
        MappedTensor::Placement placement;
        placement.sip = p.integer("sip", 0, {0, 255});
        placement.cube = p.integer("cube", {}, {0, 254});
        placement.offset = static_cast<Bytes>(parse_address(p, "offset"));
        t.placements.push_back(placement);
        p.finish();
    }
    s.finish();
    return t;
}

/// A range of addresses, with whom it belongs to.
struct Span {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    const MappedTensor* tensor = nullptr;
};

void report_overlaps(std::vector<Span> spans, const char* what, core::Diagnostics& diagnostics) {
    std::sort(spans.begin(), spans.end(),
              [](const Span& a, const Span& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < spans.size(); ++i) {
        if (spans[i].begin < spans[i - 1].end) {
            diagnostics.error(spans[i].tensor->location, spans[i].tensor->name,
                              std::string(what) + " " + hex(spans[i].begin) + " overlaps " +
                                  spans[i - 1].tensor->name + " (" + hex(spans[i - 1].begin) +
                                  " to " + hex(spans[i - 1].end) + ")");
            return;  // one is enough: later ones usually follow from it
        }
    }
}

/// Bytes a tensor takes in one cube's region (SRAM, TCM: of one PE).
Bytes footprint(const MappedTensor& t, const Machine& machine) {
    const bool per_pe =
        t.policy == Policy::kShard && (t.memory == Region::kDram || t.memory == Region::kNand);
    return per_pe ? t.shard * machine.pes_per_cube : t.shard;
}

std::uint64_t va_bytes(const MappedTensor& t, const Machine& machine) {
    const std::int64_t parts = t.policy == Policy::kShard         ? machine.pes()
                               : t.policy == Policy::kInterleaved ? machine.cubes()
                                                                  : 1;
    return static_cast<std::uint64_t>(t.shard * parts);
}

/// Of a cube; SRAM, TCM: of one PE.
Bytes capacity_of(Region memory, const Machine& machine) {
    return memory == Region::kSram ? machine.sram_bank_bytes : machine.capacity(memory);
}

void check_tensor(const MappedTensor& t, const Machine& machine, core::Diagnostics& diagnostics) {
    const auto error = [&](const std::string& message) {
        diagnostics.error(t.location, t.name, message);
    };
    const Bytes page = machine.page_bytes;
    if (t.va % static_cast<std::uint64_t>(page) != 0) {
        error("va " + hex(t.va) + " is not a multiple of the page, " + core::format_size(page));
    }
    if (t.shard % page != 0) {
        error("shard " + core::format_size(t.shard) + " is not a multiple of the page, " +
              core::format_size(page));
    }
    if (capacity_of(t.memory, machine) == 0) {
        error(std::string("this platform has no ") + memory_name(t.memory));
        return;
    }
    const bool shared = t.policy != Policy::kShard;
    if (shared && (t.memory == Region::kTcm || t.memory == Region::kSram)) {
        error(std::string(memory_name(t.memory)) + " takes policy shard only");
    }
    if (static_cast<std::int64_t>(t.placements.size()) != machine.cubes()) {
        error("placement: expected " + std::to_string(machine.cubes()) + " cubes, got " +
              std::to_string(t.placements.size()));
    }
    for (std::size_t i = 0; i < t.placements.size(); ++i) {
        const auto& p = t.placements[i];
        if (p.sip * machine.cubes_per_sip + p.cube != static_cast<std::int64_t>(i)) {
            error("placement " + std::to_string(i) + ": cubes must come in order, each once");
        }
        if (p.offset % page != 0) {
            error("offset " + hex(static_cast<std::uint64_t>(p.offset)) +
                  " is not a multiple of the page, " + core::format_size(page));
        }
        if (t.memory == Region::kDram && p.offset < machine.dram_reserved) {
            error("the first " + core::format_size(machine.dram_reserved) +
                  " of the dram hold the page tables");
        }
    }
    if (static_cast<std::uint64_t>(t.bytes) > va_bytes(t, machine)) {
        error("its " + core::format_size(t.bytes) + " do not fit its shards, " +
              core::format_size(static_cast<Bytes>(va_bytes(t, machine))) + " in all");
    }
}

/// One message per memory, for the tensor that ends last: when a model does not fit, most do not.
void check_capacity(const std::vector<MappedTensor>& tensors, Region memory, const Machine& machine,
                    core::Diagnostics& diagnostics) {
    const Bytes capacity = capacity_of(memory, machine);
    const MappedTensor* last = nullptr;
    Bytes end = capacity;
    for (const auto& t : tensors) {
        for (const auto& p : t.placements) {
            if (t.memory == memory && capacity > 0 && p.offset + footprint(t, machine) > end) {
                last = &t;
                end = p.offset + footprint(t, machine);
            }
        }
    }
    if (last != nullptr) {
        diagnostics.error(last->location, last->name,
                          "ends at " + core::format_size(end) + " of " +
                              core::format_size(capacity) + " " + memory_name(memory));
    }
}

}  // namespace

const char* to_string(Policy policy) {
    return kPolicies[static_cast<std::size_t>(policy)].c_str();
}

const MappedTensor* Mapping::find(const std::string& name) const {
    const auto it = std::find_if(tensors.begin(), tensors.end(),
                                 [&](const MappedTensor& t) { return t.name == name; });
    return it == tensors.end() ? nullptr : &*it;
}

std::string Mapping::yaml() const {
    std::string text = "program: " + program + "\ntensors:\n";
    for (const auto& t : tensors) {
        text += "  - {name: " + t.name + ", memory: " + memory_name(t.memory) +
                ", policy: " + to_string(t.policy) + ", bytes: " + core::format_size(t.bytes) +
                ", va: " + hex(t.va) + ", shard: " + core::format_size(t.shard) +
                (t.writable ? ", writable: true" : "") + ",\n     placement: [";
        const char* separator = "";
        for (const auto& p : t.placements) {
            text += separator;
            text += "{sip: " + std::to_string(p.sip) + ", cube: " + std::to_string(p.cube) +
                    ", offset: " + hex(static_cast<std::uint64_t>(p.offset)) + "}";
            separator = ",\n                 ";
        }
        text += "]}\n";
    }
    return text;
}

Mapping Mapping::parse(core::Section s) {
    Mapping mapping;
    mapping.program = s.string("program");
    for (auto& t : s.list("tensors")) {
        MappedTensor tensor = parse_tensor(t);
        if (mapping.find(tensor.name) != nullptr) {
            t.error("name", "tensor '" + tensor.name + "' twice");
        }
        mapping.tensors.push_back(std::move(tensor));
    }
    s.finish();
    return mapping;
}

Mapping Mapping::load(const std::string& file, core::Diagnostics& diagnostics) {
    auto document = core::ConfigDocument::load(file, {}, diagnostics);
    return diagnostics.ok() ? parse(document.root()) : Mapping{};
}

void Mapping::check(const Machine& machine, core::Diagnostics& diagnostics) const {
    for (const auto& t : tensors) {
        check_tensor(t, machine, diagnostics);
    }
    for (const Region memory : kRegions) {
        check_capacity(tensors, memory, machine, diagnostics);
    }
    if (!diagnostics.ok()) {
        return;
    }
    std::vector<Span> virtual_spans;
    for (const auto& t : tensors) {
        virtual_spans.push_back({t.va, t.va + va_bytes(t, machine), &t});
    }
    report_overlaps(virtual_spans, "va", diagnostics);
    for (const Region region : kRegions) {
        for (std::size_t cube = 0; cube < static_cast<std::size_t>(machine.cubes()); ++cube) {
            std::vector<Span> spans;
            for (const auto& t : tensors) {
                if (t.memory == region) {
                    const auto offset = static_cast<std::uint64_t>(t.placements[cube].offset);
                    spans.push_back(
                        {offset, offset + static_cast<std::uint64_t>(footprint(t, machine)), &t});
                }
            }
            report_overlaps(spans, memory_name(region), diagnostics);
        }
    }
}

bool operator==(const Mapping& a, const Mapping& b) {
    const auto same = [](const MappedTensor& x, const MappedTensor& y) {
        return x.name == y.name && x.bytes == y.bytes && x.memory == y.memory &&
               x.policy == y.policy && x.va == y.va && x.shard == y.shard &&
               x.writable == y.writable &&
               std::equal(x.placements.begin(), x.placements.end(), y.placements.begin(),
                          y.placements.end(), [](const auto& p, const auto& q) {
                              return p.sip == q.sip && p.cube == q.cube && p.offset == q.offset;
                          });
    };
    return a.program == b.program &&
           std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(), same);
}

std::uint64_t virtual_address(const MappedTensor& tensor, std::int64_t pe) {
    const std::int64_t part = tensor.policy == Policy::kShard ? pe : 0;
    return tensor.va + static_cast<std::uint64_t>(part * tensor.shard);
}

std::uint64_t physical_address(const MappedTensor& tensor, std::int64_t pe,
                               const Machine& machine) {
    const core::Place place = machine.place(pe);
    const auto& p = tensor.placements[static_cast<std::size_t>(pe / machine.pes_per_cube)];
    if (tensor.memory == Region::kTcm) {
        return core::tcm_address(place, static_cast<std::uint64_t>(p.offset));
    }
    Bytes offset = p.offset;
    if (tensor.memory == Region::kSram) {
        offset += place.pe * machine.sram_bank_bytes;
    } else if (tensor.policy == Policy::kShard) {
        offset += place.pe * tensor.shard;
    }
    return core::PhysicalAddress{place.sip, place.cube, tensor.memory,
                                 static_cast<std::uint64_t>(offset)}
        .encode();
}

std::vector<models::MmuMap::Entry> mmu_entries(const Mapping& mapping, const Machine& machine,
                                               std::int64_t pe,
                                               const std::vector<std::int64_t>& peers) {
    std::vector<models::MmuMap::Entry> entries;
    for (const auto& t : mapping.tensors) {
        if (t.memory == Region::kTcm) {
            for (const auto peer : peers) {
                entries.push_back(
                    {virtual_address(t, peer), physical_address(t, peer, machine), t.shard, true});
            }
        } else if (t.policy == Policy::kInterleaved) {
            for (std::int64_t cube = 0; cube < machine.cubes(); ++cube) {
                entries.push_back({t.va + static_cast<std::uint64_t>(cube * t.shard),
                                   physical_address(t, cube * machine.pes_per_cube, machine),
                                   t.shard, t.writable});
            }
        } else {
            entries.push_back(
                {virtual_address(t, pe), physical_address(t, pe, machine), t.shard, t.writable});
        }
    }
    return entries;
}

}  // namespace strata::runtime
