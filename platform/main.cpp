// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <systemc>

#include "platform/cli/cli.h"

// An executable of its own per platform file is this file with STRATA_PLATFORM set to its path.
#ifndef STRATA_PLATFORM
#define STRATA_PLATFORM nullptr
#endif

int sc_main(int argc, char** argv) {
    return strata::platform::cli_main(argc, argv, STRATA_PLATFORM);
}
