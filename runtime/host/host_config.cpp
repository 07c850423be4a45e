// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/host/host_config.h"

namespace strata::runtime {

HostConfig HostConfig::parse(core::Section section) {
    HostConfig c;
    // Assumption: write a descriptor, ring a doorbell (two posted stores).
    c.submit_latency = section.time("submit_latency", c.submit_latency);
    // Assumption: the driver polls a completion entry in host memory.
    c.completion_latency = section.time("completion_latency", c.completion_latency);
    // Assumption: a small NVMe-like ring.
    c.queue_depth = section.integer("queue_depth", c.queue_depth, {1, 65536});
    // Assumption: long enough that the wire time of a chunk exceeds the cost of its message.
    c.chunk = section.size("chunk", c.chunk, {64, 1 << 30});
    c.log = section.boolean("log", c.log);
    section.finish();
    return c;
}

}  // namespace strata::runtime
