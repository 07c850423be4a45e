// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/component.h"

#include <algorithm>
#include <utility>

namespace strata::core {

Component::Component(std::string path, Services& services)
    : path_(std::move(path)), services_(services) {
    services_.components.push_back(this);
}

Component::~Component() {
    auto& all = services_.components;
    // Members die in reverse order, so the last entry is nearly always the one.
    const auto found = std::find(all.rbegin(), all.rend(), this);
    if (found != all.rend()) {
        all.erase(std::prev(found.base()));
    }
}

StatGroup& Component::stats() const {
    return services_.stats.child(path_);
}

}  // namespace strata::core
