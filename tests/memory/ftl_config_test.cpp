// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_config.h"

#include <gtest/gtest.h>

#include "models/memory/nand/ftl.h"
#include "models/memory/nand/ftl_victims.h"
#include "tests/memory/ftl_drive.h"

namespace strata::test {
namespace {

FtlConfig parse(const std::string& text, std::string* errors, std::string* resolved = nullptr) {
    core::Diagnostics diagnostics;
    auto document = core::ConfigDocument::parse(text, "case.yaml", {}, diagnostics);
    core::Section root = document.root();
    const FtlConfig config = FtlConfig::parse(root.section("policy"), one_plane(128, 64));
    root.finish();
    errors->clear();
    for (const std::string& message : diagnostics.messages()) {
        *errors += message + "\n";
    }
    if (resolved != nullptr) {
        *resolved = document.resolved_yaml();
    }
    return config;
}

std::string errors_of(const std::string& text) {
    std::string errors;
    parse(text, &errors);
    return errors;
}

TEST(FtlConfigReader, ReadsEveryKeyAndItsResolvedFormReadsBack) {
    const std::string text = R"(policy:
  mapping: page
  striping: [plane, die, chip, channel]
  placement: static
  over_provisioning: 0.2
  gc: {policy: d_choice, choices: 4, start: 4, stop: 6, idle: 8, depth: 2, copyback: true,
       hot_cold: false}
  wear_levelling: {dynamic: false, spread: 20}
  write_buffer: {pages: 128, acknowledge: flash}
  map: {cached: 16, entry: 4B}
  recovery: {journal: true, interval: 1000}
  factory_bad: 0.01
  read_reclaim: 100000
  retention: 24h
)";
    std::string errors;
    std::string resolved;
    const std::string hours = "86400s";
    std::string usable = text;
    usable.replace(usable.find("24h"), 3, hours);
    const FtlConfig c = parse(usable, &errors, &resolved);
    EXPECT_EQ(errors, "");
    EXPECT_EQ(c.striping[0], models::StripeField::kPlane);
    EXPECT_TRUE(c.static_placement);
    EXPECT_EQ(c.gc.policy, "d_choice");
    EXPECT_EQ(c.gc.choices, 4);
    EXPECT_EQ(c.gc.stop, 6);
    EXPECT_FALSE(c.gc.hot_cold);
    EXPECT_EQ(c.wear_levelling.spread, 20);
    EXPECT_FALSE(c.write_buffer.capacitor);
    EXPECT_EQ(c.map.entry, 4);
    EXPECT_EQ(c.recovery.interval, 1000);
    EXPECT_EQ(c.retention, 86400 * core::kSecond);
    EXPECT_EQ(c.reserve(), 2);
    std::string again;
    parse(resolved, &errors, &again);
    EXPECT_EQ(errors, "");
    EXPECT_EQ(again, resolved);
}

TEST(FtlConfigReader, DefaultsFit) {
    EXPECT_EQ(errors_of("policy: {}\n"), "");
    EXPECT_EQ(errors_of("policy: {mapping: zone}\n"), "");
}

struct Bad {
    const char* policy;
    const char* message;
};
class BadPolicy : public testing::TestWithParam<Bad> {};
INSTANTIATE_TEST_SUITE_P(
    Ftl, BadPolicy,
    testing::Values(
        Bad{"{mapping: pages}", "policy.mapping"},
        Bad{"{striping: [channel, chip, die]}", "expected channel, chip, die and plane"},
        Bad{"{striping: [channel, channel, die, plane]}", "expected channel, chip, die and plane"},
        Bad{"{placement: fixed}", "policy.placement"},
        Bad{"{over_provisioning: 0.99}", "policy.over_provisioning"},
        Bad{"{over_provisioning: 0.01}", "blocks of a plane for open, free and bad ones"},
        Bad{"{gc: {policy: greed}}", "did you mean 'greedy'"},
        Bad{"{gc: {start: 5, stop: 5}}", "must be above start = 5"},
        Bad{"{gc: {start: 0}}", "policy.gc.start"},
        Bad{"{gc: {start: 100, stop: 101}}", "are needed"},
        Bad{"{gc: {depth: 0}}", "policy.gc.depth"},
        Bad{"{write_buffer: {pages: 0}}", "policy.write_buffer.pages"},
        Bad{"{write_buffer: {pages: 8, hold: 8}}", "must be below pages = 8"},
        Bad{"{write_buffer: {hold: 2, acknowledge: flash}}", "needs acknowledge: buffer"},
        Bad{"{map: {entry: 8}}", "policy.map.entry"},
        Bad{"{recovery: {interval: 10}}", "checkpoints need journal: true"},
        Bad{"{factory_bad: 2}", "policy.factory_bad"},
        Bad{"{read_reclaim: -1}", "policy.read_reclaim"}, Bad{"{retention: 5}", "policy.retention"},
        Bad{"{mapping: zone, spare_zones: 128}", "must be below the number of zones = 128"},
        Bad{"{mapping: zone, factory_bad: 0.02}", "no room for up to 4 factory bad blocks"},
        Bad{"{wear_leveling: {}}", "wear_levelling"},
        Bad{"{wear_levelling: {spread: none}}", "policy.wear_levelling.spread"}));

TEST_P(BadPolicy, IsReportedAtItsPlace) {
    const std::string errors = errors_of(std::string("policy: ") + GetParam().policy + "\n");
    EXPECT_NE(errors.find(GetParam().message), std::string::npos) << errors;
    EXPECT_EQ(errors.find("case.yaml:1:"), 0u) << errors;
}

TEST(FtlMake, RefusesWhatDoesNotFit) {
    FtlConfig config;
    EXPECT_THROW(make_ftl(config, one_plane(8, 16)), core::UserError);
    config.over_provisioning = 0.5;
    config.gc.policy = "nonsense";
    EXPECT_THROW(make_ftl(config, one_plane(64, 16)), core::UserError);
}

TEST(FtlMake, HostMistakesAreFaults) {
    const auto ftl = make_ftl(FtlConfig{}, one_plane(128, 16));
    FtlOutput out;
    const auto fault = [&] {
        EXPECT_TRUE(out.tasks.empty());
        const core::Fault result = out.acks.at(0).fault;
        out.clear();
        return result;
    };
    ftl->read(0, ftl->logical_pages(), 1, out);
    EXPECT_EQ(fault(), core::Fault::kOutOfRange);
    ftl->write(0, -1, 1, out);
    EXPECT_EQ(fault(), core::Fault::kOutOfRange);
    ftl->trim(0, 5, ftl->logical_pages(), 1, out);
    EXPECT_EQ(fault(), core::Fault::kOutOfRange);
    ftl->read(0, 5, 1, out);
    EXPECT_EQ(fault(), core::Fault::kNandReadErased);
    EXPECT_THROW(ftl->done(0, 0, FlashStatus::kOk, out), core::ModelError);
}

}  // namespace
}  // namespace strata::test
