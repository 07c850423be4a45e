// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <systemc>

#include "platform/cli/cli.h"

// An executable of its own per platform file is this file with STRATA_PLATFORM set to its path.
#ifndef STRATA_PLATFORM
#define STRATA_PLATFORM nullptr
#endif

/// In place of the library's own, to keep its banner out of every run's output.
int main(int argc, char** argv) {
    setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 0);
    return sc_core::sc_elab_and_sim(argc, argv);
}

int sc_main(int argc, char** argv) {
    return strata::platform::cli_main(argc, argv, STRATA_PLATFORM);
}
