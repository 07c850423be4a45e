// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/floorplan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "models/thermal/table_reader.h"

namespace strata::models {

namespace {

constexpr double kAny = -std::numeric_limits<double>::infinity();
constexpr double kAboveZero = std::numeric_limits<double>::min();
constexpr double kMillimetre = 1e-3;
constexpr double kSlack = 1e-9;  // of the die: what rounded coordinates may overlap

const std::vector<std::string>& csv_columns() {
    static const std::vector<std::string> kColumns{"name", "layer", "x_mm",    "y_mm",
                                                   "w_mm", "h_mm",  "power_w", "leakage_w"};
    return kColumns;
}

bool is_csv_header(const TableRow& row, core::Diagnostics& diagnostics) {
    const auto& columns = csv_columns();
    const bool size_fits = row.size() + 1 == columns.size() || row.size() == columns.size();
    bool good = size_fits;
    for (std::size_t i = 0; size_fits && i < row.size(); ++i) {
        good = good && row[i].text == columns[i];
    }
    if (!good) {
        diagnostics.error(row.front().place, "",
                          "expected the header name,layer,x_mm,y_mm,w_mm,h_mm,power_w[,leakage_w]");
    }
    return good;
}

bool has_cells(const TableRow& row, std::size_t least, std::size_t most,
               core::Diagnostics& diagnostics) {
    if (row.size() >= least && row.size() <= most) {
        return true;
    }
    const std::string wanted =
        least == most ? fmt::format("{}", least) : fmt::format("{}..{}", least, most);
    diagnostics.error(row.front().place, "",
                      fmt::format("expected {} columns, got {}", wanted, row.size()));
    return false;
}

/// Rows of numbers from column `first` on, one per name.
std::vector<double> read_row(const TableRow& row, std::size_t first,
                             const std::vector<std::string>& names,
                             core::Diagnostics& diagnostics) {
    std::vector<double> values;
    for (std::size_t i = 0; i < names.size(); ++i) {
        values.push_back(read_number(row[first + i], names[i], 0.0, diagnostics).value_or(0.0));
    }
    return values;
}

PowerTable table_of(const TableRow& header, std::size_t first, core::Diagnostics& diagnostics) {
    PowerTable table;
    for (std::size_t i = first; i < header.size(); ++i) {
        const std::string& name = header[i].text;
        if (std::find(table.names.begin(), table.names.end(), name) != table.names.end()) {
            diagnostics.error(header[i].place, "", "block '" + name + "' has a column already");
        }
        table.names.push_back(name);
        table.places.push_back(header[i].place);
    }
    return table;
}

std::string extent(const Rectangle& area) {
    return fmt::format("x {:.6g}..{:.6g} mm, y {:.6g}..{:.6g} mm", area.x / kMillimetre,
                       area.right() / kMillimetre, area.y / kMillimetre, area.top() / kMillimetre);
}

void check_overlaps(std::vector<const FloorplanBlock*> blocks, double slack,
                    core::Diagnostics& diagnostics) {
    std::stable_sort(blocks.begin(), blocks.end(),
                     [](const auto* a, const auto* b) { return a->area.x < b->area.x; });
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const Rectangle& a = blocks[i]->area;
        for (std::size_t j = i + 1; j < blocks.size(); ++j) {
            const Rectangle& b = blocks[j]->area;
            if (b.x >= a.right() - slack) {
                break;
            }
            if (b.y < a.top() - slack && a.y < b.top() - slack) {
                const bool in_order = blocks[i]->place.line < blocks[j]->place.line;
                const FloorplanBlock& first = *blocks[in_order ? i : j];
                const FloorplanBlock& second = *blocks[in_order ? j : i];
                diagnostics.error(second.place, "",
                                  fmt::format("block '{}' overlaps '{}' ({})", second.name,
                                              first.name, first.place.str()));
            }
        }
    }
}

}  // namespace

std::vector<FloorplanBlock> read_floorplan_csv(const std::string& file,
                                               core::Diagnostics& diagnostics) {
    const std::vector<TableRow> rows = read_table(file, ',', diagnostics);
    std::vector<FloorplanBlock> blocks;
    if (rows.empty() || !is_csv_header(rows.front(), diagnostics)) {
        return blocks;
    }
    const std::size_t columns = rows.front().size();
    for (std::size_t r = 1; r < rows.size(); ++r) {
        const TableRow& row = rows[r];
        if (!has_cells(row, columns, columns, diagnostics)) {
            continue;
        }
        const std::size_t errors = diagnostics.messages().size();
        const auto value = [&](std::size_t column, double least) {
            return read_number(row[column], csv_columns()[column], least, diagnostics)
                .value_or(0.0);
        };
        FloorplanBlock block;
        block.name = row[0].text;
        block.layer = row[1].text;
        block.place = row[0].place;
        block.area = {value(2, kAny) * kMillimetre, value(3, kAny) * kMillimetre,
                      value(4, kAboveZero) * kMillimetre, value(5, kAboveZero) * kMillimetre};
        block.power_w = value(6, 0.0);
        block.leakage_w = columns > 7 ? value(7, 0.0) : 0.0;
        if (block.name.empty()) {
            diagnostics.error(row[0].place, "name", "missing");
        }
        if (diagnostics.messages().size() == errors) {
            blocks.push_back(std::move(block));
        }
    }
    return blocks;
}

