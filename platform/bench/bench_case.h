// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every bench does around its run: read the case file, write it resolved beside the results.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/output_file.h"

namespace strata::platform {

/// `measure` makes the result of a Case. Throws core::UserError with all errors of the file. `out`:
/// directory for `config.resolved.yaml`, or empty.
template <class Case, class Measure>
nlohmann::ordered_json run_bench_case(const std::string& file,
                                      const std::vector<std::string>& overrides,
                                      const std::string& out, Measure measure) {
    core::Diagnostics diagnostics;
    core::ConfigDocument document = core::ConfigDocument::load(file, overrides, diagnostics);
    diagnostics.throw_if_any();
    const Case config = Case::parse(document.root());
    diagnostics.throw_if_any();
    nlohmann::ordered_json result = measure(config);
    if (!out.empty()) {
        core::write_file((std::filesystem::path(out) / "config.resolved.yaml").string(),
                         document.resolved_yaml());
    }
    return result;
}

}  // namespace strata::platform
