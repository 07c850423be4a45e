// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_preset_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace strata::models {

/// A time, or a list of them.
std::vector<core::Ps> FlashPresetReader::times(
    core::Section& s, const char* key, const std::optional<std::vector<core::Ps>>& otherwise) {
    const bool list = s.has(key) ? s.has_list(key) : otherwise && otherwise->size() > 1;
    if (!list) {
        return {
            s.time(key, otherwise ? std::optional<core::Ps>(otherwise->front()) : std::nullopt)};
    }
    std::optional<std::vector<std::string>> defaults;
    if (otherwise) {
        defaults.emplace();
        for (const core::Ps time : *otherwise) {
            defaults->push_back(core::format_time(time));
        }
    }
    std::vector<core::Ps> result;
    for (const std::string& text : s.strings(key, defaults)) {
        std::string reason;
        const auto time = core::parse_time(text, reason);
        if (!time || *time < 0) {
            s.error(key, "expected a time such as 40us, got '" + text + "'");
        }
        result.push_back(time.value_or(0));
    }
    return result;
}

/// One time for all page types or one for each.
void FlashPresetReader::page_times(const char* key, FlashPageTimes& value, std::int32_t types) {
    const auto end = value.begin() + types;
    const bool same = std::adjacent_find(value.begin(), end, std::not_equal_to<>()) == end;
    const auto given = times(
        s_, key, fallback(std::vector<core::Ps>(value.begin(), same ? value.begin() + 1 : end)));
    if (given.size() != 1 && given.size() != static_cast<std::size_t>(types)) {
        s_.error(key, fmt::format("expected one time, or one for each of {} page types", types));
        return;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        value[i] = given[std::min(i, given.size() - 1)];
    }
    if (*std::min_element(given.begin(), given.end()) <= 0) {
        s_.error(key, "must be more than 0");
    }
}

void FlashPresetReader::geometry() {
    FlashGeometry& g = p_.config.geometry;
    count(s_, "channels", g.channels, {1, 4096});
    count(s_, "chips", g.chips, {1, 64}, 1);
    count(s_, "dies", g.dies, {1, 64}, 1);
    count(s_, "planes", g.planes, {1, 64});
    count(s_, "blocks", g.blocks, {1, 1 << 20});
    count(s_, "pages", g.pages, {1, 1 << 20});
    g.page_bytes = s_.size("page", fallback(g.page_bytes), {64, 1 << 20});
    if ((g.page_bytes & (g.page_bytes - 1)) != 0) {
        s_.error("page", "must be a power of two (beside it: `spare`)");
    }
    g.spare_bytes = s_.size("spare", g.spare_bytes, {0, 1 << 16});
    if (static_cast<double>(g.total_blocks()) > 1e8) {
        s_.error("blocks", "more than 1e8 blocks in all");
    }
}

void FlashPresetReader::cell() {
    FlashCell& c = p_.config.cell;
    count(s_, "cell_bits", c.bits, {1, kMaxPageTypes}, 1);
    count(s_, "pages_per_type", c.pages_per_type, {1, 1 << 20}, 1);
    c.one_shot =
        s_.choice("program", {"page", "one_shot"}, c.one_shot ? "one_shot" : "page") == "one_shot";
    page_times("t_read", c.t_read, c.bits);
    page_times("t_prog", c.t_program, c.one_shot ? 1 : c.bits);
    c.t_erase = s_.time("t_erase", fallback(c.t_erase), core::kPositive);
    if (c.one_shot && p_.config.geometry.pages % c.bits != 0) {
        s_.error("pages", "one-shot programs need whole word lines: a multiple of cell_bits");
    }
    if (c.one_shot && c.pages_per_type != 1) {
        s_.error("pages_per_type", "one-shot programs take consecutive pages: must be 1");
    }
}

void FlashPresetReader::die() {
    FlashConfig& c = p_.config;
    const std::vector<std::string> names = {"none", "reads", "all"};
    const std::string name =
        s_.choice("independent_planes", names, names[static_cast<std::size_t>(c.independence)]);
    c.independence =
        static_cast<FlashIndependence>(std::find(names.begin(), names.end(), name) - names.begin());
    count(s_, "multi_plane", p_.multi_plane, {1, 64}, 1);
    c.max_planes = std::min(p_.multi_plane, c.geometry.planes);
    c.same_page = s_.boolean("same_page", c.same_page);
    c.auto_cache = s_.boolean("auto_cache", c.auto_cache);
    FlashDieTiming& t = c.die;
    t.t_rcbsy = s_.time("t_rcbsy", t.t_rcbsy);
    t.t_pcbsy = s_.time("t_pcbsy", t.t_pcbsy);
    t.t_transfer = s_.time("t_transfer", t.t_transfer);
    t.t_suspend_program = s_.time("t_suspend_program", t.t_suspend_program);
    t.t_suspend_erase = s_.time("t_suspend_erase", t.t_suspend_erase);
    t.t_resume = s_.time("t_resume", t.t_resume);
    t.t_reset_ready = s_.time("t_reset_ready", t.t_reset_ready);
    t.t_reset_program = s_.time("t_reset_program", t.t_reset_program);
    t.t_reset_erase = s_.time("t_reset_erase", t.t_reset_erase);
    t.t_feature = s_.time("t_feature", t.t_feature);
    if (c.max_planes * c.cell.program_pages() > kMaxGroup) {
        s_.error("multi_plane", fmt::format("a program takes at most {} pages", kMaxGroup));
    }
}

