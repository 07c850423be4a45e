// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One PE between a memory and a sender of messages:
//   InitiatorTester → checker → PE.inbox    PE.port → checker → local addresses → TargetTester
// Everything the PE sends ends at the TargetTester, answers to the M_CPU too.

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "core/component.h"
#include "core/energy.h"
#include "core/payload.h"
#include "core/stats.h"
#include "models/pe/code_directory.h"
#include "models/pe/processing_element.h"
#include "tests/pe/dma_bench.h"
#include "tests/support/tlm_testers.h"

namespace strata::models {

/// Fills in the local address as the network does: DRAM first, NAND behind it.
class LocalAddresses : public sc_core::sc_module {
   public:
    explicit LocalAddresses(const sc_core::sc_module_name& module_name);
    tlm_utils::simple_target_socket<LocalAddresses> in;
    tlm_utils::simple_initiator_socket<LocalAddresses> out;
    static std::uint64_t local(std::uint64_t pa);

   private:
    tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                               sc_core::sc_time& delay);
    tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                sc_core::sc_time& delay);
};

class PeBench {
   public:
    struct Options {
        bool functional = false;
        core::Ps accept = 0;
        core::Ps latency = 100'000;
        PeConfig pe = pe_config();
        mmu::MmuConfig mmu = mmu_config();
    };
    explicit PeBench(const Options& options);
    PeBench() : PeBench(Options{}) {}

    /// Sends a request at `time`; answers are found by the returned request id.
    std::uint64_t send(core::Ps time, Request request);
    /// Registers the kernel as deployed at `pa` and launches it at `time`.
    std::uint64_t launch(core::Ps time, Kernel kernel, std::uint64_t pa = dram(0));
    void map_pages(std::uint64_t va, std::uint64_t pa, core::Bytes size, bool writable = true);
    void run();

    /// The answer to a request; fails the test and yields an empty one when there is none.
    Response answer(std::uint64_t request_id) const;
    core::Ps answered_at(std::uint64_t request_id) const;
    bool has_answer(std::uint64_t request_id) const { return find(request_id) != nullptr; }
    /// Transactions at the memory without messages and page walks.
    std::vector<test::TargetTester::Arrival> traffic() const;
    unsigned char& byte(std::uint64_t pa) {
        return memory.bytes()[static_cast<std::size_t>(LocalAddresses::local(pa))];
    }

    core::StatGroup stats;
    core::EnergyLedger energy;
    core::PayloadPool pool;
    core::Services services;
    core::ClockDomain clock;
    interconnect::AddressMap map;
    CodeDirectory code;
    ProcessingElement pe;
    test::InitiatorTester sender;
    test::TargetTester memory;
    test::ProtocolChecker inbox_checker;
    test::ProtocolChecker port_checker;
    LocalAddresses addresses;

   private:
    const test::TargetTester::Arrival* find(std::uint64_t request_id) const;
    std::uint64_t next_request_ = 1;
};

/// A kernel with one command per call; waits as {engine or semaphore, value}.
class KernelBuilder {
   public:
    KernelBuilder& add(Engine engine, std::variant<DmaCopy, Gemm, VectorOp> op,
                       std::vector<Wait> waits = {});
    Kernel kernel;
};
inline Wait after(Engine engine, std::int64_t count) {
    return {static_cast<std::int32_t>(engine), count};
}

}  // namespace strata::models
