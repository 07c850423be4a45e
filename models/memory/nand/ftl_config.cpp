// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/ftl_config.h"

#include <algorithm>

#include "core/random.h"
#include "models/memory/nand/ftl_mqsim.h"
#include "models/memory/nand/ftl_victims.h"

namespace strata::models {

namespace {

constexpr double kMany = 1e12;

bool by_mqsim_rules(const FtlConfig& c) {
    return c.static_placement && !c.write_buffer.capacitor && c.write_buffer.hold == 0 &&
           !c.gc.copyback && c.gc.idle == 0 && !c.map_traffic() && c.factory_bad == 0.0 &&
           c.wear_levelling.spread == 0 && c.read_reclaim == 0 && c.retention == 0;
}

/// No plane has more factory bad blocks.
std::int64_t most_factory_bad(const FtlConfig& config, const FlashGeometry& geometry) {
    return static_cast<std::int64_t>(config.factory_bad * geometry.blocks * 1.5 + 0.99);
}

void parse_striping(core::Section& s, FtlConfig& c) {
    const std::vector<std::string> names{"channel", "chip", "die", "plane"};
    std::vector<std::string> order;
    for (const StripeField field : c.striping) {
        order.push_back(names[static_cast<std::size_t>(field)]);
    }
    order = s.strings("striping", order);
    std::vector<std::string> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != names) {
        s.error("striping", "expected channel, chip, die and plane in some order, fastest first");
        return;
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto found = std::find(names.begin(), names.end(), order[i]);
        c.striping[i] = static_cast<StripeField>(found - names.begin());
    }
}

void parse_gc(core::Section s, FtlConfig::Gc& gc) {
    gc.policy = s.choice("policy", victim_policies(), gc.policy);
    gc.choices = s.integer("choices", gc.choices, {1, 1000});  // Van Houdt: 10 is close to greedy
    gc.start = s.integer("start", gc.start, {1, 1e6});
    gc.stop = s.integer("stop", std::max(gc.stop, gc.start + 1), {1, 1e6});
    gc.idle = s.integer("idle", gc.idle, {0, 1e6});
    gc.idle_after = s.time("idle_after", gc.idle_after, core::kPositive);  // assumption
    gc.depth = s.integer("depth", gc.depth, {1, 1024});
    gc.copyback = s.boolean("copyback", gc.copyback);
    gc.hot_cold = s.boolean("hot_cold", gc.hot_cold);
    if (gc.stop <= gc.start) {
        s.error("stop", "must be above start = " + std::to_string(gc.start));
    }
    s.finish();
}

void parse_write_buffer(core::Section s, FtlConfig::WriteBuffer& buffer) {
    buffer.pages = s.integer("pages", buffer.pages, {1, 1 << 20});
    buffer.hold = s.integer("hold", buffer.hold, {0, 1 << 20});
    buffer.capacitor = s.choice("acknowledge", {"buffer", "flash"},
                                buffer.capacitor ? "buffer" : "flash") == "buffer";
    buffer.pad_after = s.time("pad_after", buffer.pad_after, core::kPositive);  // assumption
    if (buffer.hold >= buffer.pages) {
        s.error("hold", "must be below pages = " + std::to_string(buffer.pages));
    } else if (buffer.hold > 0 && !buffer.capacitor) {
        s.error("hold", "needs acknowledge: buffer, or held pages are never acknowledged");
    }
    s.finish();
}

void parse_map(core::Section s, FtlConfig::Map& map) {
    map.cached = s.integer("cached", map.cached, {0, 1 << 24});
    map.entry = s.size("entry", map.entry, {4, 16});
    s.finish();
}

void parse_upkeep(core::Section& s, FtlConfig& c) {
    core::Section levelling = s.section("wear_levelling");
    c.wear_levelling.dynamic_on = levelling.boolean("dynamic", c.wear_levelling.dynamic_on);
    c.wear_levelling.spread = levelling.integer("spread", c.wear_levelling.spread, {0, 1e6});
    levelling.finish();
    core::Section recovery = s.section("recovery");
    c.recovery.journal = recovery.boolean("journal", c.recovery.journal);
    c.recovery.interval = recovery.integer("interval", c.recovery.interval, {0, kMany});
    if (c.recovery.interval > 0 && !c.recovery.journal) {
        recovery.error("interval", "checkpoints need journal: true");
    }
    recovery.finish();
    c.factory_bad = s.number("factory_bad", c.factory_bad, {0.0, 0.2});  // ONFI: up to 2 % typical
    c.read_reclaim = s.integer("read_reclaim", c.read_reclaim, {0, 4e9});  // 1e5..1e6 for TLC
    c.retention = s.time("retention", c.retention);  // OCP HBF 0.7: refresh every 24..48 h
}

}  // namespace