void FlashPresetReader::bus() {
    core::Section s = s_.section("bus");
    FlashBus& b = p_.config.bus;
    const std::vector<std::string> names = {"sdr",     "nv_ddr",    "nv_ddr2",
                                            "nv_ddr3", "nv_lpddr4", "direct"};
    const FlashInterface before = p_.interface;
    p_.interface = static_cast<FlashInterface>(
        std::find(names.begin(), names.end(),
                  s.choice("interface", names, names[static_cast<std::size_t>(before)])) -
        names.begin());
    p_.transfers = s.transfer_rate("rate", fallback(p_.transfers), {1e6, 1e12});
    p_.width = s.integer("width", p_.width, {8, 8192});
    if (p_.width % 8 != 0) {
        s.error("width", "must be a multiple of 8 bits");
    }
    const core::Frequency limit = onfi_limit(p_.interface);
    if (limit.hz != 0 && p_.transfers.hz > limit.hz) {
        s.error("rate",
                fmt::format("{} ends at {} MT/s", names[static_cast<std::size_t>(p_.interface)],
                            limit.hz / 1'000'000));
    }
    b.rate = {std::max<std::int64_t>(1, p_.transfers.hz / 8 * p_.width)};
    b.mqsim_rounding =
        s.choice("rounding", {"exact", "mqsim"}, b.mqsim_rounding ? "mqsim" : "exact") == "mqsim";
    b.split_command = s.boolean("split_command", b.split_command);
    b.spare_on_bus = s.boolean("spare_on_bus", b.spare_on_bus);
    if (s.has("overheads")) {
        p_.timing.reset();
        overheads(s.section("overheads"));
    } else if (p_.timing || base_ == nullptr) {
        if (!p_.timing || before != p_.interface) {
            p_.timing = onfi_timing(p_.interface);
        }
        onfi(s, s.section("waits"));
    }
    s.finish();
    const auto pages =
        static_cast<std::size_t>(p_.config.max_planes * p_.config.cell.program_pages());
    if (b.command_limit() < pages) {
        s_.error("bus", fmt::format("overheads are needed for up to {} pages", pages));
    }
}

void FlashPresetReader::onfi(core::Section& s, core::Section waits) {
    FlashBusTiming& t = *p_.timing;
    const auto time = [&](const char* key, core::Ps& value) { value = waits.time(key, value); };
    time("t_wc", t.t_wc);
    time("t_wb", t.t_wb);
    time("t_rr", t.t_rr);
    time("t_adl", t.t_adl);
    time("t_ccs", t.t_ccs);
    time("t_rhw", t.t_rhw);
    time("t_whr", t.t_whr);
    time("t_dbsy", t.t_dbsy);
    time("write_preamble", t.write_preamble);
    time("read_preamble", t.read_preamble);
    waits.finish();
    t.address_cycles = s.integer("address_cycles", t.address_cycles, {1, 8});
    t.row_cycles = s.integer("row_cycles", t.row_cycles, {1, 6});
    p_.config.bus.set_timing(t, p_.multi_plane * p_.config.cell.program_pages());
}

/// Bus times of commands as they are, for 1, 2 … pages where a list is given.
void FlashPresetReader::overheads(core::Section s) {
    FlashBus& b = p_.config.bus;
    b.set_timing({}, p_.multi_plane * p_.config.cell.program_pages());
    using C = FlashCommand;
    const auto set = [&](const char* key, std::initializer_list<C> commands) {
        const std::vector<core::Ps>& before =
            b.overhead[static_cast<std::size_t>(*commands.begin())];
        const auto list = times(s, key, std::vector<core::Ps>{before.front()});
        for (const C command : commands) {
            auto& to = b.overhead[static_cast<std::size_t>(command)];
            if (list.size() > 1) {
                to = list;
            } else {
                std::fill(to.begin(), to.end(), list.front());
            }
        }
    };
    set("read", {C::kRead, C::kReadCacheSequential, C::kReadCacheRandom, C::kReadCacheEnd,
                 C::kCopybackRead});
    set("cache_read", {C::kReadCacheSequential, C::kReadCacheRandom, C::kReadCacheEnd});
    set("program", {C::kProgram, C::kProgramCache, C::kCopybackProgram});
    set("erase", {C::kErase});
    set("control", {C::kSuspend, C::kResume, C::kStatus, C::kReset, C::kSetFeature});
    b.t_wb = s.time("t_wb", 0);
    b.t_rr = s.time("t_rr", 0);
    b.out_setup = s.time("out_setup", 0);
    b.out_tail = s.time("out_tail", 0);
    s.finish();
}

}  // namespace strata::models
