// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "runtime/compiler/roofline.h"

namespace strata::platform {

Progress::Progress(const Platform& platform, const runtime::PreparedWorkload& workload, bool wanted)
    : platform_(platform), enabled_(wanted && isatty(STDERR_FILENO) != 0) {
    if (enabled_ && workload.lowered.code) {
        const auto traffic =
            runtime::count_traffic(*workload.lowered.code, workload.compiled.mapping);
        expected_bytes_ = static_cast<double>(traffic.nand_read + traffic.dram_read) *
                          static_cast<double>(workload.launches);
    }
}

void Progress::show(core::Ps now, double wall_s) {
    if (!enabled_ || wall_s <= 0.0) {
        return;
    }
    std::string line =
        fmt::format("{:10.1f} us simulated  {:7.1f} us/s", static_cast<double>(now) * 1e-6,
                    static_cast<double>(now) * 1e-6 / wall_s);
    if (expected_bytes_ > 0.0) {
        const Activity activity = platform_.activity();
        const double share = std::min(
            1.0, static_cast<double>(activity.nand.read + activity.dram.read) / expected_bytes_);
        line += fmt::format("  {:5.1f} %", 100.0 * share);
        if (share > 0.01) {
            line += fmt::format("  {:.0f} s left", wall_s * (1.0 - share) / share);
        }
    }
    std::fprintf(stderr, "\r%-78s", line.c_str());
    std::fflush(stderr);
    shown_ = true;
}

void Progress::done() {
    if (shown_) {
        std::fprintf(stderr, "\r%-78s\r", "");
        std::fflush(stderr);
    }
}

}  // namespace strata::platform
