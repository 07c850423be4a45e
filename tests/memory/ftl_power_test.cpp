// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Power losses at random moments: between any two ends of tasks, during garbage collection,
// checkpoints and the recovery itself. STRATA_POWER_CUTS scales the number of cuts of each variant
// (default 2000, which makes 12,000 in all).

#include <cstdlib>

#include "tests/memory/ftl_soak.h"

namespace strata::test {
namespace {

struct Variant {
    const char* name;
    void (*change)(FtlConfig&);
};

class PowerLoss : public testing::TestWithParam<Variant> {};
INSTANTIATE_TEST_SUITE_P(
    Ftl, PowerLoss,
    testing::Values(Variant{"Capacitor", [](FtlConfig&) {}},
                    Variant{"AcknowledgedOnFlash",
                            [](FtlConfig& c) { c.write_buffer.capacitor = false; }},
                    Variant{"Checkpoints", [](FtlConfig& c) { c.recovery.interval = 120; }},
                    Variant{"CachedMap",
                            [](FtlConfig& c) {
                                c.map.cached = 3;
                                c.recovery.interval = 200;
                            }},
                    Variant{"CachedMapOnFlash",
                            [](FtlConfig& c) {
                                c.map.cached = 3;
                                c.recovery.interval = 200;
                                c.write_buffer.capacitor = false;
                            }},
                    Variant{"CopybackStatic",
                            [](FtlConfig& c) {
                                c.gc.copyback = true;
                                c.static_placement = true;
                                c.recovery.interval = 250;
                                c.write_buffer.capacitor = false;
                            }}),
    [](const auto& variant) { return std::string(variant.param.name); });

int cuts() {
    const char* text = std::getenv("STRATA_POWER_CUTS");
    return text != nullptr ? std::atoi(text) : 2000;
}

TEST_P(PowerLoss, KeepsWhatWasAcknowledged) {
    FlashGeometry geometry;
    geometry.dies = 2;
    geometry.blocks = 24;
    geometry.pages = 8;
    geometry.page_bytes = 256;
    FtlConfig config;
    config.over_provisioning = 0.5;
    config.write_buffer.pages = 16;
    config.recovery.journal = true;
    GetParam().change(config);
    FtlMedium medium(geometry);
    FtlSoak soak(config, geometry, &medium, 5);
    soak.mix.checkpoint = 0.005;
    soak.flash().fail({0.0, 0.0, 2e-5, 2e-5});
    core::RandomStream random(9, "cuts");
    for (int cut = 0; cut < cuts() && !HasFatalFailure(); ++cut) {
        soak.run(1 + static_cast<std::int64_t>(random.below(200)));
        soak.power_loss();
        while (random.chance(0.3) && ++cut < cuts()) {  // again, before the mount is over
            for (std::uint64_t i = random.below(60); i > 0 && !soak.ftl().mounted(); --i) {
                soak.step();
            }
            soak.power_loss();
        }
        soak.mount_and_verify();
    }
    EXPECT_GT(soak.moments().mounting, cuts() / 20);
    EXPECT_GT(soak.moments().erasing, cuts() / 50);
    EXPECT_GT(soak.moments().programming_map, cuts() / 50);
    EXPECT_GT(soak.moments().collecting, config.gc.copyback ? -1 : cuts() / 20);
}

}  // namespace
}  // namespace strata::test
