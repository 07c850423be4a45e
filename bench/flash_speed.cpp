// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Host speed of the flash device alone (one channel of HBF): commands and data-outs per CPU second,
// without a controller.

#include <benchmark/benchmark.h>

#include <vector>

#include "models/memory/nand/flash_device.h"

namespace strata {
namespace {

using models::FlashEventKind;
using models::PageNumber;

/// A read at a time (depth 1) or one on each of `planes` planes.
class FlashReader {
   public:
    explicit FlashReader(std::int32_t planes) : device_(config(planes), true) {
        const models::FlashGeometry& g = device_.config().geometry;
        pages_ = g.pages * std::int64_t{g.blocks};
        next_.resize(static_cast<std::size_t>(planes));
        for (std::int32_t plane = 0; plane < planes; ++plane) {
            waiting_.push_back(plane);
        }
    }

    /// Returns the number of operations.
    std::int64_t run(std::int64_t pages) {
        std::int64_t operations = 0;
        for (std::int64_t out = 0; out < pages;) {
            operations += start_reads() + start_outs();
            now_ = device_.next_event();
            events_.clear();
            device_.advance(now_, events_);
            for (const models::FlashEvent& event : events_) {
                if (event.kind == FlashEventKind::kDataReady) {
                    ready_.push_back(event.plane);
                } else if (event.kind == FlashEventKind::kDataOutDone) {
                    waiting_.push_back(event.plane);
                    ++out;
                }
            }
        }
        return operations;
    }

   private:
    static models::FlashConfig config(std::int32_t planes) {
        models::FlashConfig c;
        c.geometry = {1, 1, 1, planes, 256, 1024, 4 * core::kKiB, 0};
        c.cell.t_read.fill(3 * core::kMicrosecond);
        c.independence = models::FlashIndependence::kAll;
        c.auto_cache = true;
        c.bus.rate = {128'000'000'000};
        c.bus.split_command = true;
        c.bus.set_timing({}, 1);
        return c;
    }

    std::int64_t start_reads() {
        std::int64_t started = 0;
        for (; !waiting_.empty(); waiting_.pop_back()) {
            const std::int32_t plane = waiting_.back();
            std::int64_t& next = next_[static_cast<std::size_t>(plane)];
            const PageNumber page = plane * pages_ + next;
            models::FlashOperation operation;
            operation.pages = &page;
            operation.count = 1;
            if (!device_.issue(now_, operation).ok()) {
                break;
            }
            next = (next + 1) % pages_;
            ++started;
        }
        return started;
    }
    std::int64_t start_outs() {
        if (first_ready_ == ready_.size() || device_.data_bus_free(0) > now_) {
            return 0;
        }
        models::FlashDataOut out;
        out.page = device_.held_page(ready_[first_ready_]);
        out.bytes = device_.config().bus_page();
        if (!device_.start_data_out(now_, out).ok()) {
            return 0;
        }
        if (++first_ready_ == ready_.size()) {
            ready_.clear();
            first_ready_ = 0;
        }
        return 1;
    }

    models::FlashDevice device_;
    std::int64_t pages_ = 0;  // of a plane
    core::Ps now_ = 0;
    std::vector<std::int64_t> next_;
    std::vector<std::int32_t> waiting_;
    std::vector<std::int32_t> ready_;
    std::size_t first_ready_ = 0;
    std::vector<models::FlashEvent> events_;
};

void flash_device(benchmark::State& state) {
    FlashReader reader(static_cast<std::int32_t>(state.range(0)));
    std::int64_t operations = 0;
    for (auto _ : state) {
        operations += reader.run(100'000);
    }
    state.SetItemsProcessed(operations);
}
BENCHMARK(flash_device)->Arg(1)->Arg(32)->Arg(64)->ArgName("planes")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata
