// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// Flash presets, their overrides, and the bus of every ONFI interface.

#include <fstream>

#include "models/memory/nand/nand_config.h"
#include "tests/memory/flash_drive.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

using C = FlashCommand;
using models::FlashConfig;

class EveryFlash : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Flash, EveryFlash,
                         testing::Values("mqsim", "hbf_gen1", "slc_fast", "tlc"));

// Capacity, bus rate and rates of the array are checked by the reader itself.
TEST_P(EveryFlash, ReadsWithoutErrors) {
    const FlashConfig config = models::load_flash_preset(flash_preset_file(GetParam()));
    EXPECT_EQ(config.name, GetParam());
    EXPECT_GT(config.energy.read_pj_per_bit, 0.0);
    EXPECT_GT(config.endurance.pe_cycles, 0);
    models::FlashDevice device(config);
    EXPECT_TRUE(device.idle());
}

TEST_P(EveryFlash, OneChannelIsASlice) {
    const FlashConfig all = models::load_flash_preset(flash_preset_file(GetParam()));
    const FlashConfig one = all.one_channel();
    EXPECT_EQ(one.geometry.capacity() * all.geometry.channels, all.geometry.capacity());
    EXPECT_EQ(one.bus_bandwidth().bytes_per_s * all.geometry.channels,
              all.bus_bandwidth().bytes_per_s);
}

TEST_P(EveryFlash, ResolvesToAFixedPoint) {
    const auto resolve = [](const std::string& text) {
        core::Diagnostics diagnostics;
        auto document = core::ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
        core::Section root = document.root();
        models::parse_flash_config(root, flash_preset_file);
        root.finish();
        EXPECT_TRUE(diagnostics.ok()) << diagnostics.messages().front();
        return document.resolved_yaml();
    };
    const std::string preset = std::string("preset: ") + GetParam();
    for (const char* more : {"", ", bus: {rate: 400MT/s}", ", bus: {overheads: {read: 1us}}",
                             ", throttle: [{above: 50C, bus: 0.5}], planes: 4, t_read: 9us"}) {
        const std::string once = resolve("{" + preset + more + "}");
        EXPECT_EQ(resolve(once), once) << more;
    }
}

TEST(FlashPreset, HbfIsWhatTheSimpleModelHas) {
    const FlashConfig hbf = models::load_flash_preset(flash_preset_file("hbf_gen1"));
    const models::NandConfig simple;
    EXPECT_EQ(hbf.geometry.channels, simple.channels);
    EXPECT_EQ(hbf.geometry.planes, simple.planes);
    EXPECT_EQ(hbf.geometry.blocks, simple.blocks);
    EXPECT_EQ(hbf.geometry.pages, simple.pages);
    EXPECT_EQ(hbf.geometry.page_bytes, simple.page);
    EXPECT_EQ(hbf.geometry.capacity(), 512 * core::kGiB);
    EXPECT_EQ(hbf.cell.t_read[0], simple.t_read);
    EXPECT_EQ(hbf.cell.t_program[0], simple.t_prog);
    EXPECT_EQ(hbf.cell.t_erase, simple.t_erase);
    EXPECT_EQ(hbf.bus.command(C::kRead, 1) + hbf.bus.t_wb, simple.t_command);
    EXPECT_EQ(hbf.bus.rate.bytes_per_s, simple.bus_bandwidth.bytes_per_s);
    EXPECT_EQ(hbf.link.rate.bytes_per_s, simple.link_bandwidth.bytes_per_s);
    EXPECT_EQ(hbf.link.latency, simple.t_base);
    EXPECT_EQ(hbf.energy.read_pj_per_bit, simple.read_pj_per_bit);
    EXPECT_EQ(hbf.energy.program_pj_per_bit, simple.program_pj_per_bit);
    EXPECT_EQ(hbf.energy.erase_pj, simple.erase_pj);
    EXPECT_EQ(hbf.energy.bus_pj_per_bit, simple.bus_pj_per_bit);
}

