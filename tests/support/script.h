// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs actions at given simulated times, in the order (time, order of request).

#include <functional>
#include <map>
#include <systemc>

#include "core/payload.h"

namespace strata::test {

class Script : public sc_core::sc_module {
   public:
    SC_HAS_PROCESS(Script);
    explicit Script(const sc_core::sc_module_name& name);

    /// Runs `action` at `time` (now or later; ps), from a process of this module. Works before the
    /// simulation starts and from other actions.
    void at(core::Ps time, std::function<void()> action);
    bool empty() const { return agenda_.empty(); }

   private:
    void run();

    std::multimap<core::Ps, std::function<void()>> agenda_;
    sc_core::sc_event wake_;
};

}  // namespace strata::test
