// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text tables (comma- or space-separated) with the place of every cell.

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics.h"

namespace strata::models {

struct TableCell {
    std::string text;
    core::SourceLocation place;
};
using TableRow = std::vector<TableCell>;  ///< never empty

/// Rows of `file`, split at `separator` (`,`, or ` ` for any white space); empty lines and what
/// follows a # are left out. An unreadable file is an error, and has no rows.
std::vector<TableRow> read_table(const std::string& file, char separator,
                                 core::Diagnostics& diagnostics);

/// The number in a cell; an error when it is none, not finite, or below `least`.
std::optional<double> read_number(const TableCell& cell, const std::string& what, double least,
                                  core::Diagnostics& diagnostics);

/// The shortest text that reads back to the same number.
std::string number_text(double value);

}  // namespace strata::models
