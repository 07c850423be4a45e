// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the one process of a component sleeps on.
//
// Two events, one for the next delta cycle and one for a later time. With a single sc_event every
// call for now would cancel the timed notification, which the process then makes again: two
// operations on SystemC's heap for each activation, 8 to 10 % of a whole run.

#include <systemc>

#include "core/payload.h"
#include "core/units.h"

namespace strata::core {

class WakeUp {
   public:
    void add_to(sc_core::sc_sensitive& sensitive) { sensitive << soon_ << later_; }

    /// In the next delta cycle.
    void soon() { soon_.notify(sc_core::SC_ZERO_TIME); }
    /// At `time`, or in the next delta cycle when that is not after `now`. Of several times the
    /// earliest counts; a process that is woken with nothing to do names the next one again.
    void at(Ps time, Ps now) {
        if (time <= now) {
            soon();
        } else if (time < next_ || next_ <= now) {
            next_ = time;
            later_.notify(to_sc_time(time - now));
        }
    }
    /// After the delay that a neighbour annotated.
    void after(const sc_core::sc_time& delay) {
        const Ps now = now_ps();
        at(now + static_cast<Ps>(delay.value()), now);
    }

   private:
    sc_core::sc_event soon_;
    sc_core::sc_event later_;
    Ps next_ = 0;  // of later_; passed when it is not after now
};

}  // namespace strata::core