void FtlConfig::read(core::Section& s) {
    mapping = s.choice("mapping", {"page", "zone", "mqsim"}, mapping);
    parse_striping(s, *this);
    static_placement = s.choice("placement", {"dynamic", "static"},
                                static_placement ? "static" : "dynamic") == "static";
    over_provisioning = s.number("over_provisioning", over_provisioning, {0.0, 0.95});
    parse_gc(s.section("gc"), gc);
    parse_write_buffer(s.section("write_buffer"), write_buffer);
    parse_map(s.section("map"), map);
    parse_upkeep(s, *this);
    spare_zones = s.integer("spare_zones", spare_zones, {0, 1e6});
    preloaded = s.boolean("preloaded", preloaded);
}

void FtlConfig::check(core::Section& s, const FlashGeometry& geometry) const {
    const std::string misfit = ftl_misfit(*this, geometry);
    if (!misfit.empty()) {
        s.error(mapping == "zone" ? "spare_zones" : "over_provisioning", misfit);
    }
}

FtlConfig FtlConfig::parse(core::Section s, const FlashGeometry& geometry) {
    FtlConfig c;
    c.read(s);
    c.check(s, geometry);
    s.finish();
    return c;
}

std::int64_t page_map_capacity(const FtlConfig& config, const FlashGeometry& geometry) {
    const std::int64_t per_plane = std::int64_t{geometry.blocks} * geometry.pages;
    // A hair against 0.28 * 100 = 28.000000000000004.
    const double hidden = config.over_provisioning * static_cast<double>(per_plane) - 1e-6;
    const auto rounded = static_cast<std::int64_t>(hidden) + (hidden > 0.0 ? 1 : 0);
    return (per_plane - rounded) * geometry.total_planes();
}

std::vector<std::int64_t> factory_bad_blocks(const FtlConfig& config, const FlashGeometry& geometry,
                                             std::uint64_t seed) {
    std::vector<std::int64_t> bad;
    if (config.factory_bad == 0.0) {
        return bad;
    }
    core::RandomStream random(seed, "ftl.factory_bad");
    const std::int64_t most = most_factory_bad(config, geometry);
    for (std::int64_t plane = 0; plane < geometry.total_planes(); ++plane) {
        std::int64_t of_plane = 0;
        for (std::int32_t i = 0; i < geometry.blocks; ++i) {
            if (random.chance(config.factory_bad) && of_plane < most) {
                bad.push_back(plane * geometry.blocks + i);
                ++of_plane;
            }
        }
    }
    return bad;
}

std::string ftl_misfit(const FtlConfig& config, const FlashGeometry& geometry) {
    if (geometry.total_pages() >= INT32_MAX) {
        return "more than 2^31 pages behind one translation layer";
    }
    if (config.mapping == "zone") {
        if (config.spare_zones >= geometry.blocks) {
            return "must be below the number of zones = " + std::to_string(geometry.blocks);
        }
        const std::int64_t bad = most_factory_bad(config, geometry);
        return config.spare_zones >= bad ? ""
                                         : "leaves no room for up to " + std::to_string(bad) +
                                               " factory bad blocks of a plane";
    }
    if (config.mapping == "mqsim" && !by_mqsim_rules(config)) {
        return "mapping mqsim needs placement: static, write_buffer.acknowledge: flash and hold 0, "
               "and neither copyback, idle collection, map cache, journal, factory bad blocks, "
               "wear_levelling.spread, read_reclaim nor retention";
    }
    // Beside the data a plane holds its open blocks, its free blocks and one that is collected.
    const std::int64_t streams = 1 + (config.gc.hot_cold ? 1 : 0) +
                                 (config.wear_levelling.spread > 0 ? 1 : 0) +
                                 (config.map_traffic() ? 2 : 0);
    const std::int64_t spare = config.mapping == "mqsim"
                                   ? 3 + MqsimFtl::kVictims + 1
                                   : streams + std::max(config.gc.start, config.reserve()) + 1 +
                                         most_factory_bad(config, geometry);
    const std::int64_t data =
        page_map_capacity(config, geometry) / geometry.total_planes() / geometry.pages;
    if (data < 1 || data + spare > geometry.blocks) {
        return "leaves " + std::to_string(geometry.blocks - data) + " of " +
               std::to_string(geometry.blocks) +
               " blocks of a plane for open, free and bad ones; " + std::to_string(spare) +
               " are needed";
    }
    return "";
}

}  // namespace strata::models
