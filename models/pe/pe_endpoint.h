// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control endpoint of a PE (PE_CPU), free of SystemC: executes the requests that reach its
// mailbox, one after the other, and answers each.
//
// Modelled: bounded inbox; cost per message kind; memory operations through the DMA's physical path
// (same network port, no MMU); kernels run beside later messages and answer when they end.
// Not modelled: the endpoint's instructions (a fixed count of cycles stands for them).
// Source of timings: PeConfig::endpoint (assumptions). Units: ps, bytes.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/component.h"
#include "core/units.h"
#include "interconnect/group_control.h"
#include "mmu/pe_mmu.h"
#include "models/cpu/message.h"
#include "models/pe/code_directory.h"
#include "models/pe/command_processor.h"
#include "models/pe/dma.h"
#include "models/pe/pe_probe.h"

namespace strata::models {

class PeEndpoint {
   public:
    using Message = std::shared_ptr<const RequestMessage>;

    /// The parts it commands; they outlive it.
    struct Parts {
        mmu::PeMmu& mmu;
        Dma& dma;
        PeProbe& probe;
        CommandProcessor& commands;
        CodeDirectory& code;
    };
    PeEndpoint(const PeConfig& config, const core::ClockDomain& clock, const core::Place& place,
               bool functional, const Parts& parts);

    /// The network whose collective groups it sets up; without one it refuses to.
    void connect(interconnect::GroupControl& groups) { groups_ = &groups; }

    std::size_t queued() const { return inbox_.size(); }
    void push(Message message) { inbox_.push_back(std::move(message)); }
    /// Takes a completion of the physical or the message queue.
    void done(const DmaDone& done);
    void step(core::Ps now);
    core::Ps next_event() const { return busy_until_; }

    bool idle() const;
    std::string describe_state() const;

    struct Counters {
        std::int64_t messages = 0;
        std::int64_t errors = 0;  ///< answers with success = false
        core::Ps busy = 0;        ///< decoding and answering
    };
    const Counters& counters() const { return counters_; }
    void register_stats(core::StatGroup& stats) const;

   private:
    core::Ps cost(const Request& request) const;
    void execute(core::Ps now);
    void execute(core::Ps now, const MemoryWrite& write);
    void execute(core::Ps now, const MemoryRead& read);
    void execute(core::Ps now, const PeDma& probe);
    void execute(core::Ps now, const KernelLaunch& launch);
    void execute(core::Ps now, const MmuMap& map);
    void execute(core::Ps now, const MmuUnmap& unmap);
    void execute(core::Ps now, const CollectiveMap& map);
    void execute(core::Ps now, const CollectiveUnmap& unmap);
    void launch_deployed(core::Ps now, const KernelRef& kernel);
    void launch_builtin(core::Ps now, const KernelLaunch& launch);

    std::uint64_t own_address(std::uint64_t pa) const;
    DmaSide memory_side(std::uint64_t pa) const;
    void move(core::Ps now, DmaTransfer transfer);
    void note_written(const MemoryWrite& write);
    void finish_mapping(core::Ps now, const mmu::MapResult& result);
    void finish_groups(const interconnect::GroupResult& result);
    void answer(const Message& to, Response response);
    void answer_current(Response response);
    void send_answers(core::Ps now);

    const PeConfig& config_;
    const core::ClockDomain& clock_;
    core::Place place_;
    bool functional_;
    Parts parts_;
    interconnect::GroupControl* groups_ = nullptr;

    std::deque<Message> inbox_;
    Message current_;   // in work
    Message launched_;  // its kernel runs
    core::Ps busy_until_ = core::kNever;
    std::shared_ptr<std::vector<std::uint8_t>> read_bytes_;
    std::deque<std::pair<core::Place, std::shared_ptr<const ResponseMessage>>> answers_;
    Counters counters_;
};

}  // namespace strata::models
