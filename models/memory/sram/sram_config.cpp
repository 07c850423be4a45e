// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/sram/sram_config.h"

#include "models/memory/factory.h"

namespace strata::models {

SramConfig SramConfig::parse(core::Section s) {
    SramConfig c;
    c.model = s.choice("model", sram_models().names(), c.model);
    c.banks = s.integer("banks", c.banks, {1, 4096});                             // assumption
    c.bank_capacity = s.size("bank_capacity", c.bank_capacity, {64, 1e12});       // assumption
    c.interleave = s.size("interleave", c.interleave, {64, 1e12});                // assumption
    c.width = s.size("width", c.width, {1, 4096});                                // assumption
    c.clock = s.frequency("clock", c.clock, {1e6, 1e11});                         // assumption
    c.latency_cycles = s.integer("latency_cycles", c.latency_cycles, {0, 1000});  // assumption
    c.queue_depth = s.integer("queue_depth", c.queue_depth, {1, 65536});          // assumption
    // 14 pJ per 64-bit access of a 1 MB SRAM in 7 nm: Jouppi et al., ISCA 2021, table 2. The same
    // for writes is an assumption.
    c.read_pj_per_bit = s.energy_pj("read_energy_per_bit", c.read_pj_per_bit);
    c.write_pj_per_bit = s.energy_pj("write_energy_per_bit", c.write_pj_per_bit);
    if (c.width > 0 && c.bank_capacity % c.width != 0) {
        s.error("bank_capacity", "must be a multiple of width");
    }
    if (c.interleave > 0 && c.bank_capacity % c.interleave != 0) {
        s.error("interleave", "must divide bank_capacity");
    }
    s.finish();
    return c;
}

}  // namespace strata::models
