// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The line on stderr while a run goes on: simulated time, rate, share done, time left.

#include "core/units.h"
#include "platform/platform.h"
#include "runtime/workload/driver.h"

namespace strata::platform {

class Progress {
   public:
    /// Shows nothing unless `wanted` and stderr is a terminal.
    Progress(const Platform& platform, const runtime::PreparedWorkload& workload, bool wanted);

    void show(core::Ps now, double wall_s);
    /// Clears the line.
    void done();

   private:
    const Platform& platform_;
    bool enabled_;
    bool shown_ = false;
    double expected_bytes_ = 0.0;  ///< NAND and DRAM traffic of the whole workload; 0 = unknown
};

}  // namespace strata::platform
