// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/message.h"

#include <algorithm>
#include <utility>

namespace strata::models {

namespace {

template <typename... Parts>
struct Overloaded : Parts... {
    using Parts::operator()...;
};
template <typename... Parts>
Overloaded(Parts...) -> Overloaded<Parts...>;

core::Bytes targets_bytes(std::size_t count) {
    return core::ceil_div(static_cast<core::Bytes>(count) * kTargetBytes, 8) * 8;
}

core::Bytes body_bytes(const KernelArg& arg) {
    if (const auto* tensor = std::get_if<TensorArg>(&arg)) {
        return kTensorArgBytes + static_cast<core::Bytes>(tensor->shards.size()) * kShardBytes;
    }
    return kScalarArgBytes;
}

core::Bytes body_bytes(const CollectiveMap& map) {
    core::Bytes bytes = 0;
    for (const CollectiveMap::Entry& entry : map.entries) {
        bytes += kGroupBytes + targets_bytes(entry.members.size());
    }
    return bytes;
}

core::Bytes body_bytes(const Request& request) {
    return std::visit(Overloaded{
                          [](const MemoryWrite& m) {
                              return kMemoryAccessBytes + (m.buffer != nullptr ? m.nbytes : 0);
                          },
                          [](const MemoryRead&) { return kMemoryAccessBytes; },
                          [](const KernelLaunch& m) {
                              core::Bytes bytes = kKernelRefBytes;
                              for (const KernelArg& arg : m.args) {
                                  bytes += body_bytes(arg);
                              }
                              return bytes;
                          },
                          [](const PeDma&) { return kMemoryAccessBytes; },
                          [](const MmuMap& m) {
                              return static_cast<core::Bytes>(m.entries.size()) * kMapEntryBytes;
                          },
                          [](const MmuUnmap& m) {
                              return static_cast<core::Bytes>(m.entries.size()) * kUnmapEntryBytes;
                          },
                          [](const CollectiveMap& m) { return body_bytes(m); },
                          [](const CollectiveUnmap& m) {
                              return static_cast<core::Bytes>(m.groups.size()) * kGroupBytes;
                          },
                      },
                      request);
}

// The numbers a set stands for, sorted, each once; empty with `error` set when one is outside.
std::vector<std::int16_t> numbers(const TargetSet& set, std::int16_t count, const char* what,
                                  std::string& error) {
    std::vector<std::int16_t> result = set.list;
    if (set.all) {
        result.resize(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < result.size(); ++i) {
            result[i] = static_cast<std::int16_t>(i);
        }
        return result;
    }
    if (result.empty()) {
        error = std::string("no ") + what + " is named";
    }
    for (const std::int16_t number : result) {
        if (number < 0 || number >= count) {
            error = std::string("no ") + what + " " + std::to_string(number) +
                    "; the system has 0.." + std::to_string(count - 1);
            return {};
        }
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

}  // namespace

const char* to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::kNone:
            return "none";
        case ErrorCode::kUnmapped:
            return "unmapped";
        case ErrorCode::kPermission:
            return "permission";
        case ErrorCode::kOutsideMapping:
            return "outside_mapping";
        case ErrorCode::kOverlap:
            return "overlap";
        case ErrorCode::kNotMapped:
            return "not_mapped";
        case ErrorCode::kMisaligned:
            return "misaligned";
        case ErrorCode::kUnknownKernel:
            return "unknown_kernel";
        case ErrorCode::kNoCode:
            return "no_code";
        case ErrorCode::kBadTarget:
            return "bad_target";
        case ErrorCode::kBadAddress:
            return "bad_address";
        case ErrorCode::kMemoryFault:
            return "memory_fault";
        case ErrorCode::kBusy:
            return "busy";
        case ErrorCode::kNoCapacity:
            return "no_capacity";
        case ErrorCode::kUnsupported:
            return "unsupported";
    }
    return "?";
}

const char* name_of(const Request& request) {
    return std::visit(Overloaded{
                          [](const MemoryWrite&) { return "MemoryWrite"; },
                          [](const MemoryRead&) { return "MemoryRead"; },
                          [](const KernelLaunch&) { return "KernelLaunch"; },
                          [](const PeDma&) { return "PeDma"; },
                          [](const MmuMap&) { return "MmuMap"; },
                          [](const MmuUnmap&) { return "MmuUnmap"; },
                          [](const CollectiveMap&) { return "CollectiveMap"; },
                          [](const CollectiveUnmap&) { return "CollectiveUnmap"; },
                      },
                      request);
}

core::Bytes wire_bytes(const RequestMessage& message) {
    return kHeaderBytes + targets_bytes(message.targets.size()) + body_bytes(*message.request);
}

core::Bytes wire_bytes(const ResponseMessage& message) {
    core::Bytes bytes =
        kHeaderBytes + static_cast<core::Bytes>(message.responses.size()) * kResponseBytes;
    for (const Response& response : message.responses) {
        bytes += response.data_bytes;
    }
    return bytes;
}

std::int64_t entries_of(const Request& request) {
    return std::visit(
        Overloaded{
            [](const MmuMap& m) { return static_cast<std::int64_t>(m.entries.size()); },
            [](const MmuUnmap& m) { return static_cast<std::int64_t>(m.entries.size()); },
            [](const KernelLaunch& m) { return static_cast<std::int64_t>(m.args.size()); },
            [](const CollectiveMap& m) {
                std::int64_t members = 0;
                for (const CollectiveMap::Entry& entry : m.entries) {
                    members += static_cast<std::int64_t>(entry.members.size());
                }
                return members;
            },
            [](const CollectiveUnmap& m) { return static_cast<std::int64_t>(m.groups.size()); },
            [](const auto&) { return std::int64_t{0}; },
        },
        request);
}

bool SystemShape::contains(const core::Place& place) const {
    return place.sip >= 0 && place.sip < sips && place.cube >= 0 && place.cube < cubes_per_sip &&
           place.pe >= 0 && place.pe < pes_per_cube;
}

TargetSet only(std::int16_t number) {
    return {false, {number}};
}

Targets targets_at(const core::Place& place) {
    return {only(place.sip), only(place.cube), only(place.pe)};
}

Targets targets_of(const Request& request) {
    return std::visit(Overloaded{
                          [](const MemoryWrite& m) {
                              return Targets{only(m.dst.sip), m.target_cubes, m.target_pe};
                          },
                          [](const MemoryRead& m) {
                              return Targets{only(m.src.sip), m.target_cubes, m.target_pe};
                          },
                          [](const KernelLaunch& m) {
                              return Targets{m.target_sips, m.target_cubes, m.target_pe};
                          },
                          [](const PeDma& m) { return targets_at(m.src); },
                          [](const MmuMap& m) { return m.targets; },
                          [](const MmuUnmap& m) { return m.targets; },
                          [](const CollectiveMap& m) { return targets_at(m.root); },
                          [](const CollectiveUnmap& m) { return targets_at(m.root); },
                      },
                      request);
}

Expansion expand(const Targets& targets, const SystemShape& shape) {
    Expansion expansion;
    const auto sips = numbers(targets.sips, shape.sips, "SIP", expansion.error);
    const auto cubes = numbers(targets.cubes, shape.cubes_per_sip, "cube", expansion.error);
    const auto pes = numbers(targets.pes, shape.pes_per_cube, "PE", expansion.error);
    if (!expansion.ok()) {
        return expansion;
    }
    expansion.places.reserve(sips.size() * cubes.size() * pes.size());
    for (const std::int16_t sip : sips) {
        for (const std::int16_t cube : cubes) {
            for (const std::int16_t pe : pes) {
                expansion.places.push_back({sip, cube, pe});
            }
        }
    }
    return expansion;
}

std::string target_error(const std::vector<core::Place>& targets, const SystemShape& shape) {
    if (targets.empty()) {
        return "no PE is named";
    }
    for (const core::Place& place : targets) {
        if (!shape.contains(place)) {
            return place.str() + " is outside the system of " + std::to_string(shape.sips) +
                   " SIPs x " + std::to_string(shape.cubes_per_sip) + " cubes x " +
                   std::to_string(shape.pes_per_cube) + " PEs";
        }
    }
    return "";
}

Response failure(const core::Place& source, ErrorCode code, std::string text,
                 std::uint64_t address) {
    Response response;
    response.source = source;
    response.success = false;
    response.code = code;
    response.address = address;
    response.text = std::move(text);
    return response;
}

}  // namespace strata::models
