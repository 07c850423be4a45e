// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/noc_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace strata::platform {

namespace {

using interconnect::Link;
using interconnect::Topology;

/// White to dark red.
std::string colour(double share) {
    const double s = std::clamp(share, 0.0, 1.0);
    return fmt::format("rgb({:.0f},{:.0f},{:.0f})", 255.0 - 100.0 * s * s, 245.0 - 225.0 * s,
                       235.0 - 215.0 * s);
}

std::string svg_begin(double width, double height, const std::string& title) {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n"
        "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"white\"/>\n"
        "<text x=\"10\" y=\"18\" font-size=\"14\">{2}</text>\n",
        width, height, title);
}

/// A chart's axes: values to pixels.
struct Axes {
    double left, top, width, height;
    double x_max, y_max;

    double x(double value) const { return left + width * value / x_max; }
    double y(double value) const { return top + height * (1.0 - std::min(1.0, value / y_max)); }

    std::string draw(const std::string& x_label, const std::string& y_label) const {
        std::string svg;
        for (int i = 0; i <= 5; ++i) {
            const double share = i / 5.0;
            svg += fmt::format(
                "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" "
                "stroke=\"#ddd\"/><text x=\"{0:.1f}\" y=\"{3:.1f}\" "
                "text-anchor=\"middle\">{4:.3g}</text>\n",
                x(share * x_max), top, top + height, top + height + 15, share * x_max);
            svg += fmt::format(
                "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{2:.1f}\" y2=\"{1:.1f}\" "
                "stroke=\"#ddd\"/><text x=\"{3:.1f}\" y=\"{4:.1f}\" "
                "text-anchor=\"end\">{5:.3g}</text>\n",
                left, y(share * y_max), left + width, left - 5, y(share * y_max) + 4,
                share * y_max);
        }
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                           left + width / 2, top + height + 32, x_label);
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", left, top - 6, y_label);
        return svg;
    }

    std::string curve(const std::vector<std::pair<double, double>>& points,
                      const std::string& stroke) const {
        std::string line;
        std::string dots;
        for (const auto& [px, py] : points) {
            line += fmt::format("{:.1f},{:.1f} ", x(px), y(py));
            dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>\n",
                                x(px), y(py), stroke);
        }
        return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n", line,
                           stroke) +
               dots;
    }
};

/// The next "round" number at or above a value.
double round_up(double value) {
    const double unit = std::pow(10.0, std::floor(std::log10(std::max(value, 1e-9))));
    for (const double step : {1.0, 2.0, 2.5, 5.0, 10.0}) {
        if (step * unit >= value) {
            return step * unit;
        }
    }
    return value;
}

}  // namespace

std::string noc_sweep_csv(const std::vector<NocMeasurement>& points) {
    std::string csv =
        "rate,offered_rate,accepted_rate,packet_latency_cycles,network_latency_cycles,"
        "p50_cycles,p99_cycles,max_cycles,source_queue_cycles,contention_cycles,"
        "busiest_link_utilisation,saturated\n";
    for (const NocMeasurement& m : points) {
        csv += fmt::format(
            "{:g},{:.6f},{:.6f},{:.4f},{:.4f},{:g},{:g},{:g},{:.4f},{:.4f},{:.4f},"
            "{}\n",
            m.rate, m.offered_rate, m.accepted_rate, m.packet_latency.mean, m.network_latency.mean,
            m.packet_latency.p50, m.packet_latency.p99, m.packet_latency.max, m.source_queue,
            m.contention, m.busiest() != nullptr ? m.busiest()->utilisation : 0.0,
            m.saturated ? 1 : 0);
    }
    return csv;
}

