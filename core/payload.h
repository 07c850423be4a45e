// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// TLM payloads of the data path: one pool, one fixed extension per payload.
//
// A payload may stand for a run of bursts or pages (a "bulk" transaction). Who sends it sets
// command, address, length and the extension; the data pointer is null in timing mode. The payload
// is acquired by its initiator; every other holder acquires and releases as TLM-2.0 asks.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/address.h"
#include "core/units.h"

namespace strata::core {

/// Why a transaction failed, beside TLM's response status.
enum class Fault : std::uint8_t {
    kNone,
    kDecode,      ///< no target behind this address
    kOutOfRange,  ///< beyond the target's capacity
    kMisaligned,
    kNandPageOrder,  ///< program not in page order
    kNandProgramTwice,
    kNandReadErased,
    kNandEraseOpen,
    kUncorrectable,
    kNandBusy,      ///< die, plane or bus is at work
    kNandRegister,  ///< a page register holds other data, or none
    kNandGroup,     ///< pages that one command cannot take together
    kNandSequence,  ///< nothing to suspend, resume or continue
    kCollective,    ///< an access that a collective group does not take
};
const char* to_string(Fault fault);

/// NAND needs a third command beside read and write.
enum class MemoryOp : std::uint8_t { kRead, kWrite, kErase };

/// How the network adds up what the sources of a reduction group write.
enum class Sum : std::uint8_t { kNone, kInt32, kFp32 };

/// Points in the life of a transaction; differences are the latency breakdown.
enum class Stage : std::uint8_t {
    kIssue,         ///< the initiator decided to send it
    kTranslated,    ///< the MMU had answered
    kAccepted,      ///< the network interface took it (END_REQ)
    kAtTarget,      ///< the last flit of the request left the network
    kServiceBegin,  ///< the memory started work on it
    kServiceEnd,    ///< its last burst was done
    kDelivered,     ///< the last flit of the response left the network
};
constexpr int kStages = 7;

/// Base of what a control transaction carries by reference (runtime messages): the bytes count and
/// travel, the object is shared.
struct CarriedObject {
    virtual ~CarriedObject() = default;
};

struct PayloadExtension : tlm::tlm_extension<PayloadExtension> {
    std::uint64_t correlation_id = 0;  ///< host operation
    std::uint64_t request_id = 0;      ///< unique per message
    Place initiator;                   ///< who asked
    std::uint64_t va = 0;              ///< virtual address of the first byte, 0 for physical access
    std::uint64_t tag = 0;             ///< the initiator's own index, e.g. a DMA slot
    std::int32_t semaphore = -1;       ///< ≥ 0: the target PE signals it when the write is done
    std::uint8_t qos = 0;              ///< 0 = normal; higher first
    MemoryOp op = MemoryOp::kRead;
    Fault fault = Fault::kNone;
    Sum sum = Sum::kNone;           ///< of a write to a reduction group
    std::int32_t source_port = -1;  ///< network ports, set by the network interface
    std::int32_t target_port = -1;
    std::int32_t group = -1;  ///< ≥ 0: a write to a collective group, set by the network interface
    std::uint64_t local_address = 0;  ///< byte address inside the target, set by the network
    std::array<Ps, kStages> stage{};
    std::shared_ptr<const CarriedObject> object;

    void set_stage(Stage s, Ps time) { stage[static_cast<std::size_t>(s)] = time; }
    Ps at(Stage s) const { return stage[static_cast<std::size_t>(s)]; }
    void clear();

    tlm::tlm_extension_base* clone() const override;
    void copy_from(const tlm::tlm_extension_base& other) override;

   private:
    friend class PayloadPool;
    bool live_ = false;  // allocated and not yet freed
};

/// Recycles payloads. `free` clears every field; `reset()` of TLM would not.
class PayloadPool : public tlm::tlm_mm_interface {
   public:
    PayloadPool() = default;
    ~PayloadPool() override;
    PayloadPool(const PayloadPool&) = delete;
    PayloadPool& operator=(const PayloadPool&) = delete;

    /// A cleared payload with its extension, acquired once for the caller.
    tlm::tlm_generic_payload* allocate();
    /// Called by the last release(). A second free of one payload is a ModelError.
    void free(tlm::tlm_generic_payload* payload) override;

    std::int64_t in_use() const { return in_use_; }
    /// Names every payload that is still held (initiator, command, address), for the leak report.
    std::vector<std::string> describe_live() const;

   private:
    std::vector<tlm::tlm_generic_payload*> all_;
    std::vector<tlm::tlm_generic_payload*> free_;
    std::int64_t in_use_ = 0;
};

/// The payload's extension. Every payload on the data path has one: a payload from outside (a
/// third-party initiator) without it is a ModelError that names the address.
PayloadExtension& extension_of(tlm::tlm_generic_payload& payload);

/// Current simulated time in ps (resolution is 1 ps).
inline Ps now_ps() {
    return static_cast<Ps>(sc_core::sc_time_stamp().value());
}
/// A duration as sc_time.
inline sc_core::sc_time to_sc_time(Ps duration) {
    return sc_core::sc_time::from_value(static_cast<sc_core::sc_time::value_type>(duration));
}

}  // namespace strata::core
