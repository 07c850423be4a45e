// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/full_nand_config.h"

#include <fmt/format.h>

namespace strata::models {

namespace {

FlashKeysReader controller_keys(FullNandConfig& config) {
    return [&config](core::Section& s) {
        config.ecc.read(s.section("ecc"));
        config.reliability.read(s.section("reliability"));
        core::Section policy = s.section("policy");
        config.scheduler.read(policy.section("scheduler"));
        config.ftl.read(policy);
        policy.finish();
    };
}

void check_ecc(core::Section& s, const FullNandConfig& c) {
    const core::Bytes page = c.device.geometry.page_bytes;
    if (!c.ecc.on()) {
        if (c.reliability.enabled) {
            s.section("reliability")
                .error("", "without a decoder nobody sees the errors: needs ecc.placement");
        }
        return;
    }
    if (page % c.ecc.codeword != 0) {
        s.section("ecc").error("codeword", "must divide a page of " + core::format_size(page));
    } else if (c.ecc.placement != EccPlacement::kDie &&
               c.ecc.raw_bytes(page) > c.device.bus_page()) {
        s.section("ecc").error(
            "parity",
            fmt::format("{} of a page cross the bus with it: needs `spare` of at least that and "
                        "bus.spare_on_bus, or placement: die",
                        core::format_size(c.ecc.raw_bytes(page) - page)));
    }
}

}  // namespace

FullNandConfig FullNandConfig::parse(core::Section& s, const FlashPresetFinder& find) {
    FullNandConfig c;
    c.device = parse_flash_config(s, find, controller_keys(c));
    core::Section policy = s.section("policy");
    if (!c.device.name.empty()) {  // else the preset is in error, which was reported
        c.ftl.check(policy, c.device.geometry);
    }
    if (c.device.cell.one_shot && c.ftl.mapping == "zone") {
        policy.error("mapping", "zones take pages one by one and need `program: page`");
    }
    if (c.device.cell.one_shot && c.ftl.gc.copyback) {
        policy.section("gc").error("copyback", "a word line of one-shot programs has no copyback");
    }
    check_ecc(s, c);
    return c;
}

FullNandConfig FullNandConfig::one_channel() const {
    FullNandConfig c = *this;
    c.device = device.one_channel();
    return c;
}

core::Bytes FullNandConfig::capacity() const {
    const FlashGeometry& g = device.geometry;
    if (ftl.mapping == "zone") {
        return (g.blocks - ftl.spare_zones) * g.total_planes() * g.pages * g.page_bytes;
    }
    return page_map_capacity(ftl, g) * g.page_bytes;
}

FullNandConfig load_full_nand_preset(const std::string& file) {
    FullNandConfig c;
    c.device = load_flash_preset(file, controller_keys(c));
    return c;
}

}  // namespace strata::models
