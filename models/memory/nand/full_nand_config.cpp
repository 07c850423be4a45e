// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/full_nand_config.h"

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

}  // namespace

FullNandConfig FullNandConfig::parse(core::Section& s, const FlashPresetFinder& find) {
    FullNandConfig c;
    c.device = parse_flash_config(s, find, controller_keys(c));
    core::Section policy = s.section("policy");
    if (c.device.geometry.total_pages() > 1) {  // else the preset is in error, which was reported
        c.ftl.check(policy, c.device.geometry);
    }
    if (c.device.cell.one_shot && c.ftl.mapping == "zone") {
        policy.error("mapping", "zones take pages one by one and need `program: page`");
    }
    if (c.device.cell.one_shot && c.ftl.gc.copyback) {
        policy.section("gc").error("copyback", "a word line of one-shot programs has no copyback");
    }
    if (c.ecc.on() && c.device.geometry.page_bytes % c.ecc.codeword != 0) {
        s.section("ecc").error(
            "codeword", "must divide a page of " + core::format_size(c.device.geometry.page_bytes));
    }
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
