// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/thermal/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace strata::models {

namespace {

constexpr double kPanel = 320.0;  // px, longer side of a layer
constexpr double kGap = 40.0;
constexpr double kHeader = 44.0;
constexpr double kScale = 110.0;  // px right of the panels for the colour scale
constexpr int kShades = 96;
constexpr std::size_t kMostOutlines = 512;  // a map of thousands of banks would be all outlines

/// Dark violet over red to pale yellow, light growing evenly, fit for colour-blind readers (anchors
/// of the map "inferno").
std::string colour(double share) {
    static constexpr std::array<std::array<double, 3>, 6> kAnchors{
        {{0, 0, 4}, {66, 10, 104}, {147, 38, 103}, {221, 81, 58}, {252, 165, 10}, {252, 255, 164}}};
    const double at = std::clamp(share, 0.0, 1.0) * (kAnchors.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), kAnchors.size() - 2);
    const double part = at - static_cast<double>(low);
    const auto channel = [&](std::size_t c) {
        const double value = kAnchors[low][c] + part * (kAnchors[low + 1][c] - kAnchors[low][c]);
        return static_cast<int>(std::lround(value));
    };
    return fmt::format("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2));
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    }
    return result;
}

class Picture {
   public:
    Picture(StackModel& model, const std::string& title);
    std::string svg();

   private:
    void panel(std::size_t layer, double left, double top);
    void cells(const std::vector<double>& celsius, std::size_t plane, double left, double top);
    void outlines(const std::string& layer, double left, double top);
    void scale(double left, double top, double height);
    void text(double x, double y, const std::string& anchor, const std::string& content);
    std::size_t middle_plane(std::size_t layer) const;
    int shade(double celsius) const;

    StackModel& model_;
    std::string title_;
    std::vector<StackModel::Summary> layers_;
    double low_ = 0.0, high_ = 0.0;
    double pixels_ = 0.0;  // per m
    std::string body_;
};

Picture::Picture(StackModel& model, const std::string& title) : model_(model), title_(title) {
    for (std::size_t i = 0; i < model.config().layers.size(); ++i) {
        layers_.push_back(model.layer(i));
        low_ = i == 0 ? layers_[i].min_c : std::min(low_, layers_[i].min_c);
        high_ = i == 0 ? layers_[i].max_c : std::max(high_, layers_[i].max_c);
    }
    high_ = std::max(high_, low_ + 1e-3);
    const StackGrid& grid = model.grid();
    const double width = grid.x.back() - grid.x.front();
    const double height = grid.y.back() - grid.y.front();
    pixels_ = kPanel / std::max(width, height);
}

int Picture::shade(double celsius) const {
    return static_cast<int>(std::lround((celsius - low_) / (high_ - low_) * (kShades - 1)));
}

std::size_t Picture::middle_plane(std::size_t layer) const {
    const auto& layers = model_.grid().layer;
    const auto first = std::find(layers.begin(), layers.end(), layer) - layers.begin();
    return static_cast<std::size_t>(first) + model_.config().layers[layer].cells / 2;
}

void Picture::text(double x, double y, const std::string& anchor, const std::string& content) {
    body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y,
                         anchor, escaped(content));
}

std::string Picture::svg() {
    const StackGrid& grid = model_.grid();
    const double width = (grid.x.back() - grid.x.front()) * pixels_;
    const double height = (grid.y.back() - grid.y.front()) * pixels_;
    const std::size_t columns = std::min<std::size_t>(4, layers_.size());
    const std::size_t rows = (layers_.size() + columns - 1) / columns;
    text(kGap, 26.0, "start", title_);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        // Top layer first, as one looks onto the stack.
        panel(layers_.size() - 1 - i, kGap + static_cast<double>(i % columns) * (width + kGap),
              kHeader + static_cast<double>(i / columns) * (height + 2 * kGap) + kGap / 2);
    }
    const double full_width = kGap + static_cast<double>(columns) * (width + kGap) + kScale;
    const double full_height = kHeader + static_cast<double>(rows) * (height + 2 * kGap);
    scale(full_width - kScale, kHeader + kGap / 2, std::max(height, 120.0));
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
        "width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" font-family=\"sans-serif\" font-size=\"12\">\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{2}</svg>\n",
        full_width, std::max(full_height, kHeader + kGap + 140.0), body_);
}

