// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Bandwidths against closed forms and known readings; bulk requests against their bursts; refresh.

#include <gtest/gtest.h>

#include "tests/memory/cycle_dram_drive.h"

namespace strata::test {
namespace {

using models::CycleDram;
using models::DramCommand;
using models::DramDevice;
using models::DramField;

constexpr const char* kPresets[] = {"ddr4_2400_x8", "hbm2_2000", "hbm3_6400",
                                    "hbm4_8000",    "ddr5_4800", "lpddr5_6400"};

double share(const DramDevice& device, const Saturation& run) {
    return run.gbps() / models::peak_bandwidth(device).gbps();
}

DramDevice row_interleaved() {
    DramDevice device = preset("ddr4_2400_x8");
    device.map.fields = {{DramField::kByte, 6},
                         {DramField::kColumn, 7},
                         {DramField::kRow, 15},
                         {DramField::kBankGroup, 2},
                         {DramField::kBank, 2}};
    return device;
}

TEST(CycleDramLaw, StreamReachesThePeakWithoutRefresh) {
    for (const char* name : kPresets) {
        const DramDevice device = without_refresh(preset(name));
        CycleDram dram(device);
        EXPECT_NEAR(share(device, saturate(dram, 20'000, stream_requests(256))), 1.0, 0.003)
            << name;
    }
}

TEST(CycleDramLaw, AllBankRefreshCostsItsShareOfAStream) {
    for (const char* name : kPresets) {
        DramDevice device = preset(name);
        device.policy.refresh = models::DramRefreshMode::kAllBank;
        device.policy.refresh_postpone = 0;
        device.organisation.sids = 1;  // the others would be refreshed behind the stream's back
        std::vector<models::DramAddressMap::Field> fields;
        for (const auto& field : device.map.fields) {
            if (field.field != DramField::kSid) {
                fields.push_back(field);
            }
        }
        device.map.fields = fields;
        CycleDram dram(device);
        const double law = 1.0 - static_cast<double>(device.timing.rfc_ab) /
                                     static_cast<double>(device.timing.refi);
        // The rows have to be closed before and opened again after a refresh.
        const double reopen =
            static_cast<double>(device.timing.rtp + device.timing.rp + device.timing.rcd_rd) /
            static_cast<double>(device.timing.refi);
        const double reached = share(device, saturate(dram, 80'000, stream_requests(256)));
        EXPECT_LT(reached, law + 0.001) << name;
        EXPECT_GT(reached, law - reopen - 0.004) << name;
    }
}

TEST(CycleDramLaw, OneBankGroupIsBoundByCcdL) {
    const DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    CycleDram dram(device);
    const auto same_row = [](std::int64_t i) {
        return read_of(static_cast<std::uint64_t>(i % 128) << 8, 64);
    };
    EXPECT_NEAR(share(device, saturate(dram, 20'000, same_row)), 4.0 / 6.0, 0.002);
}

TEST(CycleDramLaw, RandomReadsAreBoundByFaw) {
    const DramDevice device = without_refresh(preset("ddr4_2400_x8"));
    CycleDram dram(device);
    const Saturation run = saturate(dram, 30'000, random_requests(dram.capacity(), 64, 0.0));
    EXPECT_NEAR(share(device, run), 4.0 * 4.0 / 26.0, 0.004);  // four bursts of 4 nCK per tFAW
    EXPECT_LT(share(device, run), 4.0 * 4.0 / 26.0);
}

TEST(CycleDramLaw, ReadingsOfDdr4) {
    const DramDevice device = preset("ddr4_2400_x8");
    const auto measure = [](DramDevice d, const auto& requests, std::int64_t n) {
        CycleDram dram(d);
        return share(d, saturate(dram, n, requests));
    };
    EXPECT_NEAR(measure(device, stream_requests(64), 300'000), 0.962, 0.005);
    EXPECT_NEAR(measure(row_interleaved(), stream_requests(64), 100'000), 0.612, 0.005);
    EXPECT_NEAR(measure(device, random_requests(4 * core::kGiB, 64, 0.0), 100'000), 0.590, 0.006);
    DramDevice drain_writes = device;
    drain_writes.policy.scheduler = models::DramScheduler::kReadFirstDrain;
    const auto every_third_a_write = [](std::int64_t i) {
        const auto address = static_cast<std::uint64_t>(i) * 64;
        return i % 3 == 2 ? write_of(address, 64) : read_of(address, 64);
    };
    EXPECT_NEAR(measure(drain_writes, every_third_a_write, 200'000), 0.885, 0.008);
}

/// `bytes` from 1000 on as one request, and as one request a burst.
void expect_bulk_equals_bursts(const DramDevice& device, std::uint64_t bytes, core::MemoryOp op) {
    CycleDram bulk(device);
    CycleDram single(device);
    const auto granule = static_cast<std::uint64_t>(bulk.granule());
    const auto make = [op](std::uint64_t address, std::uint64_t size) {
        models::MemoryRequest request;
        request.op = op;
        request.address = address;
        request.bytes = static_cast<core::Bytes>(size);
        return request;
    };
    bulk.submit(0, make(1000, bytes));
    const core::Ps end = drain(bulk).back().time;
    const std::uint64_t first = 1000 / granule;
    const auto bursts = static_cast<std::int64_t>((1000 + bytes - 1) / granule - first + 1);
    const Saturation run = saturate(single, bursts, [&](std::int64_t i) {
        return make((first + static_cast<std::uint64_t>(i)) * granule, granule);
    });
    EXPECT_EQ(end, run.end) << device.name << ", " << bytes << " bytes";
    EXPECT_EQ(bulk.counters().commands, single.counters().commands) << device.name;
}

TEST(CycleDramLaw, BulkRequestHasTheTimesOfItsBursts) {
    for (const char* name : kPresets) {
        for (const auto op : {core::MemoryOp::kRead, core::MemoryOp::kWrite}) {
            for (const std::uint64_t bytes : {2048UL, 160UL * 1024 + 40, 1UL << 20}) {
                // A bulk request needs one place of the input queue. Single ones share its 32, and
                // run dry in the long one when a refresh stops a single pseudo channel.
                const DramDevice device = preset(name);
                const bool refresh = bytes < 1UL << 20 || device.organisation.pseudo_channels == 1;
                expect_bulk_equals_bursts(refresh ? device : without_refresh(device), bytes, op);
            }
        }
    }
}

TEST(CycleDramLaw, EventsMayComeAtAnyTimes) {
    // Asking more often than next_event() says must not change anything.
    const DramDevice device = preset("hbm3_6400");
    CycleDram lazy(device);
    CycleDram busy(device);
    auto make = random_requests(lazy.capacity(), 64, 0.4, 3);
    Completions expected;
    Completions got;
    for (core::Ps now = 0; now < 20'000'000; now += 40'000) {
        const auto request = make(0);
        run_until(lazy, now, expected);
        for (core::Ps step = std::max<core::Ps>(now - 40'000, 0); step <= now; step += 1'700) {
            busy.advance(step, got);
        }
        busy.advance(now, got);
        lazy.submit(now, request);
        busy.submit(now, request);
    }
    const Completions lazy_rest = drain(lazy);
    const Completions busy_rest = drain(busy);
    expected.insert(expected.end(), lazy_rest.begin(), lazy_rest.end());
    got.insert(got.end(), busy_rest.begin(), busy_rest.end());
    ASSERT_EQ(expected.size(), got.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_EQ(expected[i].time, got[i].time) << i;
    }
}

TEST(CycleDramLaw, RefreshesOfIdleTimeAreMadeUpFor) {
    const DramDevice device = preset("ddr4_2400_x8");
    CycleDram skipping(device);
    CycleDram stepping(device);
    CommandRecorder recorder;
    stepping.set_command_sink(&recorder);  // whoever wants to see the commands gets them all
    const core::Ps later = 10 * core::kMillisecond;
    for (CycleDram* dram : {&skipping, &stepping}) {
        EXPECT_EQ(dram->next_event(), core::kNever);
        serve(*dram, later, read_of(0, 64));
        EXPECT_EQ(dram->counters().count(DramCommand::kRefab), later / 7'796'880);
    }
}

TEST(CycleDramLaw, HeatDoublesTheRefreshes) {
    DramDevice device = preset("ddr4_2400_x8");
    device.policy.refresh_postpone = 0;
    const auto measure = [&](double celsius) {
        CycleDram dram(device);
        dram.set_temperature(celsius);
        return share(device, saturate(dram, 200'000, stream_requests(64)));
    };
    const double cold = measure(85.0);
    const double hot = measure(86.0);
    EXPECT_NEAR((1.0 - hot) / (1.0 - cold), 2.0, 0.05);
    EXPECT_NEAR(cold - hot, 312.0 / 9360.0, 0.01);
}

}  // namespace
}  // namespace strata::test
