// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Processing element: PE_CPU endpoint, command processor, PE_MMU, DMA, matrix and vector engine,
// TCM. A thin SystemC shell around the SystemC-free classes of this folder.
//
// Modelled, not modelled, timings: see the headers of the parts. One SC_METHOD and one event drive
// all of them, so that cost grows with transactions.
// Sockets: `port` (initiator, AT, one open BEGIN_REQ) and `inbox` (target, AT), both for the Noc.
// Units: ps, bytes.

#include <deque>
#include <functional>
#include <string>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "core/address.h"
#include "core/component.h"
#include "core/payload.h"
#include "interconnect/address_map.h"
#include "mmu/pe_mmu.h"
#include "models/pe/code_directory.h"
#include "models/pe/command_processor.h"
#include "models/pe/dma.h"
#include "models/pe/pe_config.h"
#include "models/pe/pe_endpoint.h"
#include "models/pe/pe_inbox.h"
#include "models/pe/tcm.h"

namespace strata::models {

class ProcessingElement : public sc_core::sc_module, public core::Component {
   public:
    /// Path, statistics and energy block are named `place.str()`. The references outlive the module.
    ProcessingElement(sc_core::sc_module_name name, const PeConfig& config,
                      const mmu::MmuConfig& mmu_config, const core::Place& place,
                      const interconnect::AddressMap& addresses, core::ClockDomain& clock,
                      CodeDirectory& code, core::Services& services);
    ~ProcessingElement() override;

    tlm_utils::simple_initiator_socket<ProcessingElement> port;
    tlm_utils::simple_target_socket<ProcessingElement> inbox;

    const core::Place& place() const { return place_; }
    bool idle() const override;
    /// Per stream: next command, what it waits for, outstanding payloads.
    std::string describe_state() const override;

    /// Called for every PeDma that has ended.
    void set_probe_listener(std::function<void(const ProbeRecord&)> listener) {
        endpoint_.set_probe_listener(std::move(listener));
    }

    /// Raw counters since the start, for the monitor.
    struct Utilisation {
        core::Ps matrix_busy = 0;
        core::Ps vector_busy = 0;
        std::array<core::Ps, 3> dma_busy{};  ///< load, store, prefetch: not idle
        std::int64_t macs = 0;
        core::Bytes read_bytes = 0;   ///< by the kernel queues, from memory
        core::Bytes write_bytes = 0;
    };
    Utilisation utilisation(core::Ps now) const;

    Tcm& tcm() { return tcm_; }
    mmu::PeMmu& mmu() { return mmu_; }
    const CommandProcessor& commands() const { return commands_; }

   private:
    struct Arrival {
        tlm::tlm_generic_payload* payload;
        core::Ps time;
    };
    struct Energy {
        std::array<core::EnergyLedger::EventId, 7> mac{};
        core::EnergyLedger::EventId vector_op = 0;
        core::EnergyLedger::EventId tcm_bit = 0;
        std::array<std::int64_t, 7> macs_booked{};
        std::int64_t vector_booked = 0;
        core::Bytes tcm_booked = 0;
    };

    tlm::tlm_sync_enum port_backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
    tlm::tlm_sync_enum inbox_forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
    void wake_at(core::Ps time);
    void step();
    void take_responses(core::Ps now);
    void run_parts(core::Ps now);
    void deliver_done(core::Ps now);
    void issue(core::Ps now);
    void send(core::Ps now, const DmaPayload& next);
    void book(core::Ps now);
    void book_energy();
    void schedule(core::Ps now);
    void register_all();
    core::Bytes tcm_traffic() const;

    PeConfig config_;
    core::Place place_;
    core::ClockDomain& clock_;
    Tcm tcm_;
    mmu::PeMmu mmu_;
    Dma dma_;
    CommandProcessor commands_;
    PeEndpoint endpoint_;
    PeInbox inbox_logic_;

    sc_core::sc_event wake_;
    tlm::tlm_generic_payload* open_request_ = nullptr;  // BEGIN_REQ without END_REQ
    core::Ps port_free_ = 0;                            // next payload not before
    std::deque<Arrival> arrivals_;
    core::Histogram latency_;
    Energy energy_;
    std::array<core::TraceSignal, kEngines> engine_trace_;
    std::array<core::TraceSignal, 3> outstanding_trace_;
    std::array<std::int64_t, kEngines> traced_state_{};
    std::array<std::int64_t, 3> traced_outstanding_{};
};

}  // namespace strata::models