std::string noc_sweep_svg(const std::string& title, const std::vector<NocMeasurement>& points) {
    std::vector<std::pair<double, double>> latency;
    std::vector<std::pair<double, double>> accepted;
    for (const NocMeasurement& m : points) {
        latency.emplace_back(m.offered_rate, m.packet_latency.mean);
        accepted.emplace_back(m.offered_rate, m.accepted_rate);
    }
    // Beyond four times the first point a curve only says that it is saturated.
    constexpr double kTop = 4.0;
    const double rate = round_up(latency.back().first);
    const double top = round_up(kTop * std::max(1.0, latency.front().second));
    const Axes left{60, 50, 320, 240, rate, top};
    const Axes right{460, 50, 320, 240, rate, rate};
    return svg_begin(810, 340, title) +
           left.draw("offered, flits per node and cycle", "mean packet latency, cycles") +
           left.curve(latency, "#b03030") +
           right.draw("offered, flits per node and cycle", "accepted, flits per node and cycle") +
           right.curve(accepted, "#3050b0") + "</svg>\n";
}

std::string noc_links_csv(const NocMeasurement& m) {
    std::string csv = "link,utilisation,flits\n";
    for (const NocLinkLoad& link : m.links) {
        csv += fmt::format("{},{:.6f},{}\n", link.name, link.utilisation, link.flits);
    }
    return csv;
}

std::string noc_routers_csv(const NocMeasurement& m) {
    std::string csv = "router,x,y,utilisation,buffered_flits,flits\n";
    for (const NocRouterLoad& router : m.routers) {
        csv += fmt::format("{},{},{},{:.6f},{:.6f},{}\n", router.name, router.x, router.y,
                           router.utilisation, router.occupancy, router.flits);
    }
    return csv;
}

std::string noc_heat_map_svg(const std::string& title, const Topology& topology,
                             const NocMeasurement& m) {
    constexpr double kPitch = 60.0;
    constexpr double kSide = 26.0;
    constexpr double kBar = 5.0;
    int columns = 0;
    int rows = 0;
    for (const NocRouterLoad& router : m.routers) {
        columns = std::max(columns, router.x + 1);
        rows = std::max(rows, router.y + 1);
    }
    double most = 1e-9;
    for (const NocLinkLoad& link : m.links) {
        most = std::max(most, link.utilisation);
    }
    const auto px = [&](int x) { return 40.0 + kPitch * x; };
    const auto py = [&](int y) { return 60.0 + kPitch * y; };
    std::string svg =
        svg_begin(std::max(360.0, 80.0 + kPitch * (columns - 1)), 110.0 + kPitch * (rows - 1),
                  fmt::format("{}: links up to {:.1f} % busy", title, 100.0 * most));
    std::size_t number = 0;
    for (const Link& link : topology.links()) {
        if (link.from < 0 || link.to < 0) {
            continue;
        }
        const double share = m.links[number++].utilisation / most;
        const auto& a = topology.router(link.from);
        const auto& b = topology.router(link.to);
        if (std::abs(a.x - b.x) + std::abs(a.y - b.y) != 1) {
            continue;  // wraps around or leaves the grid
        }
        // Two directions side by side.
        const double dx = kBar * 0.7 * (b.y - a.y);
        const double dy = kBar * 0.7 * (a.x - b.x);
        svg += fmt::format(
            "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" "
            "stroke=\"{}\" stroke-width=\"{}\"/>\n",
            px(a.x) + dx, py(a.y) + dy, px(b.x) + dx, py(b.y) + dy, colour(share), kBar);
    }
    double busiest = 1e-9;
    for (const NocRouterLoad& router : m.routers) {
        busiest = std::max(busiest, router.utilisation);
    }
    for (const NocRouterLoad& router : m.routers) {
        svg += fmt::format(
            "<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2}\" height=\"{2}\" "
            "fill=\"{3}\" stroke=\"#555\"><title>{4}: {5:.3f}</title></rect>\n",
            px(router.x) - kSide / 2, py(router.y) - kSide / 2, kSide,
            colour(router.utilisation / busiest), router.name, router.utilisation);
    }
    return svg + "</svg>\n";
}

}  // namespace strata::platform
