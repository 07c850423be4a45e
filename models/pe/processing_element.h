// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Processing element: PE_CPU endpoint, command processor, PE_MMU, DMA, matrix and vector engine,
// TCM. A thin SystemC shell around the SystemC-free classes of this folder.
//
// Modelled, not modelled, timings: see the headers of the parts. One SC_METHOD and one event drive
// all of them, so that cost grows with transactions.
// Sockets: `port` (initiator, AT, one open BEGIN_REQ) and `inbox` (target, AT), both for the Noc;
// transport_dbg of `inbox` reaches the TCM. No b_transport.
// Units: ps, bytes.

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <deque>
#include <string>
#include <systemc>
#include <tlm>

#include "core/address.h"
#include "core/component.h"
#include "core/payload.h"
#include "core/wake_up.h"
#include "interconnect/address_map.h"
#include "mmu/pe_mmu.h"
#include "models/cpu/dma_probe.h"
#include "models/pe/code_directory.h"
#include "models/pe/command_processor.h"
#include "models/pe/dma.h"
#include "models/pe/pe_config.h"
#include "models/pe/pe_endpoint.h"
#include "models/pe/pe_inbox.h"
#include "models/pe/pe_probe.h"
#include "models/pe/tcm.h"

namespace strata::models {

class ProcessingElement : public sc_core::sc_module, public core::Component, public DmaProbe {
   public:
    SC_HAS_PROCESS(ProcessingElement);
    /// Path, statistics and energy block are named `place.str()`. The references outlive the
    /// module.
    ProcessingElement(const sc_core::sc_module_name& module_name, const PeConfig& config,
                      const mmu::MmuConfig& mmu_config, const core::Place& place,
                      const interconnect::AddressMap& addresses, const core::ClockDomain& clock,
                      CodeDirectory& code, core::Services& services);
    ~ProcessingElement() override;

    tlm_utils::simple_initiator_socket<ProcessingElement> port;
    tlm_utils::simple_target_socket<ProcessingElement> inbox;

    /// The network whose collective groups CollectiveMap messages to this PE set up.
    void connect(interconnect::GroupControl& groups) { endpoint_.connect(groups); }

    const core::Place& place() const { return place_; }
    bool idle() const override;
    /// Per stream: next command, what it waits for, outstanding payloads.
    std::string describe_state() const override;

    /// Parts of the result: dma, translation, port, request_network, target_queue, service,
    /// response_network, completion; of the payload that completed last.
    void inject(const PeDma& transfer, Done done) override;

    /// Raw counters since the start, for the monitor.
    struct Utilisation {
        core::Ps matrix_busy = 0;
        core::Ps vector_busy = 0;
        std::array<core::Ps, 3> dma_busy{};  ///< load, store, prefetch: not idle
        std::int64_t macs = 0;
        core::Bytes read_bytes = 0;  ///< by the kernel queues, from memory
        core::Bytes write_bytes = 0;
    };
    Utilisation utilisation(core::Ps now) const;
    /// Between two slices of the simulation: brings the energy ledger up to `now`.
    void settle(core::Ps now);
    /// Call after the clock changed at `now`, between two slices: work in progress takes it over at
    /// the next edge.
    void clock_changed(core::Ps now, core::Frequency before);

    // For tests and reports.
    Tcm& tcm() { return tcm_; }
    mmu::PeMmu& mmu() { return mmu_; }
    const Dma& dma() const { return dma_; }
    const CommandProcessor& commands() const { return commands_; }

   private:
    using Payload = tlm::tlm_generic_payload;
    struct Arrival {
        Payload* payload;
        core::Ps time;
    };
    struct Energy {
        std::array<core::EnergyLedger::EventId, kDataTypes> mac{};
        core::EnergyLedger::EventId vector_op = 0;
        core::EnergyLedger::EventId tcm_bit = 0;
        std::array<std::int64_t, kDataTypes> macs_booked{};
        std::int64_t vector_booked = 0;
        core::Bytes tcm_booked = 0;
    };

    tlm::tlm_sync_enum port_backward(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
    tlm::tlm_sync_enum inbox_forward(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
    unsigned int inbox_debug(Payload& payload);
    void end_request(const Payload& payload, core::Ps time);
    void step();
    void take_responses(core::Ps now);
    void run_parts(core::Ps now);
    void deliver_done(core::Ps now);
    void issue(core::Ps now);
    void send(core::Ps now, const DmaPayload& next);
    void schedule(core::Ps now);
    core::Bytes tcm_traffic() const;
    void book_energy(const CommandProcessor::Counters& left);
    void update_trace(core::Ps now);
    void register_energy();
    void register_trace();

    PeConfig config_;
    core::Place place_;
    const core::ClockDomain& clock_;
    Tcm tcm_;
    mmu::PeMmu mmu_;
    Dma dma_;
    PeProbe probe_;
    CommandProcessor commands_;
    PeEndpoint endpoint_;
    PeInbox inbox_logic_;

    core::WakeUp wake_;
    Payload* open_request_ = nullptr;  // BEGIN_REQ without END_REQ
    core::Ps port_free_ = 0;           // next payload not before
    std::deque<Arrival> arrivals_;     // responses
    core::Histogram latency_;          // issue → response, of every payload
    Energy energy_;
    bool traced_ = false;
    std::array<core::TraceSignal, kEngines> engine_trace_;
    std::array<core::TraceSignal, 3> outstanding_trace_;
    std::array<std::int64_t, kEngines> traced_state_{};
    std::array<std::int64_t, 3> traced_outstanding_{};
};

}  // namespace strata::models
