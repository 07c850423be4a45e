// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The waveform of a flash device, on change: what the array of every plane does (reads of a plane
// whose program or erase is suspended show as reads), and what every channel's bus carries (with
// commands on wires of their own: data only).

#include "models/memory/nand/flash_device.h"

namespace strata::models {

namespace {
enum PlaneState : std::int64_t { kIdle, kReading, kProgramming, kErasing, kSuspended };

PlaneState state_of(FlashCommand command) {
    if (command == FlashCommand::kErase) {
        return kErasing;
    }
    return flash_programs(command) ? kProgramming : kReading;
}
}  // namespace

void FlashDevice::register_waveform(core::TraceSink* sink, const std::string& path) {
    if (sink == nullptr) {
        return;
    }
    const FlashGeometry& g = config_.geometry;
    for (std::int64_t i = 0; i < g.channels; ++i) {
        bus_waveform_.push_back(core::trace_enum(sink, path + ".channel" + std::to_string(i), "bus",
                                                 {"idle", "command", "data_in", "data_out"}));
    }
    for (std::int64_t i = 0; i < g.total_planes(); ++i) {
        const FlashAddress a = g.locate(i * g.blocks * g.pages);
        const std::string scope = path + ".channel" + std::to_string(a.channel) + ".chip" +
                                  std::to_string(a.chip) + ".die" + std::to_string(a.die);
        waveform_.push_back(
            core::trace_enum(sink, scope, "plane" + std::to_string(a.plane),
                             {"idle", "reading", "programming", "erasing", "suspended"}));
    }
}

void FlashDevice::show_state(core::Ps time, std::int64_t plane_index) const {
    const Plane& p = plane(plane_index);
    const PlaneState state = p.job != kNone         ? state_of(job(p.job).command)
                             : p.suspended != kNone ? kSuspended
                                                    : kIdle;
    waveform_[static_cast<std::size_t>(plane_index)].set(time, state);
}

void FlashDevice::show_bus(std::int64_t channel_index, core::Ps start, core::Ps end,
                           BusState state) const {
    if (!bus_waveform_.empty() && end > start) {
        const core::TraceSignal& signal = bus_waveform_[static_cast<std::size_t>(channel_index)];
        signal.set(start, state);
        signal.set(end, kBusIdle);
    }
}

}  // namespace strata::models
