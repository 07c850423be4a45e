// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading a config text in one call, for the tests of the reader.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/config.h"

namespace strata::core {

using Messages = std::vector<std::string>;
using Reader = std::function<void(Section&)>;

/// What reading `text` as `f.yaml` with `read` reports; the section is finished afterwards.
inline Messages errors(const std::string& text, const Reader& read = {},
                       const std::vector<std::string>& overrides = {}) {
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse(text, "f.yaml", overrides, diagnostics);
    Section root = document.root();
    if (read) {
        read(root);
        root.finish();
    }
    return diagnostics.messages();
}

/// Reads `text`, which must be without errors, and returns what `read` returns.
template <class Read>
auto value(const std::string& text, const Read& read,
           const std::vector<std::string>& overrides = {}) {
    Diagnostics diagnostics;
    ConfigDocument document = ConfigDocument::parse(text, "f.yaml", overrides, diagnostics);
    Section root = document.root();
    auto result = read(root);
    root.finish();
    EXPECT_EQ(diagnostics.messages(), Messages{});
    return result;
}

}  // namespace strata::core
