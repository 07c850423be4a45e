// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/pe/pe_probe.h"

#include <algorithm>
#include <array>
#include <utility>

namespace strata::models {

using core::Ps;

namespace {

/// Names of the time up to each stage.
constexpr std::array<const char*, core::kStages> kParts = {
    "dma", "translation", "port", "request_network", "target_queue", "service", "response_network"};

/// A stage that nobody set takes no time.
std::vector<ProbeResult::Part> parts_of(Ps begin, const std::array<Ps, core::kStages>& stage,
                                        Ps end) {
    std::vector<ProbeResult::Part> parts;
    Ps last = begin;
    for (std::size_t i = 0; i < stage.size(); ++i) {
        const Ps time = std::clamp(stage[i], last, end);
        parts.push_back({kParts[i], time - last});
        last = time;
    }
    parts.push_back({"completion", end - last});
    return parts;
}

}  // namespace

void PeProbe::inject(Ps now, const PeDma& transfer, DmaProbe::Done done) {
    waiting_.push_back({transfer, std::move(done), now});
}

void PeProbe::step(Ps now) {
    while (!waiting_.empty() && dma_.can_accept(DmaQueue::kProbe)) {
        running_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        const PeDma& job = running_.back().transfer;
        const DmaSide memory = {DmaSide::Kind::kPhysical, job.dst_pa, 0};
        const DmaSide nothing = {DmaSide::Kind::kBuffer, 0, 0};
        DmaTransfer transfer;
        transfer.source = job.is_write ? nothing : memory;
        transfer.target = job.is_write ? memory : nothing;
        transfer.row_bytes = job.nbytes;
        dma_.submit(now, DmaQueue::kProbe, std::move(transfer));
    }
}

void PeProbe::done(Ps now, const DmaDone& done) {
    Job job = std::move(running_.front());
    running_.pop_front();
    ProbeResult result;
    result.response.source = place_;
    if (done.failure.code != ErrorCode::kNone) {
        result.response =
            failure(place_, done.failure.code, done.failure.text, done.failure.address);
    }
    result.latency = now - job.begin;
    result.parts = parts_of(job.begin, done.stage, now);
    job.done(result);
}

}  // namespace strata::models
