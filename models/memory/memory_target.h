// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A memory controller behind a TLM-2.0 socket.
//
// Modelled: the AT base protocol (BEGIN_REQ waits until the controller accepts, then END_REQ; one
// BEGIN_RESP at a time in order of completion); the blocking transport and the debug transport;
// stage times, faults and statistics; in functional mode the bytes themselves, which change in
// order of acceptance.
// Not modelled: byte enables, streaming widths below the length, DMI.
// Timings: the controller's. Units: ps, bytes.
//
// The address is the extension's local_address when a network delivered the payload
// (target_port >= 0), else the payload's own. Debug writes do not touch a NAND's page state.

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/component.h"
#include "core/diagnostics.h"
#include "core/payload.h"
#include "core/wake_up.h"
#include "models/memory/memory_controller.h"
#include "models/memory/sparse_store.h"

namespace strata::models {

struct MemoryTargetConfig {
    std::string path;         ///< component path; empty: the SystemC name
    std::string power_block;  ///< block of the energy ledger; empty: the path
};

class MemoryTarget : public sc_core::sc_module, public core::Component {
   public:
    SC_HAS_PROCESS(MemoryTarget);
    MemoryTarget(const sc_core::sc_module_name& name, const MemoryTargetConfig& config,
                 std::unique_ptr<MemoryController> controller, core::Services& services);

    tlm_utils::simple_target_socket<MemoryTarget> socket;

    MemoryController& controller() { return *controller_; }
    const MemoryController& controller() const { return *controller_; }
    /// Bytes of the requests that have finished without a fault.
    std::int64_t bytes_read() const { return bytes_[kRead]; }
    std::int64_t bytes_written() const { return bytes_[kWrite]; }

    bool idle() const override;
    std::string describe_state() const override;

   private:
    static constexpr std::size_t kRead = 0;
    static constexpr std::size_t kWrite = 1;
    static constexpr std::size_t kErase = 2;
    static constexpr std::size_t kNoSlot = ~std::size_t{0};

    // A transaction between its acceptance and the end of its response.
    struct Slot {
        std::size_t next = kNoSlot;  // in the list of responses or of free slots
        tlm::tlm_generic_payload* payload = nullptr;
        core::PayloadExtension* extension = nullptr;  // null: none (b_transport only)
        core::Ps arrival = 0;
        std::size_t kind = kRead;
        bool blocking = false;  // a b_transport call waits for it
        bool done = false;
    };

    tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    unsigned int transport_dbg(tlm::tlm_generic_payload& payload);

    void process();
    void collect_completions(core::Ps now);
    void accept_request(core::Ps now);
    void send_responses(core::Ps now);
    void close_response(core::Ps free_at);
    void schedule(core::Ps now);

    bool can_start(const tlm::tlm_generic_payload& payload) const;
    std::size_t start(tlm::tlm_generic_payload& payload, core::Ps arrival, core::Ps now,
                      bool blocking);
    void finish(std::size_t index, const MemoryCompletion& completion);
    void refuse(std::size_t index, tlm::tlm_response_status status);
    void respond_later(std::size_t index);
    void wake_blocking_calls();
    tlm::tlm_response_status check(const tlm::tlm_generic_payload& payload,
                                   const MemoryRequest& request) const;
    void move_bytes(tlm::tlm_generic_payload& payload, std::uint64_t address);
    void log_fault(const Slot& slot, core::Fault fault);
    std::size_t take_slot();
    void free_slot(std::size_t index);
    void trace_state(core::Ps now);
    void register_stats();

    std::unique_ptr<MemoryController> controller_;
    std::unique_ptr<SparseStore> store_;  // functional mode only
    core::WakeUp wake_;
    sc_core::sc_event blocking_progress_;  // for callers of b_transport
    std::int64_t blocking_calls_ = 0;      // of b_transport, waiting

    tlm::tlm_generic_payload* pending_ = nullptr;  // BEGIN_REQ without END_REQ
    core::Ps pending_since_ = 0;
    tlm::tlm_generic_payload* responding_ = nullptr;  // BEGIN_RESP without END_RESP
    core::Ps response_free_ = 0;
    std::vector<Slot> slots_;
    std::size_t free_ = kNoSlot;
    std::size_t response_head_ = kNoSlot;
    std::size_t response_tail_ = kNoSlot;
    std::size_t responses_ = 0;                  // waiting for their BEGIN_RESP
    std::vector<MemoryCompletion> completions_;  // scratch

    std::array<std::int64_t, 3> in_service_{};  // by kind
    std::array<std::int64_t, 3> finished_{};
    std::array<std::int64_t, 3> bytes_{};
    std::int64_t faults_ = 0;
    std::int64_t queue_max_ = 0;
    std::array<core::Histogram, 3> latency_;
    core::TraceSignal trace_state_;
    core::TraceSignal trace_queue_;
    std::int64_t traced_state_ = -1;
    std::int64_t traced_queue_ = -1;
};

}  // namespace strata::models
