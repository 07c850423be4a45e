// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram/dram_preset.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/diagnostics.h"
#include "models/memory/dram/dram_address.h"
#include "models/memory/dram/dram_config.h"
#include "tests/memory/cycle_dram_drive.h"
#include "tests/support/temporary_directory.h"

namespace strata::test {
namespace {

using models::DramConfig;
using models::DramDevice;

std::string preset_file(const std::string& name) {
    return std::string(STRATA_SOURCE) + "/configs/presets/dram/" + name + ".yaml";
}

/// Reads a section of a case or platform; `errors` gets all messages.
DramDevice device_of(const std::string& text, std::string* errors = nullptr) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "test.yaml", {}, diagnostics);
    core::Section root = document.root();
    const DramDevice device = models::parse_dram_device(root, preset_file);
    root.finish();
    std::string all;
    for (const std::string& message : diagnostics.messages()) {
        all += message + "\n";
    }
    if (errors != nullptr) {
        *errors = all;
    } else {
        EXPECT_EQ(all, "");
    }
    return device;
}

std::string errors_of(const std::string& text) {
    std::string errors;
    device_of(text, &errors);
    return errors;
}

class EveryPreset : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Dram, EveryPreset,
                         testing::Values("ddr4_2400_x8", "hbm2_2000", "hbm3_6400", "hbm4_8000",
                                         "ddr5_4800", "lpddr5_6400"));

// Density, clocks against ns, bandwidth and address map are checked by the reader itself.
TEST_P(EveryPreset, ReadsWithoutErrors) {
    const DramDevice device = models::load_dram_preset(preset_file(GetParam()));
    EXPECT_EQ(device.name, GetParam());
    EXPECT_GT(device.energy.activate_pj, 0.0);
    EXPECT_GT(device.energy.read_pj, 0.0);
}

TEST_P(EveryPreset, IdleReadTakesTheDataSheetsTime) {
    const DramDevice device = without_refresh(preset(GetParam()));
    const models::DramTiming& t = device.timing;
    models::CycleDram dram(device);
    const core::Bytes burst = device.organisation.burst;
    const auto latency = [&](core::Ps now, std::uint64_t address) {
        return serve(dram, now, read_of(address, burst)).time - now;
    };
    EXPECT_EQ(latency(0, 0), t.to_ps(t.rcd_rd + t.cl + t.bl));
    const core::Ps later = t.to_ps(1000 * t.rc);
    EXPECT_EQ(latency(later, 0), t.to_ps(1000 * t.rc + t.cl + t.bl) - later);
    // The row is the highest field: half of the capacity is another row of the same bank.
    const auto half = static_cast<std::uint64_t>(dram.capacity()) / 2;
    EXPECT_EQ(latency(2 * later, half),
              t.to_ps(2000 * t.rc + t.rp + t.rcd_rd + t.cl + t.bl) - 2 * later);
}

TEST_P(EveryPreset, StreamRunsAtThePeakWithoutRefresh) {
    const DramDevice device = without_refresh(preset(GetParam()));
    models::CycleDram dram(device);
    const core::Bytes bytes = device.organisation.burst * device.organisation.pseudo_channels;
    const Saturation result = saturate(dram, 40'000, [&](std::int64_t i) {
        return read_of(static_cast<std::uint64_t>(i * bytes), bytes);
    });
    EXPECT_NEAR(result.gbps() / models::peak_bandwidth(device).gbps(), 1.0, 0.01);
}

TEST_P(EveryPreset, MapsEveryBurstToAPlaceOfItsOwn) {
    for (const char* map : {"default", "row_interleaved"}) {
        DramDevice device =
            device_of(std::string("{preset: ") + GetParam() + ", address_map: " + map +
                      ", xor: [\"bank ^= row\", \"bank_group ^= row >> 2\"], "
                      "organisation: {rows: 8}}");
        const models::DramOrganisation& o = device.organisation;
        const models::DramAddressDecoder decoder(device.map);
        const auto bursts = static_cast<std::uint64_t>(o.channel_capacity() / o.burst);
        std::vector<bool> seen(bursts, false);
        for (std::uint64_t i = 0; i < bursts; ++i) {
            const models::DramPlace p = decoder.decode(i * static_cast<std::uint64_t>(o.burst));
            const std::int64_t bank =
                ((p.pc * o.sids + p.sid) * o.bank_groups + p.bg) * o.banks_per_group + p.bank;
            const auto flat =
                static_cast<std::uint64_t>((bank * o.rows + p.row) * o.columns + p.column);
            ASSERT_LT(flat, bursts);
            ASSERT_FALSE(seen[flat]) << map << ": burst " << i;
            seen[flat] = true;
        }
    }
}

