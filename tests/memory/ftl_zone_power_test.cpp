// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The zone map under power losses at random moments, with programs and erases that fail.
// STRATA_POWER_CUTS scales the number of cuts of each variant (default 2000).

#include <cstdlib>

#include "tests/memory/ftl_zone_soak.h"

namespace strata::test {
namespace {

FlashGeometry four_planes() {
    FlashGeometry g;
    g.dies = 2;
    g.planes = 2;
    g.blocks = 9;
    g.pages = 6;
    return g;
}

FtlConfig zones(std::int64_t spare) {
    FtlConfig c;
    c.mapping = "zone";
    c.spare_zones = spare;
    c.write_buffer.pages = 16;
    return c;
}

struct Variant {
    const char* name;
    void (*change)(FtlConfig&, ShuffledFlash::Failures&);
};

class ZonePowerLoss : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(
    Ftl, ZonePowerLoss,
    testing::Values(
        Variant{"SoundFlash",
                [](FtlConfig&, ShuffledFlash::Failures& f) { f = ShuffledFlash::Failures{}; }},
        Variant{"FailingFlash", [](FtlConfig&, ShuffledFlash::Failures&) {}},
        Variant{"FactoryBad", [](FtlConfig& c, ShuffledFlash::Failures&) { c.factory_bad = 0.1; }},
        Variant{"NoSpare", [](FtlConfig& c, ShuffledFlash::Failures&) { c.spare_zones = 0; }},
        Variant{"Upkeep",
                [](FtlConfig& c, ShuffledFlash::Failures&) {
                    c.retention = 500;
                    c.read_reclaim = 80;
                    c.wear_levelling.spread = 2;
                }}),
    [](const auto& variant) { return std::string(variant.param.name); });

int cuts() {
    const char* text = std::getenv("STRATA_POWER_CUTS");
    return text != nullptr ? std::atoi(text) : 2000;
}

/// One device until its blocks are used up or `most` cuts; returns the cuts.
int cut_often(const FtlConfig& config, const ShuffledFlash::Failures& failures, std::uint64_t seed,
              int most, ZoneSoak::Moments& moments) {
    FtlMedium medium(four_planes());
    ZoneSoak soak(config, four_planes(), &medium, seed);
    soak.flash().fail(failures);
    core::RandomStream random(seed, "cuts");
    int cut = 0;
    while (cut < most && !testing::Test::HasFatalFailure()) {
        soak.run(1 + static_cast<std::int64_t>(random.below(200)));
        soak.power_loss();
        ++cut;
        while (random.chance(0.3)) {  // again, before the mount is over
            for (std::uint64_t i = random.below(300); i > 0 && !soak.ftl().mounted(); --i) {
                soak.step();
            }
            soak.power_loss();
            ++cut;
        }
        soak.mount_and_verify();
    }
    moments.writing += soak.moments().writing;
    moments.refreshing += soak.moments().refreshing;
    moments.replacing += soak.moments().replacing;
    moments.erasing += soak.moments().erasing;
    moments.mounting += soak.moments().mounting;
    return cut;
}

TEST_P(ZonePowerLoss, KeepsWhatWasAcknowledged) {
    FtlConfig config = zones(3);
    ShuffledFlash::Failures failures;
    failures.program = 0.005;
    failures.erase = 0.005;
    GetParam().change(config, failures);
    ZoneSoak::Moments moments;
    std::uint64_t seed = 1;
    for (int cut = 0; cut < cuts() && !HasFatalFailure(); ++seed) {
        cut += cut_often(config, failures, seed, 50, moments);
        ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
    }
    EXPECT_GT(moments.mounting, cuts() / 20);
    EXPECT_GT(moments.erasing, cuts() / 50);
    EXPECT_GT(moments.writing, cuts() / 20);
    EXPECT_GT(moments.replacing, cuts() / 500);
    EXPECT_GT(moments.refreshing, config.spare_zones > 0 ? cuts() / 100 : -1);
}

class ZoneTraffic : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(Ftl, ZoneTraffic,
                         testing::Values(Variant{"SoundFlash",
                                                 [](FtlConfig&, ShuffledFlash::Failures& f) {
                                                     f = ShuffledFlash::Failures{};
                                                 }},
                                         Variant{"FailingFlash",
                                                 [](FtlConfig&, ShuffledFlash::Failures&) {}},
                                         Variant{"UnreadablePages",
                                                 [](FtlConfig&, ShuffledFlash::Failures& f) {
                                                     f.read = f.marginal = 0.01;
                                                 }},
                                         Variant{"Upkeep",
                                                 [](FtlConfig& c, ShuffledFlash::Failures&) {
                                                     c.retention = 500;
                                                     c.read_reclaim = 80;
                                                     c.wear_levelling.spread = 2;
                                                 }}),
                         [](const auto& variant) { return std::string(variant.param.name); });

TEST_P(ZoneTraffic, ReturnsWhatWasWrittenUntilWornOut) {
    std::int64_t bad_blocks = 0;
    for (std::uint64_t seed = 1; seed <= 20 && !HasFatalFailure(); ++seed) {
        FtlConfig config = zones(2);
        ShuffledFlash::Failures failures;
        failures.program = failures.erase = 0.002;
        GetParam().change(config, failures);
        ZoneSoak soak(config, four_planes(), nullptr, seed);
        soak.flash().fail(failures);
        for (int i = 0; i < 30; ++i) {
            soak.run(200);
            soak.ftl().check();
        }
        soak.drain();
        soak.check_all_answered();
        EXPECT_GT(soak.reads_compared(), 200);
        EXPECT_TRUE(soak.refusals() == 0 || failures.program > 0);
        bad_blocks += soak.ftl().counts().bad_blocks;
    }
    EXPECT_EQ(bad_blocks > 20, GetParam().name != std::string("SoundFlash"));
}

}  // namespace
}  // namespace strata::test
