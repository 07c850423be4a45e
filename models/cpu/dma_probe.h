// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the host injects a PeDma: at a PE's DMA, without the command path. Implemented by the PE
// (models/pe), registered with the host by the platform.

#include <functional>
#include <string>
#include <vector>

#include "core/units.h"
#include "models/cpu/message.h"

namespace strata::models {

/// What one injected transfer took.
struct ProbeResult {
    struct Part {
        std::string name;
        core::Ps duration = 0;
    };
    Response response;
    core::Ps latency = 0;     ///< from the injection to the last byte
    std::vector<Part> parts;  ///< in order of time; they add up to `latency`
};

class DmaProbe {
   public:
    using Done = std::function<void(const ProbeResult&)>;
    virtual ~DmaProbe() = default;

    /// Starts the transfer now; `done` is called once, at the simulated time of the last byte.
    /// Several may be in flight. A bad address yields a failed response, not an exception.
    virtual void inject(const PeDma& transfer, Done done) = 0;
};

}  // namespace strata::models
