// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Host speed of the flash translation layer alone, behind a flash that finishes every task at once.
// `items_per_second` counts pages programmed per CPU second, garbage collection included; `waf` is
// the write amplification met on the way.

#include <benchmark/benchmark.h>

#include "core/random.h"
#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_config.h"
#include "models/memory/nand/ftl_medium.h"

namespace strata {
namespace {

using models::FlashGeometry;
using models::Ftl;
using models::FtlConfig;
using models::FtlOutput;

FlashGeometry device(std::int32_t planes) {
    FlashGeometry g;
    g.channels = planes;
    g.blocks = planes == 1 ? 4096 : 128;
    g.pages = 256;
    return g;
}

void finish(Ftl& ftl, FtlOutput& out) {
    for (std::size_t i = 0; i < out.tasks.size(); ++i) {
        ftl.done(0, out.tasks[i].id, models::FlashStatus::kOk, out);
    }
    out.clear();
}

void overwrite(benchmark::State& state, const FtlConfig& config, const FlashGeometry& geometry) {
    models::FtlMedium medium(geometry);
    const auto ftl =
        models::make_ftl(config, geometry, config.recovery.journal ? &medium : nullptr);
    ftl->preload(0, ftl->logical_pages());
    core::RandomStream random(1, "bench");
    const auto pages = static_cast<std::uint64_t>(ftl->logical_pages());
    FtlOutput out;
    const auto write = [&](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            ftl->write(0, static_cast<models::LogicalPage>(random.below(pages)), 0, out);
            finish(*ftl, out);
        }
    };
    write(2 * pages);
    const std::int64_t before = ftl->counts().total_programs();
    std::int64_t host = 0;
    for (auto _ : state) {
        write(100'000);
        host += 100'000;
    }
    const std::int64_t programs = ftl->counts().total_programs() - before;
    state.SetItemsProcessed(programs);
    state.counters["waf"] = static_cast<double>(programs) / static_cast<double>(host);
}

/// Random overwrites at arg(0) % over-provisioning on arg(1) planes.
void ftl_overwrite(benchmark::State& state) {
    FtlConfig config;
    config.over_provisioning = static_cast<double>(state.range(0)) / 100.0;
    overwrite(state, config, device(static_cast<std::int32_t>(state.range(1))));
}
BENCHMARK(ftl_overwrite)->Args({7, 1})->Args({28, 1})->Args({7, 128})->Args({28, 128});

/// The same with a cached map of arg(0) pages.
void ftl_cached_map(benchmark::State& state) {
    FtlConfig config;
    config.over_provisioning = 0.28;
    config.map.cached = state.range(0);
    overwrite(state, config, device(128));
}
BENCHMARK(ftl_cached_map)->Arg(64)->Arg(4096);

/// The same with spare areas, journal and checkpoints.
void ftl_recoverable(benchmark::State& state) {
    FtlConfig config;
    config.over_provisioning = 0.28;
    config.recovery.journal = true;
    config.recovery.interval = 1 << 20;
    overwrite(state, config, device(128));
}
BENCHMARK(ftl_recoverable);

/// Reads of a preloaded zone map; items are pages read.
void ftl_zone_read(benchmark::State& state) {
    FtlConfig config;
    config.mapping = "zone";
    config.preloaded = true;
    const auto ftl = models::make_ftl(config, device(128));
    FtlOutput out;
    models::LogicalPage page = 0;
    for (auto _ : state) {
        ftl->read(0, page, 0, out);
        finish(*ftl, out);
        page = page + 1 == ftl->logical_pages() ? 0 : page + 1;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ftl_zone_read);

}  // namespace
}  // namespace strata