std::vector<FloorplanBlock> read_flp(const std::string& file, const std::string& layer,
                                     core::Diagnostics& diagnostics) {
    std::vector<FloorplanBlock> blocks;
    for (const TableRow& row : read_table(file, ' ', diagnostics)) {
        if (!has_cells(row, 5, 7, diagnostics)) {
            continue;
        }
        const auto width = read_number(row[1], "width", kAboveZero, diagnostics);
        const auto height = read_number(row[2], "height", kAboveZero, diagnostics);
        const auto x = read_number(row[3], "left-x", kAny, diagnostics);
        const auto y = read_number(row[4], "bottom-y", kAny, diagnostics);
        if (width && height && x && y) {
            blocks.push_back(
                {row[0].text, layer, {*x, *y, *width, *height}, 0.0, 0.0, row[0].place});
        }
    }
    return blocks;
}

PowerTable read_ptrace(const std::string& file, core::Diagnostics& diagnostics) {
    const std::vector<TableRow> rows = read_table(file, ' ', diagnostics);
    if (rows.empty()) {
        return {};
    }
    PowerTable table = table_of(rows.front(), 0, diagnostics);
    for (std::size_t r = 1; r < rows.size(); ++r) {
        if (has_cells(rows[r], table.names.size(), table.names.size(), diagnostics)) {
            table.rows.push_back(read_row(rows[r], 0, table.names, diagnostics));
        }
    }
    return table;
}

PowerTable read_schedule_csv(const std::string& file, core::Diagnostics& diagnostics) {
    const std::vector<TableRow> rows = read_table(file, ',', diagnostics);
    if (rows.empty()) {
        return {};
    }
    if (rows.front().front().text != "t_ms") {
        diagnostics.error(rows.front().front().place, "", "expected the header t_ms,<block>,…");
        return {};
    }
    PowerTable table = table_of(rows.front(), 1, diagnostics);
    for (std::size_t r = 1; r < rows.size(); ++r) {
        const std::size_t columns = table.names.size() + 1;
        if (!has_cells(rows[r], columns, columns, diagnostics)) {
            continue;
        }
        const auto time = read_number(rows[r][0], "t_ms", 0.0, diagnostics);
        if (time && !table.times_s.empty() && *time * 1e-3 <= table.times_s.back()) {
            diagnostics.error(rows[r][0].place, "t_ms", "expected times that increase");
        } else if (time) {
            table.times_s.push_back(*time * 1e-3);
            table.rows.push_back(read_row(rows[r], 1, table.names, diagnostics));
        }
    }
    return table;
}

void check_floorplan(const std::vector<FloorplanBlock>& blocks,
                     const std::vector<std::string>& layers, const Rectangle& die,
                     core::Diagnostics& diagnostics) {
    const double slack = kSlack * std::max(die.width, die.height);
    std::map<std::string, std::vector<const FloorplanBlock*>> by_layer;
    std::map<std::pair<std::string, std::string>, const FloorplanBlock*> by_name;
    for (const FloorplanBlock& block : blocks) {
        if (std::find(layers.begin(), layers.end(), block.layer) == layers.end()) {
            const std::string near = core::closest(block.layer, layers);
            diagnostics.error(
                block.place, "",
                fmt::format("block '{}': no layer '{}' in the stack{}", block.name, block.layer,
                            near.empty() ? "" : ", did you mean '" + near + "'?"));
            continue;
        }
        const auto [first, is_new] = by_name.emplace(std::pair(block.layer, block.name), &block);
        if (!is_new) {
            diagnostics.error(block.place, "",
                              fmt::format("layer '{}' has a block '{}' already ({})", block.layer,
                                          block.name, first->second->place.str()));
        }
        const Rectangle& area = block.area;
        if (area.x < die.x - slack || area.y < die.y - slack ||
            area.right() > die.right() + slack || area.top() > die.top() + slack) {
            diagnostics.error(block.place, "",
                              fmt::format("block '{}' leaves the die: {}, the die is {}",
                                          block.name, extent(area), extent(die)));
        }
        by_layer[block.layer].push_back(&block);
    }
    for (const auto& [layer, members] : by_layer) {
        check_overlaps(members, slack, diagnostics);
    }
}

std::string to_csv(const std::vector<FloorplanBlock>& blocks) {
    std::string text = "name,layer,x_mm,y_mm,w_mm,h_mm,power_w,leakage_w\n";
    for (const FloorplanBlock& block : blocks) {
        const Rectangle& area = block.area;
        text += fmt::format("{},{},{},{},{},{},{},{}\n", block.name, block.layer,
                            number_text(area.x / kMillimetre), number_text(area.y / kMillimetre),
                            number_text(area.width / kMillimetre),
                            number_text(area.height / kMillimetre), number_text(block.power_w),
                            number_text(block.leakage_w));
    }
    return text;
}

std::string to_flp(const std::vector<FloorplanBlock>& blocks, const std::string& layer) {
    std::string text = "# name\twidth\theight\tleft-x\tbottom-y (m)\n";
    for (const FloorplanBlock& block : blocks) {
        if (block.layer == layer) {
            text += fmt::format("{}\t{}\t{}\t{}\t{}\n", block.name, number_text(block.area.width),
                                number_text(block.area.height), number_text(block.area.x),
                                number_text(block.area.y));
        }
    }
    return text;
}

std::string to_ptrace(const std::vector<FloorplanBlock>& blocks,
                      const std::vector<std::vector<double>>& rows) {
    std::string text;
    for (const FloorplanBlock& block : blocks) {
        text += (text.empty() ? "" : "\t") + block.name;
    }
    text += '\n';
    for (const std::vector<double>& row : rows) {
        std::string line;
        for (const double watts : row) {
            line += (line.empty() ? "" : "\t") + number_text(watts);
        }
        text += line + '\n';
    }
    return text;
}

}  // namespace strata::models
