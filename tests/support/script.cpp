// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/script.h"

#include <utility>

namespace strata::test {

Script::Script(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(run);
    sensitive << wake_;
}

void Script::at(core::Ps time, std::function<void()> action) {
    const core::Ps now = core::now_ps();
    agenda_.emplace(std::max(time, now), std::move(action));
    wake_.notify(core::to_sc_time(std::max<core::Ps>(time - now, 0)));
}

void Script::run() {
    const core::Ps now = core::now_ps();
    // What an action adds for now runs in the next delta cycle, as from any other process.
    auto due = agenda_.upper_bound(now);
    std::multimap<core::Ps, std::function<void()>> actions;
    while (agenda_.begin() != due) {
        actions.insert(actions.end(), agenda_.extract(agenda_.begin()));
    }
    for (const auto& entry : actions) {
        entry.second();
    }
    if (!agenda_.empty()) {
        wake_.notify(core::to_sc_time(agenda_.begin()->first - now));
    }
}

}  // namespace strata::test
