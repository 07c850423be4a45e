// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where config files are: as a path, or by name in configs/<folder> of the working directory, of
// $STRATA_HOME, or of the source tree Strata was built from.

#include <string>
#include <vector>

namespace strata::platform {

/// Path of `name` (`hbf_sip`, `hbf_sip.yaml` or any path) of `folder` (`platforms`, `workloads` …).
/// Throws core::UserError with the closest name when there is none.
std::string find_config(const std::string& folder, const std::string& name);

/// All files of a folder, sorted by name.
std::vector<std::string> config_files(const std::string& folder);

}  // namespace strata::platform
