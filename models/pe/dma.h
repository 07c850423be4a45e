// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// DMA of a PE, free of SystemC: turns 2-D copies into network payloads.
//
// Modelled: three kernel queues (load, store, prefetch), one each for code fetches, physical
// operations of the endpoint, probes and messages, all sharing one network port (round robin);
// per queue a bounded number of outstanding payloads; virtual ranges split at page borders and
// merged where physically contiguous, never beyond `bulk` or an AddressMap run; one TLB lookup a
// cycle and queue, pipelined; page walks as dependent reads through the port while the other queues
// go on; memory→memory copies whose buffers bound reads and writes together.
// Not modelled: alignment penalties, TCM port conflicts, byte enables.
// Source of timings: PeConfig, MmuConfig. Units: ps, bytes.
//
// Order: descriptors of a queue start and complete in order; payloads of several may be under way
// at once. A signal travels with the last payload of its copy, after all others were acknowledged.
// A fault stops all kernel queues; what is under way drains first.
//
// Use: submit while can_accept; next() whenever the port is free; complete() per response;
// advance() at next_event(); then read done() and kernel_failed().

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/component.h"
#include "core/payload.h"
#include "core/stats.h"
#include "core/units.h"
#include "interconnect/address_map.h"
#include "mmu/pe_mmu.h"
#include "models/cpu/message.h"
#include "models/pe/pe_config.h"
#include "models/pe/tcm.h"

namespace strata::models {

enum class DmaQueue : std::uint8_t {
    kLoad,  ///< the first three are those of Engine
    kStore,
    kPrefetch,
    kFetch,     ///< code of the running kernel
    kPhysical,  ///< operations of the endpoint at physical addresses
    kProbe,     ///< transfers injected without the command path
    kMessage,   ///< answers of the endpoint
};
constexpr int kDmaQueues = 7;
constexpr int kKernelQueues = 4;  ///< those that a fault of the kernel stops
const char* to_string(DmaQueue queue);

/// One end of a transfer.
struct DmaSide {
    enum class Kind : std::uint8_t { kTcm, kVirtual, kPhysical, kBuffer };
    Kind kind = Kind::kTcm;
    std::uint64_t address = 0;
    core::Bytes stride = 0;  ///< from row to row

    bool in_memory() const { return kind == Kind::kVirtual || kind == Kind::kPhysical; }
};

struct DmaTransfer {
    DmaSide source;
    DmaSide target;
    core::Bytes row_bytes = 0;
    std::int64_t rows = 1;
    std::int32_t signal = -1;          ///< as DmaCopy::signal
    core::Sum sum = core::Sum::kNone;  ///< as DmaCopy::sum
    std::uint64_t token = 0;           ///< the caller's handle, returned in DmaDone
    std::uint64_t correlation_id = 0;
    std::uint64_t request_id = 0;
    // Bytes behind a kBuffer side; the caller keeps them alive. Without any the payloads carry no
    // data, in functional mode too.
    const std::uint8_t* in = nullptr;  ///< source bytes
    std::uint8_t* out = nullptr;       ///< target bytes
    bool fill = false;                 ///< source is `pattern` throughout
    std::uint8_t pattern = 0;
    std::shared_ptr<const core::CarriedObject> object;  ///< a message: one payload, never split

    /// What a kernel's command asks for.
    static DmaTransfer from(const DmaCopy& copy);
};

/// Why something ended before its time.
struct Failure {
    ErrorCode code = ErrorCode::kNone;
    std::uint64_t address = 0;
    std::string text;
};

struct DmaDone {
    DmaQueue queue = DmaQueue::kLoad;
    std::uint64_t token = 0;
    std::int32_t signal = -1;  ///< semaphore of this PE to signal now; -1 = none
    Failure failure;           ///< never of a kernel queue: these report by kernel_failed()
    std::array<core::Ps, core::kStages> stage{};  ///< of the payload that completed last
};

/// What the shell sends as one TLM transaction.
struct DmaPayload {
    std::uint32_t tag = 0;  ///< for complete()
    bool write = false;
    std::uint64_t pa = 0;
    std::uint64_t va = 0;  ///< 0 for physical access
    core::Bytes bytes = 0;
    std::int32_t semaphore = -1;
    std::uint8_t* data = nullptr;
    core::Ps issued = 0;
    core::Ps translated = 0;
    const DmaTransfer* transfer = nullptr;  ///< null for a page walk's read
};

class Dma {
   public:
    /// The references outlive the object.
    Dma(const PeConfig& config, const core::ClockDomain& clock,
        const interconnect::AddressMap& addresses, mmu::PeMmu& mmu, Tcm& tcm);

    /// True when the queue has issued all of its newest descriptor.
    bool can_accept(DmaQueue queue) const;
    /// Starts a descriptor. Needs can_accept.
    void submit(core::Ps now, DmaQueue queue, DmaTransfer transfer);