void Picture::panel(std::size_t layer, double left, double top) {
    const std::size_t plane = middle_plane(layer);
    const std::string& name = model_.config().layers[layer].name;
    text(left, top - 5.0, "start",
         fmt::format("{}  max {:.2f} °C, mean {:.2f} °C", name, layers_[layer].max_c,
                     layers_[layer].mean_c));
    cells(model_.plane_c(plane), plane, left, top);
    outlines(name, left, top);
    const StackGrid& grid = model_.grid();
    const Rectangle& area = model_.config().layers[layer].area;
    text(left, top + (grid.y.back() - grid.y.front()) * pixels_ + 14.0, "start",
         fmt::format("{:.4g} mm × {:.4g} mm", area.width * 1e3, area.height * 1e3));
}

/// Runs of cells of one shade are one rectangle.
void Picture::cells(const std::vector<double>& celsius, std::size_t plane, double left,
                    double top) {
    const StackGrid& grid = model_.grid();
    body_ += "<g shape-rendering=\"crispEdges\">\n";
    for (std::size_t iy = 0; iy < grid.ny; ++iy) {
        const double y = top + (grid.y.back() - grid.y[iy + 1]) * pixels_;
        const double height = (grid.y[iy + 1] - grid.y[iy]) * pixels_;
        for (std::size_t ix = 0; ix < grid.nx;) {
            if (grid.is_void(grid.index(ix, iy, plane))) {
                ++ix;
                continue;
            }
            const std::size_t begin = ix;
            const int own = shade(celsius[iy * grid.nx + ix]);
            while (ix < grid.nx && !grid.is_void(grid.index(ix, iy, plane)) &&
                   shade(celsius[iy * grid.nx + ix]) == own) {
                ++ix;
            }
            body_ += fmt::format(
                "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
                "fill=\"{}\"/>\n",
                left + (grid.x[begin] - grid.x.front()) * pixels_, y,
                (grid.x[ix] - grid.x[begin]) * pixels_, height,
                colour(static_cast<double>(own) / (kShades - 1)));
        }
    }
    body_ += "</g>\n";
}

void Picture::outlines(const std::string& layer, double left, double top) {
    const StackGrid& grid = model_.grid();
    const auto& blocks = model_.config().blocks;
    const auto here = [&](const FloorplanBlock& block) { return block.layer == layer; };
    const auto count = static_cast<std::size_t>(std::count_if(blocks.begin(), blocks.end(), here));
    if (count > kMostOutlines) {
        return;
    }
    for (const FloorplanBlock& block : blocks) {
        if (here(block)) {
            body_ += fmt::format(
                "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"none\" "
                "stroke=\"white\" stroke-opacity=\"0.5\" stroke-width=\"0.6\">"
                "<title>{}</title></rect>\n",
                left + (block.area.x - grid.x.front()) * pixels_,
                top + (grid.y.back() - block.area.top()) * pixels_, block.area.width * pixels_,
                block.area.height * pixels_, escaped(block.name));
        }
    }
}

void Picture::scale(double left, double top, double height) {
    const double step = height / kShades;
    for (int i = 0; i < kShades; ++i) {
        body_ += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.2f}\" width=\"18\" height=\"{:.2f}\" fill=\"{}\"/>\n", left,
            top + height - (i + 1) * step, step + 0.3,
            colour(static_cast<double>(i) / (kShades - 1)));
    }
    constexpr int kTicks = 5;
    for (int i = 0; i < kTicks; ++i) {
        const double share = static_cast<double>(i) / (kTicks - 1);
        text(left + 24.0, top + height * (1.0 - share) + 4.0, "start",
             fmt::format("{:.2f}", low_ + share * (high_ - low_)));
    }
    text(left, top - 8.0, "start", "°C");
}

}  // namespace

std::string map_csv(StackModel& model, std::size_t plane) {
    const std::vector<double> celsius = model.plane_c(plane);
    const StackGrid& grid = model.grid();
    std::string text;
    for (std::size_t iy = 0; iy < grid.ny; ++iy) {
        for (std::size_t ix = 0; ix < grid.nx; ++ix) {
            const bool is_void = grid.is_void(grid.index(ix, iy, plane));
            text += (ix > 0 ? "," : "") +
                    (is_void ? std::string() : fmt::format("{:.6f}", celsius[iy * grid.nx + ix]));
        }
        text += '\n';
    }
    return text;
}

std::string map_svg(StackModel& model, const std::string& title) {
    return Picture(model, title).svg();
}

}  // namespace strata::models