TEST(DramPreset, DefaultMapOfDdr4IsTheSharedOne) {
    const DramDevice device = preset("ddr4_2400_x8");
    const models::DramAddressDecoder decoder(device.map);
    // byte[5:0], bank group[7:6], column[14:8], bank[16:15], row[31:17]
    const models::DramPlace place =
        decoder.decode((std::uint64_t{12345} << 17) | (2 << 15) | (77 << 8) | (3 << 6));
    EXPECT_EQ(place.row, 12345);
    EXPECT_EQ(place.bank, 2);
    EXPECT_EQ(place.column, 77);
    EXPECT_EQ(place.bg, 3);
}

TEST(DramPreset, OverridesAnyKeyInClocksOrTime) {
    const DramDevice base = preset("ddr4_2400_x8");
    const DramDevice device = device_of(
        "{preset: ddr4_2400_x8, t_cl: 20nCK, t_rp: 15.2ns, t_rc: 58nCK, page_policy: closed, "
        "scheduler: fcfs, write_queue: 64, refresh: false, energy: {activate: 5nJ}}");
    EXPECT_EQ(device.timing.cl, 40);
    EXPECT_EQ(device.timing.rp, 2 * 19);  // 18.25 clocks round up
    EXPECT_EQ(device.timing.rcd_rd, base.timing.rcd_rd);
    EXPECT_EQ(device.policy.page, models::DramPagePolicy::kClosed);
    EXPECT_EQ(device.policy.scheduler, models::DramScheduler::kFcfs);
    EXPECT_EQ(device.policy.write_high, 51);
    EXPECT_EQ(device.policy.refresh, models::DramRefreshMode::kNone);
    EXPECT_EQ(device.energy.activate_pj, 5000.0);
    EXPECT_EQ(device.energy.read_pj, base.energy.read_pj);
}

TEST(DramPreset, RefusesWhatDoesNotFit) {
    const auto expect = [](const std::string& text, const std::string& part) {
        const std::string errors = errors_of(text);
        EXPECT_NE(errors.find("test.yaml:1:"), std::string::npos) << errors;
        EXPECT_NE(errors.find(part), std::string::npos) << errors;
    };
    expect("{preset: ddr4_2400_x8, t_rcd: 16}", "expected a time such as 260ns or 16nCK");
    expect("{preset: ddr4_2400_x8, t_rdc: 16nCK}", "t_rcd");
    expect("{preset: ddr4_2400_x8, t_rc: 20nCK}", "t_ras + t_rp");
    expect("{preset: ddr4_2400_x8, refresh: per_bank}", "no per-bank refresh");
    expect("{preset: ddr4_2400_x8, organisation: {columns: 256}}", "column has 7 bits");
    expect("{preset: ddr4_2400_x8, address_map: [\"byte:6\", row, column, bank]}",
           "bank_group has 0 bits");
    expect("{preset: ddr4_2400_x8, xor: [\"bank ^= bank\"]}", "two fields");
    expect("{preset: ddr4_2400}", "preset");
}

TEST(DramPreset, DataSheetFindsWrongFigures) {
    const TemporaryDirectory directory;
    const std::string path = directory.file("wrong.yaml");
    const auto errors = [&](const std::string& change) {
        std::ofstream(path) << "base: \"" << preset_file("ddr4_2400_x8") << "\"\n" << change;
        try {
            models::load_dram_preset(path);
        } catch (const core::UserError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(errors(""), "");
    EXPECT_NE(errors("t_rcd: 20nCK").find("t_rcd"), std::string::npos);
    EXPECT_NE(errors("organisation: {rows: 65536}").find("chip_density"), std::string::npos);
    EXPECT_NE(errors("t_bl: 8nCK\nt_ccd_s: 8nCK\nt_ccd_l: 8nCK").find("bandwidth"),
              std::string::npos);
}

TEST(DramPreset, CycleModelTakesItsSizesFromThePreset) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse("{model: cycle, preset: hbm3_6400}", "test.yaml",
                                                {}, diagnostics);
    const DramConfig config = DramConfig::parse(document.root(), preset_file);
    EXPECT_TRUE(diagnostics.ok()) << diagnostics.messages().front();
    ASSERT_NE(config.device, nullptr);
    EXPECT_EQ(config.channels, 16);
    EXPECT_EQ(config.capacity(), 16 * core::kGiB);
    EXPECT_DOUBLE_EQ(config.channel_bandwidth.gbps(), 51.2);
    EXPECT_EQ(config.burst, 64);
}

}  // namespace
}  // namespace strata::test
