// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Section `host` of a platform file.

#include <cstdint>

#include "core/config.h"
#include "core/units.h"

namespace strata::runtime {

struct HostConfig {
    core::Ps submit_latency = 200 * core::kNanosecond;      ///< per message, on the host
    core::Ps completion_latency = 300 * core::kNanosecond;  ///< answer in memory → program
    std::int64_t queue_depth = 64;                          ///< messages in flight
    core::Bytes chunk = 64 * core::kKiB;                    ///< data of one message at most
    bool log = false;                                       ///< keep a line per request

    static HostConfig parse(core::Section section);
};

}  // namespace strata::runtime