    /// The payload the port shall send at `now`; false when none is ready.
    bool next(core::Ps now, DmaPayload& payload);
    /// The response of payload `tag`. `ok` is TLM's status, `fault` the extension's.
    void complete(core::Ps now, std::uint32_t tag, bool ok, core::Fault fault,
                  const std::array<core::Ps, core::kStages>& stage);
    /// Time after `now` at which something happens by itself; kNever when nothing does.
    core::Ps next_event(core::Ps now) const;
    /// Ends local copies that are due.
    void advance(core::Ps now);
    /// Whether the last of `bytes` > 0 bytes from the side's address on exists.
    bool reaches(const DmaSide& side, core::Bytes bytes) const;
    /// Looks up again what waits for a page: call after a change of mappings.
    void retry_translations(core::Ps now);

    /// Completions, per queue in order; the caller clears them.
    std::vector<DmaDone>& done() { return done_; }

    /// Set when a kernel queue met a fault; stays until clear_failure().
    bool kernel_failed() const { return failure_.code != ErrorCode::kNone; }
    const Failure& failure() const { return failure_; }
    void clear_failure() { failure_ = {}; }
    /// Drops what the kernel queues hold; payloads under way still return.
    void abort_kernel();
    /// No kernel queue holds anything.
    bool kernel_quiet() const;

    bool idle() const;
    std::string describe_state() const;

    /// What a queue does, in the order of trace labels.
    enum class State : std::uint8_t { kIdle, kData, kNoSlot, kTranslation, kPort };
    static constexpr int kStates = 5;
    State state(DmaQueue queue, core::Ps now) const;
    /// Notes the states of the engines' queues; call once per step, after next().
    void account(core::Ps now);
    /// Time a queue spent in a state up to `now`.
    core::Ps time_in(DmaQueue queue, State state, core::Ps now) const;
    std::int64_t outstanding(DmaQueue queue) const { return queue_of(queue).in_flight; }

    struct Counters {
        std::int64_t descriptors = 0;
        std::int64_t payloads = 0;
        std::int64_t walk_reads = 0;
        core::Bytes read_bytes = 0;   ///< from memory, page walks not counted
        core::Bytes write_bytes = 0;  ///< to memory
        core::Bytes local_bytes = 0;  ///< within the TCM
        core::Bytes tcm_bytes = 0;    ///< traffic of the TCM, for energy
    };
    const Counters& counters(DmaQueue queue) const { return queue_of(queue).counters; }
    void register_stats(core::StatGroup& stats) const;

   private:
    enum class Flow : std::uint8_t { kRead, kWrite, kCopy, kLocal };

    /// A descriptor from its start to its completion. Its bytes count from 0 to total, row by row.
    struct Active {
        DmaTransfer transfer;
        Flow flow = Flow::kLocal;
        bool source_flat = true;  // rows follow each other without gaps
        bool target_flat = true;
        core::Bytes total = 0;
        core::Bytes issued = 0;     // read, or written from TCM or buffer
        core::Bytes unwritten = 0;  // kCopy: bytes whose write has not been prepared
        core::Bytes finished = 0;
        std::int32_t in_flight = 0;  // payloads
        core::Ps since = 0;
        Failure failure;
        std::array<core::Ps, core::kStages> stage{};

        std::uint64_t address(bool target, core::Bytes linear) const;
        core::Bytes run_left(bool target, core::Bytes linear) const;
    };
    /// The buffer of a payload, or of a read and the writes that follow it.
    struct Slot {
        std::uint64_t sequence = 0;  // of its descriptor
        core::Bytes linear = 0;      // first byte within the descriptor
        core::Bytes bytes = 0;
        core::Bytes written = 0;       // kCopy: prepared as writes
        std::int32_t writes_open = 0;  // prepared and not acknowledged
        bool reading = false;
        std::uint64_t address = 0;  // of the last payload, for fault reports: VA or PA
        core::Ps since = 0;         // kCopy: when its data arrived
        std::vector<std::uint8_t> data;
    };
    /// The next payload of a queue.
    struct Prepared {
        bool valid = false;
        bool write = false;
        bool last = false;  // waits until all others of its descriptor have been acknowledged
        std::int32_t slot = -1;
        std::uint64_t pa = 0;
        std::uint64_t va = 0;
        core::Bytes bytes = 0;
        core::Bytes offset = 0;  // within the slot
        core::Ps issued = 0;
        core::Ps ready = 0;
    };
    struct Walk {
        bool active = false;
        bool in_flight = false;
        bool write = false;
        std::uint64_t va = 0;
        std::int64_t level = 0;
        core::Ps ready = 0;
    };
    /// A translation that is known before the payload that needs it.
    struct Pending {
        bool valid = false;
        bool write = false;
        std::uint64_t va = 0;
        core::Ps ready = 0;
        mmu::Translation translation;
    };
    struct Queue {
        std::vector<Active> ring;  // by sequence modulo size
        std::uint64_t head = 0;    // oldest not completed
        std::uint64_t tail = 0;    // one behind the newest
        bool splitting = false;    // the newest has bytes to issue
        bool aborting = false;
        bool page_wait = false;
        core::Ps local_end = core::kNever;
        core::Ps lookup_free = 0;
        std::vector<std::int32_t> free_slots;
        std::vector<std::int32_t> to_write;  // kCopy: slots whose data arrived, oldest first
        std::size_t to_write_head = 0;
        Prepared prepared;
        Walk walk;
        Pending pending;
        std::int32_t in_flight = 0;  // payloads without those of walks
        State state = State::kIdle;
        core::Ps state_since = 0;
        std::array<core::Ps, kStates> spent{};
        Counters counters;

