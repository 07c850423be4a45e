// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/gtkw_writer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "core/diagnostics.h"
#include "core/output_file.h"

namespace strata::core {

namespace {

// GTKWave's trace flags (its analyzer.h).
constexpr unsigned kBinary = 0x8;
constexpr unsigned kDecimal = 0x4;
constexpr unsigned kRightJustify = 0x20;
constexpr unsigned kBlank = 0x200;
constexpr unsigned kFileTranslated = 0x2000;
constexpr unsigned kAnalogStep = 0x8000;
constexpr unsigned kAnalogStretch = 0x20000;
constexpr unsigned kClosed = 0x400000;
constexpr unsigned kGroupBegin = 0x800000;
constexpr unsigned kGroupEnd = 0x1000000;

// Above this a group shows its components folded.
constexpr std::size_t kOpenSignals = 64;
// What the window made by [size] below shows: GTKWave's zoom z means 2^-z time units per 200 pixels.
constexpr double kWaveFrames = 5.5;

/// A group of the display. A signal belongs to the first whose prefix begins a part of its scope.
struct Group {
    const char* title;
    int colour;  // GTKWave's: 1 red, 2 orange, 3 yellow, 4 green, 5 blue, 6 indigo, 7 violet
    std::vector<const char*> prefixes;
};

const std::vector<Group>& groups() {
    static const std::vector<Group> kGroups = {
        {"PE engines", 4, {"pe#"}},
        {"Memories", 2, {"sram", "dram", "hbm", "nand", "hbf"}},
        {"Links", 5, {"noc", "link", "pcie", "d2d", "router"}},
        {"Control", 3, {"host", "io_cpu", "m_cpu"}},
        {"Power and temperature", 1, {"power", "thermal", "temperature", "dvfs", "clock"}},
        {"Other", 7, {""}},
    };
    return kGroups;
}

bool begins(const std::string& part, const char* prefix) {
    const std::size_t length = std::strlen(prefix);
    if (length > 0 && prefix[length - 1] == '#') {  // a number follows
        return part.compare(0, length - 1, prefix, length - 1) == 0 &&
               part.size() >= length && part[length - 1] >= '0' && part[length - 1] <= '9';
    }
    return part.compare(0, length, prefix) == 0;
}

bool belongs(const VcdSignal& signal, const Group& group) {
    for (std::size_t begin = 0; begin <= signal.scope.size();) {
        const std::size_t end = std::min(signal.scope.find('.', begin), signal.scope.size());
        const std::string part = signal.scope.substr(begin, end - begin);
        begin = end + 1;
        for (const char* prefix : group.prefixes) {
            if (begins(part, prefix)) {
                return true;
            }
        }
    }
    return false;
}

/// Writes a filter file per distinct enumeration and remembers its name.
class EnumFilters {
   public:
    explicit EnumFilters(std::string stem) : stem_(std::move(stem)) {}

    const std::string& file_for(const VcdSignal& signal) {
        std::string& file = files_[signal.labels];
        if (file.empty()) {
            file = fmt::format("{}.{}.enum", stem_, files_.size());
            std::string text;
            for (std::size_t value = 0; value < signal.labels.size(); ++value) {
                text += fmt::format("{:0{}b} {}\n", value, signal.bits, signal.labels[value]);
            }
            write_file(file, text);
        }
        return file;
    }

   private:
    std::string stem_;
    std::map<std::vector<std::string>, std::string> files_;
};

std::string full_name(const VcdSignal& signal) {
    std::string name = signal.scope + "." + signal.name;
    if (signal.kind != VcdSignal::Kind::kReal && signal.bits > 1) {
        name += fmt::format("[{}:0]", signal.bits - 1);
    }
    return name;
}

std::string signal_lines(const VcdSignal& signal, int colour, EnumFilters& filters) {
    const std::string name = full_name(signal);
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
    return fmt::format("@{:x}\n-{}\n", kGroupEnd | kBlank | (closed ? kClosed : 0), title);
}

/// One group with a subgroup per component.
std::string group_lines(const Group& group, const std::vector<const VcdSignal*>& members,
                        EnumFilters& filters) {
    const bool closed = members.size() > kOpenSignals;
    std::vector<std::string> scopes;  // in order of registration
    for (const VcdSignal* signal : members) {
        if (std::find(scopes.begin(), scopes.end(), signal->scope) == scopes.end()) {
            scopes.push_back(signal->scope);
        }
    }
    std::string text = group_begin(group.title, false);
    for (const std::string& scope : scopes) {
        text += group_begin(scope, closed);
        for (const VcdSignal* signal : members) {
            if (signal->scope == scope) {
                text += signal_lines(*signal, group.colour, filters);
            }
        }
        text += group_end(scope, closed);
    }
    return text + group_end(group.title, false);
}

std::string header_lines(const std::string& vcd_path, const std::string& gtkw_path, Ps end) {
    const double zoom = -std::log2(std::max(1.0, static_cast<double>(end)) / kWaveFrames);
    return fmt::format(
        "[*]\n[*] Strata waveform view\n[*]\n[dumpfile] \"{}\"\n[savefile] \"{}\"\n"
        "[timestart] 0\n[size] 1500 900\n[pos] -1 -1\n*{:.6f} -1\n"
        "[sst_width] 180\n[signals_width] 320\n[sst_expanded] 0\n[sst_vpaned_height] 300\n",
        vcd_path, gtkw_path, zoom);
}

}  // namespace

void write_gtkw(const std::string& gtkw_path, const std::string& vcd_path,
                const std::vector<VcdSignal>& signals, Ps end) {
    const std::filesystem::path absolute = std::filesystem::absolute(gtkw_path);
    const std::filesystem::path stem = absolute.parent_path() / absolute.stem();
    EnumFilters filters(stem.string());
    std::string text = header_lines(std::filesystem::absolute(vcd_path).string(),
                                    absolute.string(), end);
    std::vector<const VcdSignal*> left;
    for (const VcdSignal& signal : signals) {
        left.push_back(&signal);
    }
    for (const Group& group : groups()) {
        const auto rest = std::stable_partition(left.begin(), left.end(), [&](const auto* signal) {
            return belongs(*signal, group);
        });
        if (rest != left.begin()) {
            text += group_lines(group, {left.begin(), rest}, filters);
            left.erase(left.begin(), rest);
        }
    }
    write_file(gtkw_path, text);
}

}  // namespace strata::core