TEST(FlashPreset, PageNumbersAreABijection) {
    models::FlashGeometry g;
    g.channels = 3;
    g.chips = 2;
    g.dies = 2;
    g.planes = 3;
    g.blocks = 5;
    g.pages = 7;
    for (PageNumber page = 0; page < g.total_pages(); ++page) {
        const models::FlashAddress a = g.locate(page);
        ASSERT_EQ(g.number(a), page);
        ASSERT_EQ(g.page_in_block(page), a.page);
        ASSERT_EQ(g.channel_of(page), a.channel);
        ASSERT_EQ(g.die_of(page), (a.channel * 2 + a.chip) * 2 + a.die);
    }
    EXPECT_FALSE(g.contains(-1));
    EXPECT_FALSE(g.contains(g.total_pages()));
}

TEST(FlashPreset, OverridesAnyKey) {
    const FlashConfig config = flash_config(
        "{preset: tlc, planes: 2, t_read: 45us, t_prog: 600us, bus: {rate: 1600MT/s, waits: "
        "{t_wc: 30ns}}, energy: {erase: 1uJ}, throttle: [{above: 60C, senses: 0.1}]}");
    EXPECT_EQ(config.max_planes, 2);  // of a die that has no more
    EXPECT_EQ(config.cell.t_read[2], 45 * kUs);
    EXPECT_EQ(config.cell.t_program[0], 600 * kUs);
    EXPECT_EQ(config.bus.rate.bytes_per_s, 1'600'000'000);
    EXPECT_EQ(config.bus.command(C::kRead, 2), 14 * 30 * kNs + 500 * kNs);
    EXPECT_EQ(config.energy.erase_pj, 1e6);
    ASSERT_EQ(config.throttle.size(), 1U);
    EXPECT_EQ(flash_config("{preset: mqsim, planes: 4}").max_planes, 4);
    for (const char* channels : {"", "channels: 1, "}) {
        const std::string text =
            std::string("{preset: hbf_gen1, ") + channels + "link: {speed_grade: g3072}}";
        EXPECT_EQ(flash_config(text).link.rate.bytes_per_s, 192'000'000'000);
    }
    EXPECT_EQ(flash_config("{preset: hbf_gen1, link: {rate: 50GB/s}}").link.rate.bytes_per_s,
              50'000'000'000);
}

TEST(FlashPreset, RefusesWhatDoesNotFit) {
    const auto expect = [](const std::string& text, const std::string& part) {
        std::string errors;
        flash_config(text, &errors);
        EXPECT_NE(errors.find("test.yaml:1:"), std::string::npos) << errors;
        EXPECT_NE(errors.find(part), std::string::npos) << errors;
    };
    expect("{preset: tlc, t_read: 40}", "t_read");
    expect("{preset: tlc, t_read: [40us, 50us]}", "one for each of 3 page types");
    expect("{preset: tlc, t_read: [40us, 50us, 6]}", "expected a time such as 40us");
    expect("{preset: tlc, t_read: 0us}", "more than 0");
    expect("{preset: tlc, t_reed: 40us}", "t_read");
    expect("{preset: tlc, pages: 1000}", "word lines");
    expect("{preset: tlc, planes: 65}", "1..64");
    expect("{preset: tlc, bus: {rate: 3601MT/s}}", "nv_lpddr4 ends at 3600 MT/s");
    expect("{preset: tlc, bus: {interface: sdr}}", "sdr ends at 50 MT/s");
    expect("{preset: tlc, bus: {width: 12}}", "multiple of 8");
    expect("{preset: mqsim, planes: 5, multi_plane: 5}", "overheads are needed for up to 5 pages");
    expect("{preset: hbf_gen1, throttle: [{above: 90C}, {above: 80C}]}", "steps go up");
    expect("{preset: hbf_gen1, link: {speed_grade: g1}}", "speed_grade");
    expect("{preset: tcl}", "preset");
    expect("{preset: tlc, endurance: {pe_cycle: 4}}", "pe_cycles");
}

TEST(FlashPreset, DataSheetFindsWrongFigures) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("wrong.yaml");
    const auto errors = [&](const std::string& change) {
        std::ofstream(path) << "base: \"" << flash_preset_file("hbf_gen1") << "\"\n" << change;
        try {
            models::load_flash_preset(path);
        } catch (const core::UserError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(errors(""), "");
    EXPECT_NE(errors("pages: 512").find("capacity"), std::string::npos);
    EXPECT_NE(errors("bus: {rate: 900MT/s}").find("bus_bandwidth"), std::string::npos);
    EXPECT_NE(errors("t_read: 4us").find("array_read"), std::string::npos);
    EXPECT_NE(errors("t_read: 4us").find("interface_senses"), std::string::npos);
    EXPECT_NE(errors("t_prog: 50us").find("array_program"), std::string::npos);
}

TEST(FlashPreset, ControllerReadsItsKeysFromPresetAndSection) {
    int calls = 0;
    std::int64_t threshold = 3;
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse("{preset: tlc, ecc: {threshold: 5}}", "test.yaml",
                                                {}, diagnostics);
    core::Section root = document.root();
    models::parse_flash_config(root, flash_preset_file, [&](core::Section& s) {
        core::Section ecc = s.section("ecc");
        threshold = ecc.integer("threshold", threshold);
        ++calls;
    });
    root.finish();
    EXPECT_TRUE(diagnostics.ok());
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(threshold, 5);
}

TEST(FlashBus, RatesAreExactInPicoseconds) {
    models::FlashBus bus;
    struct Case {
        std::int64_t rate;
        core::Bytes bytes;
        core::Ps time;
    };
    // SDR mode 5, NV-DDR, NV-DDR2, 3 (4.0, 4.2), NV-LPDDR4 (5.0, 5.1), eight bits
    for (const Case c :
         {Case{50, 1, 20'000}, Case{200, 4096, 20'480'000}, Case{533, 533, 1'000'000},
          Case{800, 16384, 20'480'000}, Case{1200, 12, 10'000}, Case{2400, 12, 5'000},
          Case{3600, 36, 10'000}, Case{3600, 16384, 4'551'112}}) {
        bus.rate = {c.rate * 1'000'000};
        EXPECT_EQ(bus.transfer(c.bytes), c.time) << c.rate;
    }
    bus.mqsim_rounding = true;
    for (const auto& [rate, two] : {std::pair{333, 6}, {667, 2}, {800, 2}, {1000, 2}, {1200, 0}}) {
        bus.rate = {rate * std::int64_t{1'000'000}};
        EXPECT_EQ(bus.transfer(4096), 2048 * two * kNs) << rate;
    }
}

TEST(FlashBus, OverheadsFollowTheInterface) {
    models::FlashBus bus;
    bus.rate = {50'000'000};
    bus.set_timing(models::onfi_timing(models::FlashInterface::kSdr), 2);
    EXPECT_EQ(bus.command(C::kRead, 1), 7 * 20 * kNs);
    EXPECT_EQ(bus.command(C::kRead, 2), 14 * 20 * kNs + 500 * kNs);
    EXPECT_EQ(bus.command(C::kProgram, 1), 7 * 20 * kNs + 400 * kNs);
    EXPECT_EQ(bus.command(C::kErase, 1), 5 * 20 * kNs);
    EXPECT_EQ(bus.command(C::kReadCacheSequential, 2), 20 * kNs);
    EXPECT_EQ(bus.command(C::kStatus, 1), 4 * 20 * kNs + 80 * kNs + 20 * kNs);
    EXPECT_EQ(bus.out_setup, 7 * 20 * kNs + 500 * kNs);
    EXPECT_EQ(bus.data_out(2048), 640 * kNs + 2048 * 20 * kNs + 100 * kNs);
    bus.set_timing(models::onfi_timing(models::FlashInterface::kNvDdr), 1);
    EXPECT_EQ(bus.command(C::kRead, 1), 7 * 45 * kNs);
    bus.set_timing(models::onfi_timing(models::FlashInterface::kDirect), 1);
    EXPECT_EQ(bus.command(C::kRead, 1), 0);
}

}  // namespace
}  // namespace strata::test
