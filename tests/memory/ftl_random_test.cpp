// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/memory/ftl_soak.h"

namespace strata::test {
namespace {

FlashGeometry small_device() {
    FlashGeometry g;
    g.channels = 2;
    g.dies = 2;
    g.blocks = 24;
    g.pages = 8;
    g.page_bytes = 256;  // 32 entries a map page
    return g;
}

struct Variant {
    const char* name;
    void (*change)(FtlConfig&);
};

class RandomTraffic : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(
    Ftl, RandomTraffic,
    testing::Values(Variant{"Defaults", [](FtlConfig&) {}},
                    Variant{"StaticPlacement", [](FtlConfig& c) { c.static_placement = true; }},
                    Variant{"AcknowledgedOnFlash",
                            [](FtlConfig& c) { c.write_buffer.capacitor = false; }},
                    Variant{"Held", [](FtlConfig& c) { c.write_buffer.hold = 20; }},
                    Variant{"Copyback", [](FtlConfig& c) { c.gc.copyback = true; }},
                    Variant{"OneFrontier", [](FtlConfig& c) { c.gc.hot_cold = false; }},
                    Variant{"CostBenefit", [](FtlConfig& c) { c.gc.policy = "cost_benefit"; }},
                    Variant{"Choices", [](FtlConfig& c) { c.gc.policy = "d_choice"; }},
                    Variant{"Fifo", [](FtlConfig& c) { c.gc.policy = "fifo"; }},
                    Variant{"RandomVictim", [](FtlConfig& c) { c.gc.policy = "random"; }},
                    Variant{"CachedMap", [](FtlConfig& c) { c.map.cached = 3; }},
                    Variant{"Journal", [](FtlConfig& c) { c.recovery.journal = true; }},
                    Variant{"CachedMapAndCheckpoints",
                            [](FtlConfig& c) {
                                c.map.cached = 3;
                                c.recovery.journal = true;
                                c.recovery.interval = 300;
                            }},
                    Variant{"WearLevelling", [](FtlConfig& c) { c.wear_levelling.spread = 4; }},
                    Variant{"ReadReclaim", [](FtlConfig& c) { c.read_reclaim = 60; }},
                    Variant{"Retention", [](FtlConfig& c) { c.retention = 2000; }},
                    Variant{"OnePageBuffer", [](FtlConfig& c) { c.write_buffer.pages = 1; }}),
    [](const auto& variant) { return std::string(variant.param.name); });

FtlConfig roomy() {
    FtlConfig c;
    c.over_provisioning = 0.5;
    c.write_buffer.pages = 32;
    return c;
}

TEST_P(RandomTraffic, ReturnsWhatWasWritten) {
    FtlConfig config = roomy();
    GetParam().change(config);
    FtlSoak soak(config, small_device(), nullptr, 7);
    for (int i = 0; i < 20; ++i) {
        soak.run(3000);
        soak.ftl().check();
    }
    soak.drain();
    soak.check_all_answered();
    soak.ftl().check();
    EXPECT_GT(soak.ftl().counts().total_erases(), 200);
    EXPECT_EQ(soak.ftl().counts().lost_pages, 0);
}

TEST_P(RandomTraffic, SurvivesFailuresOfTheFlash) {
    FtlConfig config = roomy();
    GetParam().change(config);
    FtlSoak soak(config, small_device(), nullptr, 11);
    soak.flash().fail({0.002, 0.002, 0.0004, 0.001});
    for (int i = 0; i < 10; ++i) {
        soak.run(3000);
        soak.ftl().check();
    }
    soak.drain();
    soak.check_all_answered();
    EXPECT_GT(soak.ftl().counts().bad_blocks, 0);
}

// Until no writes go any more: nothing hangs, and what is there can be read.
TEST_P(RandomTraffic, WearsOutWithoutHanging) {
    FtlConfig config = roomy();
    GetParam().change(config);
    FtlSoak soak(config, small_device(), nullptr, 13);
    soak.allow_refusals();
    soak.flash().fail({0.0, 0.0, 0.004, 0.02});
    soak.run(60'000);
    soak.drain();
    soak.check_all_answered();
    soak.ftl().check();
    EXPECT_GT(soak.refusals(), 0);
}

// A failed program leaves a plane without a block for a victim's last page, while other planes are
// about to gain some: writes have to go on. These seeds once ended read-only.
TEST(FtlRandom, APlaneWithoutSpaceWaitsForOthersThatCollect) {
    for (const auto& [policy, seed] :
         {std::pair{"fifo", 167U}, {"fifo", 181U}, {"random", 96U}, {"random", 104U}}) {
        FtlConfig config = roomy();
        config.gc.policy = policy;
        FtlSoak soak(config, small_device(), nullptr, seed);
        soak.allow_refusals();
        soak.flash().fail({0.002, 0.002, 0.0004, 0.001});
        soak.run(30'000);
        soak.drain();
        EXPECT_EQ(soak.refusals(), 0) << policy << ' ' << seed;
    }
}

TEST(FtlRandom, SameSeedSameTasks) {
    const auto run = [] {
        FtlConfig config = roomy();
        config.gc.policy = "d_choice";
        FtlSoak soak(config, small_device(), nullptr, 3);
        soak.run(20000);
        const models::FtlCounts& c = soak.ftl().counts();
        return std::make_tuple(c.reads, c.programs, c.erases, c.merged_writes);
    };
    EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace strata::test
