// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything a module test needs to stand at both ends of a TLM-2.0 AT socket:
// InitiatorTester — ProtocolChecker — (device under test) — ProtocolChecker — TargetTester.

#include "tests/support/initiator_tester.h"
#include "tests/support/protocol_checker.h"
#include "tests/support/script.h"
#include "tests/support/target_tester.h"
