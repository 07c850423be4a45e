// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/memory/ftl_drive.h"
#include "tests/memory/mean_field.h"

namespace strata::test {
namespace {

/// Limit for large blocks, and for first in, first out: alpha / (alpha + W0(-alpha e^-alpha)).
double limit(double u) {
    const double alpha = 1.0 / u;
    double w = -alpha * std::exp(-alpha);
    for (int i = 0; i < 100; ++i) {  // Newton; W0 of a value in (-1/e, 0)
        const double e = std::exp(w);
        w -= (w * e + alpha * std::exp(-alpha)) / (e * (w + 1.0));
    }
    return alpha / (alpha + w);
}

struct Device {
    FlashGeometry geometry;
    FtlConfig config;

    Device(int blocks, int pages, double over_provisioning) : geometry(one_plane(blocks, pages)) {
        config.over_provisioning = over_provisioning;
        config.gc.hot_cold = false;
        config.gc.start = 1;
        config.gc.stop = 2;
    }
    /// Valid share of the pages of closed blocks when a victim is chosen: of all blocks the `stop`
    /// free ones are held back, one of which is the open one by then.
    double effective(const Ftl& ftl) const {
        const auto closed = static_cast<double>(geometry.blocks - config.gc.stop);
        return static_cast<double>(ftl.logical_pages()) / (closed * geometry.pages);
    }
};

/// After `warm_up` drive writes, over `measured` more.
double random_writes(Ftl& ftl, double warm_up, double measured, std::uint64_t seed = 1) {
    ImmediateFlash flash(ftl);
    core::RandomStream random(seed, "writes");
    const auto pages = static_cast<std::uint64_t>(ftl.logical_pages());
    ftl.preload(0, ftl.logical_pages());
    const auto run = [&](double drive_writes) {
        const auto count = static_cast<std::int64_t>(drive_writes * static_cast<double>(pages));
        for (std::int64_t i = 0; i < count; ++i) {
            flash.write(static_cast<LogicalPage>(random.below(pages)));
        }
    };
    run(warm_up);
    const std::int64_t programs = ftl.counts().total_programs();
    const std::int64_t writes = ftl.counts().host_writes;
    run(measured);
    return static_cast<double>(ftl.counts().total_programs() - programs) /
           static_cast<double>(ftl.counts().host_writes - writes);
}

TEST(MeanField, GivesTheTableOfTheLaw) {
    EXPECT_NEAR(mean_field(1 / 1.07, 64), 7.010, 0.001);
    EXPECT_NEAR(mean_field(0.85, 128), 3.434, 0.001);
    EXPECT_NEAR(mean_field(0.72, 256), 1.979, 0.001);
    EXPECT_NEAR(mean_field(0.50, 64), 1.239, 0.001);
    EXPECT_NEAR(limit(1 / 1.15), 4.016, 0.001);
    EXPECT_NEAR(limit(0.72), 1.992, 0.001);
}

class GreedyUniform : public testing::TestWithParam<std::tuple<double, int>> {};
INSTANTIATE_TEST_SUITE_P(Ftl, GreedyUniform,
                         testing::Combine(testing::Values(0.07, 0.15, 0.28, 0.50),
                                          testing::Values(64, 128)));

TEST_P(GreedyUniform, MeetsTheMeanFieldWithinAPercent) {
    const auto [over_provisioning, pages] = GetParam();
    Device device(1024, pages, over_provisioning);
    const auto ftl = make_ftl(device.config, device.geometry);
    const double measured = random_writes(*ftl, 5.0, 3.0);
    const double expected = mean_field(device.effective(*ftl), pages);
    RecordProperty("waf", std::to_string(measured));
    RecordProperty("expected", std::to_string(expected));
    EXPECT_NEAR(measured / expected, 1.0, 0.01);
    ftl->check();
}

TEST(FtlWaf, SequentialOverwriteIsExactlyOne) {
    Device device(64, 32, 0.15);
    const auto ftl = make_ftl(device.config, device.geometry);
    ImmediateFlash flash(*ftl);
    for (int round = 0; round < 20; ++round) {
        for (LogicalPage page = 0; page < ftl->logical_pages(); ++page) {
            flash.write(page);
        }
    }
    EXPECT_EQ(ftl->counts().total_programs(), 20 * ftl->logical_pages());
    EXPECT_EQ(ftl->counts().write_amplification(), 1.0);
}

TEST(FtlWaf, FirstInFirstOutMeetsTheLimitForAnyBlockSize) {
    for (const int pages : {16, 64}) {
        Device device(1024, pages, 0.15);
        device.config.gc.policy = "fifo";
        const auto ftl = make_ftl(device.config, device.geometry);
        const double measured = random_writes(*ftl, 6.0, 4.0);
        EXPECT_NEAR(measured / limit(device.effective(*ftl)), 1.0, 0.01) << pages;
    }
}

TEST(FtlWaf, RandomVictimMeetsItsClosedForm) {
    Device device(1024, 32, 0.15);
    device.config.gc.policy = "random";
    const auto ftl = make_ftl(device.config, device.geometry);
    const double measured = random_writes(*ftl, 6.0, 4.0);
    EXPECT_NEAR(measured * (1.0 - device.effective(*ftl)), 1.0, 0.01);
}

TEST(FtlWaf, ChoicesLieBetweenRandomAndGreedy) {
    std::vector<double> results;
    for (const char* policy : {"greedy", "d_choice", "random"}) {
        Device device(512, 32, 0.15);
        device.config.gc.policy = policy;
        device.config.gc.choices = 4;
        const auto ftl = make_ftl(device.config, device.geometry);
        results.push_back(random_writes(*ftl, 4.0, 2.0));
    }
    EXPECT_LT(results[0] * 1.02, results[1]);
    EXPECT_LT(results[1] * 1.02, results[2]);
}

}  // namespace
}  // namespace strata::test
