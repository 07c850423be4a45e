// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Routes for a topology as its config asks for them, and what a config reader checks about them.

#include "core/config.h"
#include "interconnect/noc_config.h"
#include "interconnect/routing.h"
#include "interconnect/topology.h"

namespace strata::interconnect {

/// Throws UserError that names the key.
RoutingTable make_routing(const Topology& topology, const NocConfig& noc);

/// Reports what make_routing would throw, at the keys of the `noc` mapping.
void check_network(core::Section& section, const Topology& topology, const NocConfig& noc);

}  // namespace strata::interconnect
