// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0

// The main of every test executable. GoogleTest runs inside sc_main, so that a case may elaborate
// and simulate; as SystemC can elaborate once per process, such cases are run one per process
// (CTest does; by hand use --gtest_filter). A SystemC warning is an error.

#include <gtest/gtest.h>

#include <systemc>

#include "core/logging.h"

int sc_main(int argc, char* argv[]) {
    testing::InitGoogleTest(&argc, argv);
    const strata::core::ReportBridge bridge(strata::core::make_silent_logger(), true);
    return RUN_ALL_TESTS();
}
