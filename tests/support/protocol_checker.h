// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands between an initiator socket and a target socket, passes everything on unchanged, and
// throws ModelError on any breach of the base protocol as Strata uses it:
// - one open BEGIN_REQ and one open BEGIN_RESP per socket;
// - the phases of a transaction in order, each once, none left out, none in the wrong direction;
//   no early completion; END_RESP may be the return value TLM_COMPLETED of BEGIN_RESP;
// - nobody changes command, address, length, data pointer or byte enables on the way;
// - the payload has a memory manager and is held by its initiator until END_RESP;
// - a response has a status.

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <map>
#include <string>
#include <systemc>
#include <tlm>

#include "core/units.h"

namespace strata::test {

class ProtocolChecker : public sc_core::sc_module {
   public:
    tlm_utils::simple_target_socket<ProtocolChecker> target_socket;        ///< faces the initiator
    tlm_utils::simple_initiator_socket<ProtocolChecker> initiator_socket;  ///< faces the target

    explicit ProtocolChecker(const sc_core::sc_module_name& name);

    /// Binds `initiator` → this → `target`.
    template <typename Initiator, typename Target>
    void between(Initiator& initiator, Target& target) {
        initiator.bind(target_socket);
        initiator_socket.bind(target);
    }

    std::int64_t completed() const { return completed_; }
    std::size_t open() const { return open_.size(); }
    /// Call after the run: throws when a transaction has not ended.
    void check_finished() const;

   private:
    enum class State { kRequest, kAccepted, kResponse };
    struct Transaction {
        State state = State::kRequest;
        core::Ps begin = 0;
        tlm::tlm_command command = tlm::TLM_IGNORE_COMMAND;
        std::uint64_t address = 0;
        unsigned length = 0;
        const unsigned char* data = nullptr;
        const unsigned char* byte_enables = nullptr;
    };
    using Payload = tlm::tlm_generic_payload;

    tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay);
    void b_transport(Payload& payload, sc_core::sc_time& delay);
    unsigned transport_dbg(Payload& payload);

    void begin_request(Payload& payload);
    void end_request(Payload& payload);
    void begin_response(Payload& payload);
    void end_response(Payload& payload);
    void check_return(Payload& payload, const tlm::tlm_phase& sent, tlm::tlm_sync_enum answer,
                      const tlm::tlm_phase& phase);
    Transaction& find(const Payload& payload, const char* phase);
    [[noreturn]] void fail(const Payload& payload, const std::string& what) const;

    std::map<const Payload*, Transaction> open_;
    const Payload* open_request_ = nullptr;
    const Payload* open_response_ = nullptr;
    std::int64_t completed_ = 0;
};

}  // namespace strata::test
