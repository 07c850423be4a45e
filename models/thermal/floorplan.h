// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Floorplans and power traces: the readers (own CSV; HotSpot's .flp and .ptrace), the checks, and
// the writers. Every complaint names file, line and column of the value.
//
// CSV:     `name,layer,x_mm,y_mm,w_mm,h_mm,power_w[,leakage_w]`, first line as here, # comments.
// .flp:    `name width height left-x bottom-y [specific heat] [resistivity]`, metres; the last two
//          belong to the layer here and are read over.
// .ptrace: block names, then a row of watts per interval.

#include <string>
#include <vector>

#include "core/diagnostics.h"

namespace strata::models {

/// Axis-parallel, in m; (x, y) is the corner with the smallest coordinates.
struct Rectangle {
    double x = 0.0, y = 0.0, width = 0.0, height = 0.0;

    double right() const { return x + width; }
    double top() const { return y + height; }
    double area() const { return width * height; }
};

struct FloorplanBlock {
    std::string name;
    std::string layer;
    Rectangle area;
    double power_w = 0.0;
    double leakage_w = 0.0;  ///< at the reference temperature, on top of power_w
    core::SourceLocation place;
};

/// Errors go to `diagnostics`; the lines without error are returned.
std::vector<FloorplanBlock> read_floorplan_csv(const std::string& file,
                                               core::Diagnostics& diagnostics);
std::vector<FloorplanBlock> read_flp(const std::string& file, const std::string& layer,
                                     core::Diagnostics& diagnostics);

/// A table of powers: columns are blocks, rows are times.
struct PowerTable {
    std::vector<std::string> names;
    std::vector<core::SourceLocation> places;  ///< of the names
    std::vector<std::vector<double>> rows;     ///< W
    std::vector<double> times_s;               ///< of a CSV schedule; empty for a .ptrace
};
PowerTable read_ptrace(const std::string& file, core::Diagnostics& diagnostics);
/// `t_ms,<block>,…`: the power of the blocks from that time on.
PowerTable read_schedule_csv(const std::string& file, core::Diagnostics& diagnostics);

/// Blocks that leave the die, overlap in their layer, lie in a layer that is not in `layers`, or
/// have the name of another block of that layer.
void check_floorplan(const std::vector<FloorplanBlock>& blocks,
                     const std::vector<std::string>& layers, const Rectangle& die,
                     core::Diagnostics& diagnostics);

std::string to_csv(const std::vector<FloorplanBlock>& blocks);
/// Of the blocks of one layer, as HotSpot reads it.
std::string to_flp(const std::vector<FloorplanBlock>& blocks, const std::string& layer);
/// Rows of watts under the names of the blocks.
std::string to_ptrace(const std::vector<FloorplanBlock>& blocks,
                      const std::vector<std::vector<double>>& rows);

}  // namespace strata::models