        Active& at(std::uint64_t sequence) { return ring[sequence % ring.size()]; }
        const Active& at(std::uint64_t sequence) const { return ring[sequence % ring.size()]; }
        bool has_write() const { return to_write_head < to_write.size(); }
    };
    /// A run of bytes the port can move at once; `bytes` comes in as the limit.
    struct Piece {
        std::uint64_t pa = 0;
        core::Bytes bytes = 0;
        core::Ps ready = 0;
    };
    struct Access {
        std::uint64_t va = 0;
        bool write = false;
        bool first = false;  // of its descriptor
    };
    Queue& queue_of(DmaQueue queue) { return queues_[static_cast<std::size_t>(queue)]; }
    const Queue& queue_of(DmaQueue queue) const { return queues_[static_cast<std::size_t>(queue)]; }
    Slot& slot_of(int q, std::int32_t slot) {
        return slots_[static_cast<std::size_t>(q * slots_per_queue_ + slot)];
    }

    Queue& queue_at(int q) { return queues_[static_cast<std::size_t>(q)]; }
    const Queue& queue_at(int q) const { return queues_[static_cast<std::size_t>(q)]; }

    // dma_split.cpp: from descriptors to prepared payloads.
    std::string check(const DmaTransfer& transfer) const;
    bool side_fits(const DmaSide& side, const DmaTransfer& transfer) const;
    static void lay_out(core::Ps now, Active& active);
    void prepare(int q, core::Ps now);
    void prepare_data(int q, core::Ps now);
    void prepare_write_back(int q, core::Ps now);
    void set_prepared(int q, std::int32_t slot, bool write, bool last, std::uint64_t address,
                      core::Ps now, const Piece& piece);
    bool may_signal(int q, std::uint64_t sequence, std::uint64_t pa);
    bool find_piece(int q, std::uint64_t sequence, const DmaSide& side, std::uint64_t address,
                    bool first, core::Ps since, core::Ps now, Piece& piece);
    bool find_virtual(int q, std::uint64_t sequence, const Access& access, core::Ps since,
                      core::Ps now, Piece& piece);
    bool bound_by_map(int q, std::uint64_t sequence, std::uint64_t address, std::uint64_t pa,
                      core::Bytes& limit);
    bool translate(int q, std::uint64_t sequence, const Access& access, core::Bytes found,
                   core::Ps& lookup, core::Ps now, Pending& result);
    void gather(const Active& active, core::Bytes linear, core::Bytes bytes,
                std::uint8_t* out) const;
    void scatter(const Active& active, core::Bytes linear, core::Bytes bytes,
                 const std::uint8_t* in);
    bool carries_data(const Active& active) const;

    // dma.cpp: from payloads to completions.
    bool issuable(const Queue& queue, core::Ps now) const;
    void emit_prepared(int q, core::Ps now, DmaPayload& payload);
    void emit_walk(int q, DmaPayload& payload);
    void complete_walk(int q, core::Ps now, bool ok, core::Fault fault);
    void complete_copy(int q, std::int32_t slot, core::Ps now);
    void finish_slot(int q, std::int32_t slot);
    void finish_local(int q);
    void retire(int q);

    // dma_faults.cpp
    static Failure refused(int q, core::Fault fault, std::uint64_t address);
    void fail(int q, std::uint64_t sequence, Failure why);
    void fail_alone(int q, std::uint64_t sequence, Failure why);
    void abort(int q);
    void settle_abort(int q);
    void free_all_slots(Queue& queue) const;

    const PeConfig& config_;
    const core::ClockDomain& clock_;
    const interconnect::AddressMap& addresses_;
    mmu::PeMmu& mmu_;
    Tcm& tcm_;
    std::int32_t slots_per_queue_;
    std::array<Queue, kDmaQueues> queues_;
    std::vector<Slot> slots_;
    std::vector<DmaDone> done_;
    Failure failure_;
    int last_granted_ = 0;
};

}  // namespace strata::models
