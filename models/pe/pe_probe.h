// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Transfers injected at a PE's DMA without the command path: the probe that measures latency and
// bandwidth from a PE to a memory. Free of SystemC.
//
// Modelled: a real transfer through the DMA's queue for probes and the network port, by physical
// address, several at once; where its time went, by the stages of the payload that completed last.
// Not modelled: data (a writing probe moves no bytes, in functional mode too). Units: ps.

#include <cstdint>
#include <deque>
#include <string>

#include "core/units.h"
#include "models/cpu/dma_probe.h"
#include "models/pe/dma.h"

namespace strata::models {

class PeProbe {
   public:
    /// `dma` outlives the object.
    PeProbe(const core::Place& place, Dma& dma) : place_(place), dma_(dma) {}

    void inject(core::Ps now, const PeDma& transfer, DmaProbe::Done done);
    /// Takes a completion of the queue for probes.
    void done(core::Ps now, const DmaDone& done);
    /// Starts what waits for the queue.
    void step(core::Ps now);
    bool idle() const { return running_.empty() && waiting_.empty(); }

   private:
    struct Job {
        PeDma transfer;
        DmaProbe::Done done;
        core::Ps begin = 0;
    };
    core::Place place_;
    Dma& dma_;
    std::deque<Job> waiting_;
    std::deque<Job> running_;  // in the order of the queue
};

}  // namespace strata::models
