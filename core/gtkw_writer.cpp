// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/gtkw_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "core/diagnostics.h"
#include "core/output_file.h"

namespace strata::core {

namespace {

// GTKWave's trace flags (its analyzer.h).
constexpr unsigned kBinary = 0x8;
constexpr unsigned kDecimal = 0x4;
constexpr unsigned kRightJustify = 0x20;
constexpr unsigned kBlank = 0x200;
constexpr unsigned kCollapsed = 0x1000;
constexpr unsigned kFileTranslated = 0x2000;
constexpr unsigned kAnalogStep = 0x8000;
constexpr unsigned kAnalogStretch = 0x20000;
constexpr unsigned kClosed = 0x400000;
constexpr unsigned kGroupBegin = 0x800000;
constexpr unsigned kGroupEnd = 0x1000000;

// A group unfolds the first component of each kind, unless it has more signals than this.
constexpr std::size_t kOpenSignals = 32;
// Width of the waves in the window made by [size] below, in GTKWave's frames of 200 pixels; its
// zoom z means 2^-z time units per frame.
constexpr double kWaveFrames = 4.7;

/// A group of the display. A signal belongs to the first whose prefix begins a part of its scope.
struct Group {
    const char* title;
    int colour;  // GTKWave's: 0 default, 1 red, 2 orange, 3 yellow, 4 green, 7 violet
    std::vector<const char*> prefixes;
};

const std::vector<Group>& groups() {
    static const std::vector<Group> kGroups = {
        {"PE engines", 4, {"pe#"}},
        {"Memories", 2, {"sram", "dram", "hbm", "nand", "hbf"}},
        {"Links", 7, {"noc", "link", "pcie", "d2d", "router"}},
        {"Control", 3, {"host", "io_cpu", "m_cpu"}},
        {"Power and temperature", 1, {"monitor", "power", "thermal"}},
        {"Other", 0, {""}},
    };
    return kGroups;
}

bool begins(const std::string& part, const char* prefix) {
    const std::size_t length = std::strlen(prefix);
    if (length > 0 && prefix[length - 1] == '#') {  // a number follows
        return part.compare(0, length - 1, prefix, length - 1) == 0 && part.size() >= length &&
               part[length - 1] >= '0' && part[length - 1] <= '9';
    }
    return part.compare(0, length, prefix) == 0;
}

/// The scope up to its first part that belongs to the group (`sip0.cube0.pe3`); empty when none.
/// A network has many signals and is shown scope by scope.
std::string component_in(const Group& group, const VcdSignal& signal) {
    for (std::size_t begin = 0; begin <= signal.scope.size();) {
        const std::size_t end = std::min(signal.scope.find('.', begin), signal.scope.size());
        const std::string part = signal.scope.substr(begin, end - begin);
        begin = end + 1;
        for (const char* prefix : group.prefixes) {
            if (begins(part, prefix)) {
                return std::strcmp(prefix, "noc") == 0 ? signal.scope : signal.scope.substr(0, end);
            }
        }
    }
    return {};
}

/// Writes a filter file per distinct enumeration and remembers its name.
class EnumFilters {
   public:
    explicit EnumFilters(std::filesystem::path gtkw) : gtkw_(std::move(gtkw)) {}

    /// The name of the file, which lies beside the save file.
    const std::string& file_for(const VcdSignal& signal) {
        std::string& file = files_[signal.labels];
        if (file.empty()) {
            file = fmt::format("{}.{}.enum", gtkw_.stem().string(), files_.size());
            std::string text;
            for (std::size_t value = 0; value < signal.labels.size(); ++value) {
                text += fmt::format("{:0{}b} {}\n", value, signal.bits, signal.labels[value]);
            }
            write_file((gtkw_.parent_path() / file).string(), text);
        }
        return file;
    }

