// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "interconnect/graph_config.h"

#include <algorithm>

#include "core/diagnostics.h"

namespace strata::interconnect {
namespace {

constexpr std::size_t kMaxRouters = 4096;

class Reader {
   public:
    Reader(core::Section& section, GraphConfig& graph) : section_(section), graph_(graph) {}

    void read_routers() {
        graph_.routers = section_.strings("routers");
        std::vector<std::string> sorted = graph_.routers;
        std::sort(sorted.begin(), sorted.end());
        const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
        if (twice != sorted.end()) {
            section_.error("routers", "'" + *twice + "' stands there twice");
        }
        if (section_.has("routers") &&
            (graph_.routers.empty() || graph_.routers.size() > kMaxRouters)) {
            section_.error("routers", "expected 1.." + std::to_string(kMaxRouters) + " names");
        }
    }

    void read_links(const LinkConfig& defaults, double wire_pj_per_bit_mm) {
        for (core::Section& entry : section_.list("links")) {
            GraphConfig::Link link;
            link.from = router(entry, "from");
            link.to = router(entry, "to");
            link.one_way = entry.boolean("one_way", false);
            LinkConfig priced = defaults;
            if (entry.has("length")) {
                priced.pj_per_bit = wire_pj_per_bit_mm * entry.length_m("length") * 1e3;
            }
            link.config = LinkConfig::parse(entry, priced);
            if (link.from >= 0 && link.from == link.to) {
                entry.error("to", "a link from a router to itself");
            } else if (link.from >= 0 && link.to >= 0) {
                graph_.links.push_back(link);
            }
        }
    }

    void read_endpoints() {
        for (const std::string& name : section_.strings("endpoints", graph_.routers)) {
            graph_.endpoints.push_back(index(section_, "endpoints", name));
        }
    }

    void read_routes() {
        for (core::Section& entry : section_.list("routes")) {
            const GraphConfig::Route route{router(entry, "at"), router(entry, "to"),
                                           router(entry, "via")};
            const auto joins = [&](const GraphConfig::Link& link) {
                return (link.from == route.at && link.to == route.via) ||
                       (!link.one_way && link.from == route.via && link.to == route.at);
            };
            if (std::any_of(graph_.links.begin(), graph_.links.end(), joins)) {
                graph_.routes.push_back(route);
            } else if (route.at >= 0 && route.to >= 0 && route.via >= 0) {
                entry.error("via", "no link leads there from '" + name(route.at) + "'");
            }
            entry.finish();
        }
    }

   private:
    const std::string& name(int router) const {
        return graph_.routers[static_cast<std::size_t>(router)];
    }

    int router(core::Section& entry, const std::string& key) {
        return index(entry, key, entry.string(key));
    }

    /// -1, and an error, when there is no such router.
    int index(core::Section& place, const std::string& key, const std::string& name) const {
        const auto found = std::find(graph_.routers.begin(), graph_.routers.end(), name);
        if (found != graph_.routers.end()) {
            return static_cast<int>(found - graph_.routers.begin());
        }
        if (!name.empty()) {
            const std::string hint = core::closest(name, graph_.routers);
            place.error(key, "no router '" + name + "'" +
                                 (hint.empty() ? "" : ", did you mean '" + hint + "'?"));
        }
        return -1;
    }

    core::Section& section_;
    GraphConfig& graph_;
};

}  // namespace

GraphConfig GraphConfig::parse(core::Section section, const LinkConfig& defaults,
                               double wire_pj_per_bit_mm) {
    GraphConfig graph;
    Reader reader(section, graph);
    reader.read_routers();
    if (!graph.routers.empty()) {
        reader.read_links(defaults, wire_pj_per_bit_mm);
        reader.read_endpoints();
        reader.read_routes();
    }
    section.finish();
    return graph;
}

}  // namespace strata::interconnect
