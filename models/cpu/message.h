// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages between host and device: immutable value types. Every request carries the host
// operation it belongs to (correlation_id) and a unique request_id, and every target that
// executed it answers with a Response.
//
// Here and not in runtime/, because both sides of the control path speak them.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/address.h"
#include "core/payload.h"
#include "core/units.h"
#include "models/pe/command.h"

namespace strata::models {

/// A list of numbers (SIPs, cubes or PEs), or all of them.
struct TargetSet {
    bool all = true;
    std::vector<std::int16_t> list;
};

struct Targets {
    TargetSet sips;
    TargetSet cubes;
    TargetSet pes;
};

/// Bytes on the host that a MemoryWrite refers to. A code image carries the kernels instead of
/// their encoding: its bytes count and travel, and whoever launches it finds it by its address.
/// A long write arrives as several MemoryWrites that share the buffer and differ in buffer_offset.
struct HostBuffer {
    std::vector<std::uint8_t> bytes;        ///< empty in timing mode
    std::shared_ptr<const CodeImage> code;  ///< null for plain data
};

struct MemoryWrite {
    core::Place dst;
    std::uint64_t dst_pa = 0;  ///< place fields are replaced by those of each target
    core::Bytes nbytes = 0;
    std::uint8_t pattern = 0;                  ///< used when `buffer` is null
    std::shared_ptr<const HostBuffer> buffer;  ///< null: fill with `pattern`
    core::Bytes buffer_offset = 0;
    TargetSet target_cubes;
    TargetSet target_pe;
};

struct MemoryRead {
    core::Place src;
    std::uint64_t src_pa = 0;
    core::Bytes nbytes = 0;
    TargetSet target_cubes;
    TargetSet target_pe;
};

struct TensorArg {
    struct Shard {
        core::Place place;
        std::uint64_t pa = 0;
        core::Bytes nbytes = 0;
        core::Bytes offset_bytes = 0;
    };
    std::vector<Shard> shards;
    std::uint64_t va_base = 0;
};
struct ScalarArg {
    DataType dtype = DataType::kInt32;
    double value = 0.0;
};
using KernelArg = std::variant<TensorArg, ScalarArg>;

struct KernelRef {
    enum class Kind : std::uint8_t { kDeployed, kBuiltin };
    std::string name;
    Kind kind = Kind::kDeployed;
    std::uint64_t deploy_pa = 0;  ///< place fields are replaced by those of each target
    core::Bytes nbytes_code = 0;
};

struct KernelLaunch {
    KernelRef kernel;
    std::vector<KernelArg> args;
    TargetSet target_sips;
    TargetSet target_cubes;
    TargetSet target_pe;
};

/// One transfer injected at a PE's DMA without the command path: the latency probe.
struct PeDma {
    core::Place src;
    std::uint64_t dst_pa = 0;
    core::Bytes nbytes = 0;
    bool is_write = false;
};

struct MmuMap {
    struct Entry {
        std::uint64_t va = 0;
        std::uint64_t pa = 0;
        core::Bytes size = 0;
        bool writable = true;
    };
    std::vector<Entry> entries;
    Targets targets;
};

struct MmuUnmap {
    struct Entry {
        std::uint64_t va = 0;
        core::Bytes size = 0;
    };
    std::vector<Entry> entries;
    Targets targets;
};

/// Groups whose collectives the network does by itself: a write to the window of a multicast goes
/// to all its members, the sum of what the members of a reduction write goes to its root. The root
/// executes the message, all entries or none.
struct CollectiveMap {
    enum class Kind : std::uint8_t { kMulticast, kReduce };
    struct Entry {
        std::int16_t group = 0;  ///< its window: core::collective_address
        Kind kind = Kind::kMulticast;
        std::vector<core::Place> members;  ///< targets of a multicast, sources of a reduction
    };
    core::Place root;  ///< source of the multicasts, target of the reductions
    std::vector<Entry> entries;
};

struct CollectiveUnmap {
    core::Place root;
    std::vector<std::int16_t> groups;
};

enum class ErrorCode : std::uint8_t {
    kNone,
    kUnmapped,  ///< no mapping at this virtual address
    kPermission,
    kOutsideMapping,  ///< the range leaves its mapping
    kOverlap,         ///< MmuMap over an existing mapping
    kNotMapped,       ///< MmuUnmap of what is not mapped
    kMisaligned,
    kUnknownKernel,
    kNoCode,       ///< the deploy address holds no code
    kBadTarget,    ///< a target outside the system
    kBadAddress,   ///< no memory behind a physical address, or beyond its end
    kMemoryFault,  ///< the memory refused (NAND rules, uncorrectable); text says which
    kBusy,         ///< a kernel is still running on the PE, a collective group is in use
    kNoCapacity,   ///< a router's group table is full
    kUnsupported,  ///< this network has no collectives of its own
};
const char* to_string(ErrorCode code);

/// The device's answer for one target.
struct Response {
    core::Place source;
    bool success = true;
    ErrorCode code = ErrorCode::kNone;
    std::uint64_t address = 0;  ///< the faulting address, when there is one
    std::string text;
    core::Bytes data_bytes = 0;  ///< MemoryRead: bytes that travel back, in every mode
    std::shared_ptr<const std::vector<std::uint8_t>> data;  ///< MemoryRead, functional mode
};

using Request = std::variant<MemoryWrite, MemoryRead, KernelLaunch, PeDma, MmuMap, MmuUnmap,
                             CollectiveMap, CollectiveUnmap>;
const char* name_of(const Request& request);

/// A request on its way down. Each hop narrows `targets` to what lies behind it.
struct RequestMessage : core::CarriedObject {
    std::uint64_t correlation_id = 0;
    std::uint64_t request_id = 0;
    core::Place reply_to;              ///< the mailbox that waits for the answer
    std::vector<core::Place> targets;  ///< PEs that shall execute it
    std::shared_ptr<const Request> request;
};

/// The answers on their way up, one per target, sorted by place.
struct ResponseMessage : core::CarriedObject {
    std::uint64_t correlation_id = 0;
    std::uint64_t request_id = 0;
    std::vector<Response> responses;
};

// Bytes on the wire (assumption: 8-byte aligned fields behind a 32-byte header). What a text or a
// name says never changes the size: on the wire these are codes.
constexpr core::Bytes kHeaderBytes = 32;        ///< both ids, kind, counts, reply address
constexpr core::Bytes kTargetBytes = 4;         ///< one place, packed; lists rounded up to 8
constexpr core::Bytes kMemoryAccessBytes = 24;  ///< pa, nbytes, pattern
constexpr core::Bytes kKernelRefBytes = 24;     ///< name hash, deploy pa, code bytes
constexpr core::Bytes kTensorArgBytes = 16;     ///< va base, shard count
constexpr core::Bytes kShardBytes = 32;         ///< place, pa, bytes, offset
constexpr core::Bytes kScalarArgBytes = 16;     ///< type, value
constexpr core::Bytes kMapEntryBytes = 32;      ///< va, pa, size, flags
constexpr core::Bytes kUnmapEntryBytes = 16;    ///< va, size
constexpr core::Bytes kGroupBytes = 8;          ///< number, kind, count of members
constexpr core::Bytes kResponseBytes = 16;      ///< place and code, address

/// Header + targets + the fields' own sizes + the data of a MemoryWrite from a host buffer.
core::Bytes wire_bytes(const RequestMessage& message);
/// Header + the responses + the data that MemoryReads bring back.
core::Bytes wire_bytes(const ResponseMessage& message);
/// Entries a control processor walks through: those of MmuMap and MmuUnmap, arguments of a launch,
/// members of groups.
std::int64_t entries_of(const Request& request);

/// How many of each there are; every SIP and every cube is alike.
struct SystemShape {
    std::int16_t sips = 1;
    std::int16_t cubes_per_sip = 1;
    std::int16_t pes_per_cube = 1;

    /// Whether `place` is a PE of the system.
    bool contains(const core::Place& place) const;
};

/// Which PEs a request names. The SIP of a memory access is the one of its address, a PeDma names
/// one PE.
Targets targets_of(const Request& request);

/// The PEs that shall execute a request, or what is wrong with its targets.
struct Expansion {
    std::vector<core::Place> places;  ///< sorted, each once
    std::string error;                ///< names the offender; empty when all is well
    bool ok() const { return error.empty(); }
};
Expansion expand(const Targets& targets, const SystemShape& shape);

/// The sets that name one PE.
Targets targets_at(const core::Place& place);
TargetSet only(std::int16_t number);

/// Says what is wrong with a list of targets (the first outside the system, an empty list), or "".
std::string target_error(const std::vector<core::Place>& targets, const SystemShape& shape);

/// A failed response of `source`.
Response failure(const core::Place& source, ErrorCode code, std::string text,
                 std::uint64_t address = 0);

}  // namespace strata::models