   private:
    std::filesystem::path gtkw_;
    std::map<std::vector<std::string>, std::string> files_;
};

std::string full_name(const VcdSignal& signal) {
    std::string name = signal.scope + "." + signal.name;
    if (signal.kind != VcdSignal::Kind::kReal && signal.bits > 1) {
        name += fmt::format("[{}:0]", signal.bits - 1);
    }
    return name;
}

/// The lines of one signal, shown by its name below `component`.
std::string signal_lines(const VcdSignal& signal, const std::string& component, int colour,
                         EnumFilters& filters) {
    std::string shown = (signal.scope + "." + signal.name).substr(component.size() + 1);
    // GTKWave would show only what follows the last dot.
    std::replace(shown.begin(), shown.end(), '.', ' ');
    const std::string name = fmt::format("+{{{}}} {}", shown, full_name(signal));
    std::string text = fmt::format("[color] {}\n", colour);
    switch (signal.kind) {
        case VcdSignal::Kind::kEnum:
            text += fmt::format("@{:x}\n^1 {}\n{}\n", kBinary | kRightJustify | kFileTranslated,
                                filters.file_for(signal), name);
            break;
        case VcdSignal::Kind::kInteger:
            text += fmt::format("@{:x}\n{}\n", kDecimal | kRightJustify, name);
            break;
        case VcdSignal::Kind::kReal:  // two blank lines below give the curve its height
            text += fmt::format("@{:x}\n{}\n@{:x}\n-\n-\n", kAnalogStep | kRightJustify, name,
                                kAnalogStretch);
            break;
    }
    return text;
}

std::string group_begin(const std::string& title, bool closed) {
    return fmt::format("@{:x}\n-{}\n", kGroupBegin | kBlank | (closed ? kClosed : 0), title);
}

std::string group_end(const std::string& title, bool closed) {
    return fmt::format("@{:x}\n-{}\n", kGroupEnd | kBlank | (closed ? kClosed | kCollapsed : 0),
                       title);
}

/// A signal and the component it is shown under.
struct Member {
    const VcdSignal* signal;
    std::string component;
};

/// A component's path without its numbers: `sip.cube.pe`.
std::string kind_of(const std::string& component) {
    std::string kind;
    std::copy_if(component.begin(), component.end(), std::back_inserter(kind),
                 [](char c) { return c < '0' || c > '9'; });
    return kind;
}

/// One group with a subgroup per component. `members` are sorted by component.
std::string group_lines(const Group& group, const std::vector<Member>& members,
                        EnumFilters& filters) {
    std::string text = group_begin(group.title, false);
    std::set<std::string> kinds;  // that have been unfolded
    bool closed = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const std::string& component = members[i].component;
        if (i == 0 || members[i - 1].component != component) {
            const auto signals =
                std::count_if(members.begin(), members.end(),
                              [&](const Member& member) { return member.component == component; });
            closed = static_cast<std::size_t>(signals) > kOpenSignals ||
                     !kinds.insert(kind_of(component)).second;
            text += group_begin(component, closed);
        }
        text += signal_lines(*members[i].signal, component, group.colour, filters);
        if (i + 1 == members.size() || members[i + 1].component != component) {
            text += group_end(component, closed);
        }
    }
    return text + group_end(group.title, false);
}

/// The signals of `left` that belong to the group, in order of registration but with those of a
/// component together; they are taken from `left`.
std::vector<Member> take_members(const Group& group, std::vector<const VcdSignal*>& left) {
    std::vector<Member> members;
    std::map<std::string, std::size_t> first;  // component → its place
    std::vector<const VcdSignal*> rest;
    for (const VcdSignal* signal : left) {
        std::string component = component_in(group, *signal);
        if (component.empty()) {
            rest.push_back(signal);
        } else {
            first.emplace(component, first.size());
            members.push_back({signal, std::move(component)});
        }
    }
    std::stable_sort(members.begin(), members.end(), [&](const Member& a, const Member& b) {
        return first.at(a.component) < first.at(b.component);
    });
    left = std::move(rest);
    return members;
}

// GTKWave finds relative names from where [savefile] says the save file is; without that line it
// would look in its working directory.
std::string header_lines(const std::string& vcd_path, const std::string& gtkw_name, Ps end) {
    const double zoom = -std::log2(std::max(1.0, static_cast<double>(end)) / kWaveFrames);
    return fmt::format(
        "[*]\n[*] Strata waveform view\n[*]\n[dumpfile] \"{}\"\n[savefile] \"{}\"\n"
        "[timestart] 0\n[size] 1500 900\n[pos] -1 -1\n*{:.6f} -1\n"
        "[sst_width] 180\n[signals_width] 320\n[sst_expanded] 0\n[sst_vpaned_height] 300\n",
        vcd_path, gtkw_name, zoom);
}

}  // namespace

void write_gtkw(const std::string& gtkw_path, const std::string& vcd_path,
                const std::vector<VcdSignal>& signals, Ps end) {
    const std::filesystem::path gtkw(gtkw_path);
    EnumFilters filters(gtkw);
    std::string text = header_lines(vcd_path, gtkw.filename().string(), end);
    std::vector<const VcdSignal*> left;
    left.reserve(signals.size());
    for (const VcdSignal& signal : signals) {
        left.push_back(&signal);
    }
    for (const Group& group : groups()) {
        const std::vector<Member> members = take_members(group, left);
        if (!members.empty()) {
            text += group_lines(group, members, filters);
        }
    }
    write_file(gtkw_path, text);
}

}  // namespace strata::core
