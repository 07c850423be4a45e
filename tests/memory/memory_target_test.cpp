// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

int placeholder;
