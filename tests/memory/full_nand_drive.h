// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Configurations and loops for tests of the full NAND model.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/random.h"
#include "models/memory/nand/full_nand.h"
#include "tests/memory/drive.h"

namespace strata::test {

/// A preset cut down to a few blocks of few pages, one channel.
inline models::FullNandConfig small_nand(const std::string& preset, std::int32_t blocks = 16,
                                         std::int32_t pages = 16) {
    models::FullNandConfig c = models::load_full_nand_preset(
        std::string(STRATA_SOURCE) + "/configs/presets/nand/" + preset + ".yaml");
    c = c.one_channel();
    c.device.geometry.blocks = blocks;
    c.device.geometry.pages = pages;
    c.ftl.over_provisioning = 0.5;
    c.ftl.gc = {};  // for few blocks
    c.ftl.mapping = c.ftl.mapping == "zone" ? "zone" : "page";
    c.queue_depth = 1 << 16;
    return c;
}

/// What a run came to.
struct NandRunResult {
    core::Ps end = 0;
    std::vector<core::Ps> latency;  ///< by request
    std::vector<core::Ps> ends;     ///< in order of ending
    std::int64_t faults = 0;

    double mean_latency() const {
        double sum = 0.0;
        for (const core::Ps value : latency) {
            sum += static_cast<double>(value);
        }
        return sum / static_cast<double>(latency.size());
    }
    core::Ps quantile(double q) {
        std::sort(latency.begin(), latency.end());
        return latency[static_cast<std::size_t>(q * static_cast<double>(latency.size() - 1))];
    }
};

using NextRequest = std::function<models::MemoryRequest(std::int64_t number)>;

/// `count` requests, `depth` of them under way at all times.
inline NandRunResult closed_loop(models::FullNand& nand, std::int64_t depth, std::int64_t count,
                                 const NextRequest& next) {
    NandRunResult result;
    result.latency.resize(static_cast<std::size_t>(count));
    std::int64_t sent = 0;
    std::int64_t over = 0;
    core::Ps now = 0;
    Completions done;
    while (over < count) {
        while (sent < count && sent - over < depth) {
            models::MemoryRequest request = next(sent);
            request.id = static_cast<std::uint64_t>(sent);
            result.latency[static_cast<std::size_t>(sent++)] = now;
            nand.submit(now, request);
        }
        now = nand.next_event();
        if (now == core::kNever) {
            ADD_FAILURE() << "stands still: " << nand.describe_state();
            return result;
        }
        done.clear();
        nand.advance(now, done);
        for (const models::MemoryCompletion& c : done) {
            core::Ps& latency = result.latency[c.id];
            latency = c.time - latency;
            result.ends.push_back(c.time);
            result.end = std::max(result.end, c.time);
            result.faults += c.fault != core::Fault::kNone ? 1 : 0;
            ++over;
        }
    }
    return result;
}

}  // namespace strata::test
