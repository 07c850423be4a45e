// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/link_server.h"

namespace strata::interconnect {

void LinkServer::serve_several(Cycle until) {
    Cycle budget = until - time_;
    time_ = until;
    while (budget > 0) {
        Cycle least = 0;
        Cycle active = 0;
        for (const Share& share : shares_) {
            if (share.left > 0) {
                least = active == 0 ? share.left : std::min(least, share.left);
                ++active;
            }
        }
        if (active == 0) {
            break;
        }
        const bool all_go = least * active <= budget;
        const Cycle turns = all_go ? least : budget / active;
        take_turns(turns, all_go ? 0 : budget - turns * active);
        budget -= all_go ? least * active : budget;
    }
    shares_.erase(std::remove_if(shares_.begin(), shares_.end(),
                                 [until](const Share& share) { return share.end <= until; }),
                  shares_.end());
}

/// Whole rounds, and one more turn for those whose turn comes first.
void LinkServer::take_turns(Cycle turns, Cycle extra) {
    for (const bool begun : {false, true}) {
        for (std::size_t k = 0; k < shares_.size() && extra > 0; ++k) {
            Share& share = shares_[begun ? shares_.size() - 1 - k : k];
            if (share.begun == begun && share.left > turns) {
                --share.left;
                --extra;
                share.begun = true;
            }
        }
    }
    if (turns > 0) {
        for (Share& share : shares_) {
            share.left = std::max<Cycle>(0, share.left - turns);
            share.begun = true;
        }
    }
}

/// The packet whose VC the newcomer takes over, -1 when a VC is free.
int LinkServer::queue_behind(const Request& request, std::uint8_t vc_class) const {
    int held = 0;
    int first = -1;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
        if (shares_[i].vc_class == vc_class) {
            ++held;
            if (first < 0 || shares_[i].end <= shares_[static_cast<std::size_t>(first)].end) {
                first = static_cast<int>(i);
            }
        }
    }
    return held < request.vcs ? -1 : first;
}

}  // namespace strata::interconnect
