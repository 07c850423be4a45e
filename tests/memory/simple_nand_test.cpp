// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/simple_nand.h"

#include <gtest/gtest.h>

#include "core/energy.h"
#include "core/random.h"
#include "tests/memory/drive.h"
#include "tests/memory/stepped_nand.h"

namespace strata::test {
namespace {

using core::Bytes;
using core::Ps;
using models::NandConfig;
using models::NandField;
using models::SimpleNand;

constexpr Bytes kPage = 4096;

/// The textbook case: no overheads but a link that takes 1 ps per page. tR is 3 us; the bus takes
/// `bus` per page.
NandConfig textbook(std::int64_t planes, std::int64_t registers, Ps bus) {
    NandConfig config;
    config.planes = planes;
    config.registers = registers;
    config.t_command = 0;
    config.t_base = 0;
    config.bus_bandwidth = {core::ceil_div(kPage * core::kSecond, bus)};
    config.link_bandwidth = {kPage * core::kSecond};
    config.queue_depth = 1'000'000;
    return config;
}
constexpr Ps kLink = 1;

Ps read_pages(const NandConfig& config, std::int64_t pages) {
    SimpleNand nand(config);
    return serve(nand, 0, read_of(0, pages * kPage)).time;
}

double gbps(Bytes bytes, Ps time) {
    return static_cast<double>(bytes) / static_cast<double>(time) * 1e3;
}

TEST(SimpleNand, Law1IdleReadLatency) {
    const NandConfig c;
    SimpleNand nand(c);
    EXPECT_EQ(serve(nand, 0, read_of(0, kPage)).time,
              c.t_command + c.t_read + c.bus_bandwidth.transfer(kPage) +
                  c.link_bandwidth.transfer(kPage) + c.t_base);
    // A short read senses a page all the same but moves only its bytes.
    EXPECT_EQ(serve(nand, 10'000'000, read_of(33 * kPage + 128, 64)).time,
              10'000'000 + c.t_command + c.t_read + c.bus_bandwidth.transfer(64) +
                  c.link_bandwidth.transfer(64) + c.t_base);
    EXPECT_EQ(nand.counts().senses, 2);
    EXPECT_EQ(nand.counts().bus_bytes, kPage + 64);
}

TEST(SimpleNand, Law2OneRegisterSensesAndDrainsInTurn) {
    for (const Ps x : {40'000, 5'000'000}) {
        EXPECT_EQ(read_pages(textbook(1, 1, x), 50), 50 * (3'000'000 + x) + kLink);
    }
    // n planes on the bus: P min(1/x, n / (tR + x)).
    for (const std::int64_t planes : {2, 8, 64}) {
        const Ps x = 160'000;
        const std::int64_t pages = planes * 2000;
        const Ps period = std::max<Ps>(planes * x, 3'000'000 + x);
        const double expected = static_cast<double>(period) * 2000;
        EXPECT_NEAR(static_cast<double>(read_pages(textbook(planes, 1, x), pages)), expected,
                    0.001 * expected + static_cast<double>(period));
    }
}

TEST(SimpleNand, Law3TwoRegistersOverlapSenseAndDrain) {
    for (const Ps x : {40'000, 2'999'999, 3'000'000, 5'000'000}) {
        EXPECT_EQ(read_pages(textbook(1, 2, x), 50),
                  3'000'000 + 49 * std::max<Ps>(3'000'000, x) + x + kLink);
    }
    NandConfig config = textbook(1, 2, 40'000);
    config.t_command = 200'000;  // stands before every sense
    EXPECT_EQ(read_pages(config, 10), 10 * 3'200'000 + 40'000 + kLink);
}

TEST(SimpleNand, Law4BusConservationHoldsAtEveryMoment) {
    NandConfig config;
    config.queue_depth = 4096;
    SimpleNand nand(config);
    core::RandomStream random(3, "nand");
    Completions done;
    Ps now = 0;
    for (int i = 0; i < 2000; ++i) {
        now += static_cast<Ps>(random.below(400'000));
        run_until(nand, now, done);
        ASSERT_GE(nand.busy_time(), 0);
        ASSERT_LE(nand.busy_time(), now);
        nand.submit(now, read_of(random.below(1 << 20) * kPage, kPage));
    }
    drain(nand);
    EXPECT_EQ(nand.busy_time(), 2000 * config.bus_bandwidth.transfer(kPage));
}

TEST(SimpleNand, Law5Programs) {
    const Ps x = 100'000;
    for (const std::int64_t registers : {1, 2}) {
        NandConfig config = textbook(1, registers, x);
        config.preloaded = false;
        SimpleNand nand(config);
        const Ps end = serve(nand, 0, write_of(0, 40 * kPage)).time;
        // One register: data and program in turn; two: cache program.
        const Ps program = config.t_prog;
        EXPECT_EQ(end, registers == 1 ? kLink + 40 * (x + program) : kLink + x + 40 * program);
    }
    // 512 planes x 4 KiB / 75 us of a stack of 16 such channels = 28 GB/s (law 6).
    NandConfig config;
    config.preloaded = false;
    config.t_command = 0;
    SimpleNand nand(config);
    const Bytes bytes = 32 * 200 * kPage;
    const Ps end = serve(nand, 0, write_of(0, bytes)).time;
    EXPECT_NEAR(16 * gbps(bytes, end), 28.0, 0.005 * 28.0);
}

TEST(SimpleNand, Law5Erases) {
    const NandConfig config;
    SimpleNand nand(config);
    const Bytes block_row = 32 * 1024 * kPage;  // one block of each plane
    EXPECT_EQ(serve(nand, 0, erase_of(0, block_row)).time,
              config.t_command + config.t_erase + config.t_base);
    EXPECT_EQ(serve(nand, core::kSecond, erase_of(0, 3 * block_row)).time,
              core::kSecond + 3 * (config.t_command + config.t_erase) + config.t_base);
    EXPECT_EQ(nand.counts().erases, 4 * 32);
}

TEST(SimpleNand, Law6StreamIsTheSlowestOfArrayBusAndLink) {
    const Bytes bytes = 96 * 4000 * kPage;
    NandConfig config;
    config.t_command = 0;
    {
        SimpleNand nand(config);  // 512 planes of 16 channels: 0.699 TB/s
        const double rate = 16 * gbps(bytes, serve(nand, 0, read_of(0, bytes)).time);
        EXPECT_NEAR(rate, 699.05, 0.005 * 699.05);
    }
    config.planes = 96;
    {
        SimpleNand nand(config);
        const double rate = gbps(bytes, serve(nand, 0, read_of(0, bytes)).time);
        EXPECT_NEAR(rate, 100.0, 0.5);
    }
    config.bus_bandwidth = {80'000'000'000};
    {
        SimpleNand nand(config);
        const double rate = gbps(bytes, serve(nand, 0, read_of(0, bytes)).time);
        EXPECT_NEAR(rate, 80.0, 0.4);
    }
}

TEST(SimpleNand, Law6PageOrderDecidesHowManyPlanesWork) {
    NandConfig config;
    config.page_order = {NandField::kPage, NandField::kBlock, NandField::kPlane};
    SimpleNand nand(config);
    const Bytes bytes = 1000 * kPage;
    const double expected = gbps(kPage, config.t_command + config.t_read);  // one plane
    EXPECT_NEAR(gbps(bytes, serve(nand, 0, read_of(0, bytes)).time), expected, 0.005 * expected);
}

TEST(SimpleNand, Law7LittleInAClosedLoop) {
    NandConfig config;
    SimpleNand nand(config);
    core::RandomStream random(5, "little");
    std::map<std::uint64_t, Ps> submitted;
    std::uint64_t id = 0;
    const auto submit = [&](Ps now) {
        submitted[id] = now;
        nand.submit(now, read_of(random.below(1 << 22) * kPage, kPage, id));
        ++id;
    };
    for (int i = 0; i < 48; ++i) submit(0);
    Completions done;
    Ps total = 0;
    std::int64_t count = 0;
    Ps now = 0;
    while (count < 20'000) {
        now = nand.next_event();
        nand.advance(now, done);
        for (const auto& completion : done) {
            total += completion.time - submitted.at(completion.id);
            ++count;
            submit(now);
        }
        done.clear();
    }
    // Every moment 48 are outstanding: the finished ones' time plus the open ones' is 48 x elapsed.
    const auto unfinished = id - static_cast<std::uint64_t>(count);
    EXPECT_EQ(unfinished, 48U);
    const double mean = static_cast<double>(total) / static_cast<double>(count);
    const double rate = static_cast<double>(count) / static_cast<double>(now);
    EXPECT_NEAR(rate * mean, 48.0, 48.0 * 0.005);
}

TEST(SimpleNand, PageInTheRegisterIsNotSensedAgain) {
    const NandConfig config = textbook(1, 2, 40'960);
    SimpleNand nand(config);
    for (std::uint64_t i = 0; i < 64; ++i) {
        nand.submit(0, read_of(i * 64, 64, i));
    }
    const Completions done = drain(nand);
    const Ps bus = config.bus_bandwidth.transfer(64);
    for (std::size_t i = 0; i < done.size(); ++i) {
        EXPECT_EQ(done[i].time, 3'000'000 + static_cast<Ps>(i + 1) * bus + kLink);
    }
    EXPECT_EQ(nand.counts().senses, 1);
    EXPECT_EQ(nand.counts().register_hits, 63);
    EXPECT_EQ(serve(nand, 50'000'000, read_of(8, 8)).time,
              50'000'000 + config.bus_bandwidth.transfer(8) + kLink);
    serve(nand, 60'000'000, read_of(kPage, 64));
    serve(nand, 70'000'000, read_of(0, 64));
    EXPECT_EQ(nand.counts().senses, 3);
}

TEST(SimpleNand, EraseAndProgramEmptyTheRegister) {
    SimpleNand nand(textbook(1, 2, 40'960));
    const std::uint64_t other_block = 1024 * kPage;
    serve(nand, 0, read_of(0, 64));
    serve(nand, 10'000'000, erase_of(other_block, 1));
    EXPECT_EQ(serve(nand, core::kSecond, read_of(0, 64)).time,
              core::kSecond + 3'000'000 + 640 + kLink);
    serve(nand, 2 * core::kSecond, write_of(other_block, kPage));
    EXPECT_EQ(serve(nand, 3 * core::kSecond, read_of(0, 64)).time,
              3 * core::kSecond + 3'000'000 + 640 + kLink);
}

TEST(SimpleNand, BusServesInTheOrderOfReadiness) {
    // Plane 0 works on two pages, the second of which is ready at 6 us and more; plane 1's page,
    // submitted last, must not wait for it.
    SimpleNand nand(textbook(2, 1, 100'000));
    nand.submit(0, read_of(0, kPage, 0));
    nand.submit(0, read_of(2 * kPage, kPage, 1));
    nand.submit(0, read_of(kPage, kPage, 2));
    const auto result = spans(drain(nand));
    EXPECT_EQ(result.at(0).end, 3'100'000 + kLink);
    EXPECT_EQ(result.at(2).end, 3'200'000 + kLink);
    EXPECT_EQ(result.at(1).end, 6'200'000 + kLink);
}

TEST(SimpleNand, ReadBehindAProgramWaitsForThePlane) {
    NandConfig config = textbook(2, 2, 100'000);
    config.preloaded = false;
    SimpleNand nand(config);
    nand.submit(0, write_of(0, kPage, 0));
    nand.submit(0, read_of(0, kPage, 1));
    const auto result = spans(drain(nand));
    const Ps programmed = kLink + 100'000 + config.t_prog;
    EXPECT_EQ(result.at(0).end, programmed);
    EXPECT_EQ(result.at(1).begin, programmed);
    EXPECT_EQ(result.at(1).end, programmed + config.t_read + 100'000 + kLink);
}

void compare_bulk_with_pages(NandConfig config, std::uint64_t seed) {
    config.queue_depth = 1'000'000;
    SimpleNand bulk(config);
    SimpleNand single(config);
    core::RandomStream random(seed, "bulk");
    Completions bulk_done;
    Completions single_done;
    Ps now = 0;
    std::uint64_t next_write = 0;
    for (std::uint64_t id = 0; id < 1500; ++id) {
        now += static_cast<Ps>(random.below(2'000'000));
        auto request =
            read_of(random.below(1 << 18), 1 + static_cast<Bytes>(random.below(65536)), id);
        if (random.chance(0.05)) {
            // Writes append to an erased area behind what is read.
            request = write_of((std::uint64_t{1} << 25) + next_write, 8 * kPage, id);
            next_write += 8 * kPage;
        }
        run_until(bulk, now, bulk_done);
        run_until(single, now, single_done);
        bulk.submit(now, request);
        submit_singly(single, now, request);
    }
    for (const auto& completion : drain(bulk)) bulk_done.push_back(completion);
    for (const auto& completion : drain(single)) single_done.push_back(completion);
    EXPECT_EQ(spans(bulk_done), spans(single_done));
    EXPECT_EQ(bulk.counts().senses, single.counts().senses);
    EXPECT_EQ(bulk.counts().register_hits, single.counts().register_hits);
    EXPECT_EQ(bulk.busy_time(), single.busy_time());
    EXPECT_TRUE(bulk.idle());
}

TEST(SimpleNand, BulkEqualsPagesOneByOne) {
    NandConfig config;
    config.pages = 16;
    for (const std::int64_t registers : {1, 2, 3}) {
        config.registers = registers;
        config.planes = 8;
        compare_bulk_with_pages(config, 11);
        config.planes = 1;
        compare_bulk_with_pages(config, 12);
    }
}

TEST(SimpleNand, RandomReadsMatchASteppedReference) {
    for (const std::int64_t registers : {1, 2, 3}) {
        for (const Ps bus : {3, 11, 50}) {
            NandConfig config = textbook(5, registers, bus);
            config.t_read = 37;
            SimpleNand nand(config);
            SteppedNand reference(5, registers, 37, bus);
            core::RandomStream random(static_cast<std::uint64_t>(bus), "stepped");
            Completions done;
            std::uint64_t id = 0;
            for (Ps now = 0; now < 60'000; ++now) {
                reference.finish_work(now);
                run_until(nand, now, done);
                if (now < 30'000 && random.chance(0.08)) {
                    const std::uint64_t plane = random.below(5);
                    const std::uint64_t page = id * 5 + plane;  // never the same page again
                    reference.submit(plane, id);
                    nand.submit(now, read_of(page * kPage, kPage, id));
                    ++id;
                }
                reference.start_work();
            }
            // The link's one picosecond comes on top.
            ASSERT_EQ(done.size(), reference.ends.size());
            for (const auto& completion : done) {
                ASSERT_EQ(completion.time, reference.ends.at(completion.id) + kLink)
                    << "registers " << registers << " bus " << bus << " id " << completion.id;
            }
        }
    }
}

TEST(SimpleNand, QueueIsBounded) {
    NandConfig config;
    config.queue_depth = 3;
    SimpleNand nand(config);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(nand.can_accept(read_of(0, kPage)));
        nand.submit(0, read_of(0, 8 * kPage));
    }
    EXPECT_FALSE(nand.can_accept(read_of(0, kPage)));
    EXPECT_THROW(nand.submit(0, read_of(0, kPage)), core::ModelError);
    drain(nand);
    EXPECT_TRUE(nand.can_accept(read_of(0, kPage)));
}

TEST(SimpleNand, EnergyIsCountsTimesCost) {
    const NandConfig config;
    SimpleNand nand(config);
    core::EnergyLedger ledger;
    nand.register_energy(ledger, ledger.block("hbf"));
    serve(nand, 0, read_of(0, 64));
    serve(nand, 10'000'000, erase_of(0, 1));
    serve(nand, core::kSecond, write_of(0, kPage));
    const double page_bits = 8.0 * kPage;
    EXPECT_NEAR(ledger.category_pj(core::EnergyCategory::kNand, 0),
                page_bits * (3.0 + 100.0) + 165e6 + 8.0 * (64 + kPage) * 0.8, 1e-3);
}

}  // namespace
}  // namespace strata::test
