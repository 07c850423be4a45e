// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/nand_config.h"

#include <algorithm>

#include "models/memory/factory.h"
#include "models/memory/nand/full_nand_config.h"

namespace strata::models {

namespace {

void parse_page_order(core::Section& s, NandConfig& c) {
    const std::vector<std::string> names{"plane", "page", "block"};
    const std::vector<std::string> order = s.strings("page_order", names);
    std::vector<std::string> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != std::vector<std::string>{"block", "page", "plane"}) {
        s.error("page_order", "expected plane, page and block in some order, low to high");
        return;
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto found = std::find(names.begin(), names.end(), order[i]);
        c.page_order[i] = static_cast<NandField>(found - names.begin());
    }
}

void check_interleave(core::Section& s, const NandConfig& c) {
    if (c.interleave % c.page != 0) {
        s.error("interleave", "must be a multiple of page");
    } else if (c.channel_capacity() % c.interleave != 0) {
        s.error("interleave", "must divide the capacity of a channel = " +
                                  core::format_size(c.channel_capacity()));
    }
}

void parse_organisation(core::Section& s, NandConfig& c) {
    // 16 dies and 16 host channels, 512 GB a stack: HBF vendor figures. Planes: papers on HBF
    // assume 32 a die. Page: OCP HBF 0.7. Blocks and pages fill the capacity (assumption).
    c.channels = s.integer("channels", c.channels, {1, 4096});
    c.planes = s.integer("planes", c.planes, {1, 4096});
    c.blocks = s.integer("blocks", c.blocks, {1, 1 << 20});
    c.pages = s.integer("pages", c.pages, {1, 1 << 20});
    c.page = s.size("page", c.page, {64, 1 << 20});
    c.interleave = s.size("interleave", c.interleave, {64, 1e15});  // assumption
    check_interleave(s, c);
    if (static_cast<double>(c.planes) * static_cast<double>(c.blocks) > 1e8) {
        s.error("blocks", "planes x blocks must not exceed 1e8 per channel");
    }
    parse_page_order(s, c);
    c.preloaded = s.choice("preloaded", {"all", "none"}, "all") == "all";
}

/// What the rest of the platform asks of any NAND, from the device of `full`.
void follow_device(const FullNandConfig& full, NandConfig& c) {
    const FlashConfig& d = full.device;
    c.channels = d.geometry.channels;
    c.planes = d.geometry.planes_per_channel();
    c.blocks = d.geometry.blocks;
    c.pages = d.geometry.pages;
    c.page = d.geometry.page_bytes;
    c.t_read = d.read_time(0);
    c.t_prog = d.program_time(0);
    c.t_erase = d.cell.t_erase;
    c.t_command = d.bus.command(FlashCommand::kRead, 1) + d.bus.t_wb;
    c.t_base = d.link.latency;
    c.bus_bandwidth = d.bus.rate;
    c.link_bandwidth = d.link.rate;
}

/// The device of `full`, and what the platform asks of any NAND.
void read_full(core::Section& s, const FlashPresetFinder& find, NandConfig& c) {
    FullNandConfig full = FullNandConfig::parse(s, find);
    if (full.device.geometry.total_pages() <= 1) {
        return;  // the preset is in error, which was reported
    }
    follow_device(full, c);
    // Keys of `simple` that a platform may hold for both models.
    c.registers = s.integer("registers", 2);
    if (c.registers != 2) {
        s.error("registers", "the device has 2: page register and cache register");
    }
    constexpr core::Range kRate{1e6, 1e13};
    c.link_bandwidth = s.bandwidth("link_bandwidth", c.link_bandwidth, kRate);
    full.device.link.rate = c.link_bandwidth;
    c.bus_bandwidth = s.bandwidth("bus_bandwidth", c.bus_bandwidth, kRate);
    full.device.bus.rate = c.bus_bandwidth;
    c.interleave = s.size("interleave", c.interleave, {64, 1e15});  // assumption
    c.preloaded = s.choice("preloaded", {"all", "none"}, "all") == "all";
    c.queue_depth = s.integer("queue_depth", c.queue_depth, {1, 65536});  // assumption
    full.preloaded = c.preloaded;
    full.queue_depth = c.queue_depth;
    c.full = std::make_shared<const FullNandConfig>(full.one_channel());
    c.visible = c.full->capacity();
    check_interleave(s, c);
    s.finish();
}

}  // namespace

NandPage NandConfig::locate(std::int64_t page_number) const {
    NandPage result;
    for (const NandField field : page_order) {
        switch (field) {
            case NandField::kPlane:
                result.plane = page_number % planes;
                page_number /= planes;
                break;
            case NandField::kPage:
                result.page = page_number % pages;
                page_number /= pages;
                break;
            case NandField::kBlock:
                result.block = page_number % blocks;
                page_number /= blocks;
                break;
        }
    }
    return result;
}

NandConfig NandConfig::parse(core::Section s, const FlashPresetFinder& find) {
    NandConfig c;
    std::vector<std::string> models = nand_models().names();
    models.push_back("none");  // a platform without flash, on top of one that has it
    c.model = s.choice("model", models, c.model);
    if (c.model == "full") {
        read_full(s, find, c);
        return c;
    }
    s.string("preset", "");  // of `full`; may stand there while `simple` is chosen
    parse_organisation(s, c);
    c.t_read = s.time("t_read", c.t_read);           // assumption; papers on HBF use 2-20 us
    c.t_prog = s.time("t_prog", c.t_prog);           // assumption; XL-FLASH 75 us
    c.t_erase = s.time("t_erase", c.t_erase);        // assumption; SLC 2-3 ms
    c.t_command = s.time("t_command", c.t_command);  // assumption
    c.t_base = s.time("t_base", c.t_base);           // assumption
    c.registers = s.integer("registers", c.registers, {1, 16});  // OCP HBF 0.7: two per bank
    c.bus_bandwidth = s.bandwidth("bus_bandwidth", c.bus_bandwidth, {1e6, 1e13});  // assumption
    // 1.6 TB/s a stack over 16 channels: HBF vendor figure.
    c.link_bandwidth = s.bandwidth("link_bandwidth", c.link_bandwidth, {1e6, 1e13});
    c.queue_depth = s.integer("queue_depth", c.queue_depth, {1, 65536});  // assumption
    // 98 nJ per 4 KiB page (Lincoln); other papers go up to 30 pJ/bit.
    c.read_pj_per_bit = s.energy_pj("read_energy_per_bit", c.read_pj_per_bit);
    c.program_pj_per_bit = s.energy_pj("program_energy_per_bit", c.program_pj_per_bit);  // FLINT
    // 2 ms at 82.5 mW, from the constants of SimpleSSD.
    c.erase_pj = s.energy_pj("erase_energy", c.erase_pj);
    c.bus_pj_per_bit = s.energy_pj("bus_energy_per_bit", c.bus_pj_per_bit);  // assumption: as HBM2
    s.finish();
    return c;
}

}  // namespace strata::models
