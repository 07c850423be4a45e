// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/logging.h"

#include <gtest/gtest.h>

#include "core/diagnostics.h"
#include "tests/support/script.h"
#include "tests/support/temporary_directory.h"

namespace strata::core {
namespace {

using test::read_text;
using test::TemporaryDirectory;

TEST(Logging, ReportsLandInTheLogWithSimulatedTime) {
    const TemporaryDirectory directory;
    const auto log = make_logger({directory.file("run.log"), spdlog::level::debug, false});
    const ReportBridge bridge(log);
    log->debug("debug line");
    SC_REPORT_INFO("model", "all well");
    SC_REPORT_WARNING("model", "looks odd");
    EXPECT_EQ(bridge.warnings(), 1);
    log->flush();
    EXPECT_EQ(read_text(directory.file("run.log")),
              "[0.000 ns] [debug] debug line\n"
              "[0.000 ns] [info] model: all well\n"
              "[0.000 ns] [warning] model: looks odd\n");
}

TEST(Logging, ErrorsAndFatalsThrow) {
    const ReportBridge bridge(make_silent_logger());
    EXPECT_THROW(SC_REPORT_ERROR("model", "broken"), ModelError);
    try {
        SC_REPORT_FATAL("model", "beyond repair");
        FAIL();
    } catch (const ModelError& error) {
        EXPECT_STREQ(error.what(), "model: beyond repair");
    }
}

TEST(Logging, StrictBridgeThrowsOnWarnings) {
    const ReportBridge bridge(make_silent_logger(), true);
    EXPECT_THROW(SC_REPORT_WARNING("model", "looks odd"), ModelError);
    EXPECT_EQ(bridge.warnings(), 1);
}

TEST(Logging, BridgesNest) {
    const ReportBridge outer(make_silent_logger());
    {
        const ReportBridge inner(make_silent_logger());
        SC_REPORT_WARNING("model", "one");
        EXPECT_EQ(inner.warnings(), 1);
    }
    SC_REPORT_WARNING("model", "two");
    SC_REPORT_WARNING("model", "three");
    EXPECT_EQ(outer.warnings(), 2);
}

TEST(Logging, ATestFailsOnWarnings) {  // the bridge of tests/support/test_main.cpp
    EXPECT_THROW(SC_REPORT_WARNING("model", "looks odd"), ModelError);
}

TEST(Logging, DuplicateNamesThrowEvenWhenNotStrict) {
    const ReportBridge bridge(make_silent_logger());
    const test::Script first("twin");
    try {
        const test::Script second("twin");
        FAIL();
    } catch (const ModelError& error) {
        EXPECT_NE(std::string(error.what()).find("W505"), std::string::npos) << error.what();
    }
    EXPECT_EQ(bridge.warnings(), 1);
}

TEST(Logging, UnwritableFileIsAUserError) {
    EXPECT_THROW(make_logger({"/proc/nowhere/run.log"}), UserError);
}

}  // namespace
}  // namespace strata::core
