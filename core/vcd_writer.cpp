// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/vcd_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>

#include "core/diagnostics.h"

namespace strata::core {

namespace {

/// Signals by scope, to be written as nested $scope blocks in order of registration.
struct ScopeNode {
    std::string name;
    std::vector<std::size_t> signals;
    std::vector<std::unique_ptr<ScopeNode>> children;

    ScopeNode& child(const std::string& wanted) {
        for (auto& node : children) {
            if (node->name == wanted) {
                return *node;
            }
        }
        children.push_back(std::make_unique<ScopeNode>());
        children.back()->name = wanted;
        return *children.back();
    }
    ScopeNode& descendant(const std::string& path) {
        const std::size_t dot = path.find('.');
        ScopeNode& node = child(path.substr(0, dot));
        return dot == std::string::npos ? node : node.descendant(path.substr(dot + 1));
    }
};

// VCD identifiers are numbers in base 94, written with the printable characters.
std::string identifier(std::size_t index) {
    std::string code;
    do {
        code += static_cast<char>('!' + index % 94);
        index /= 94;
    } while (index > 0);
    return code;
}

std::string declaration(const VcdSignal& signal, const std::string& code) {
    if (signal.kind == VcdSignal::Kind::kReal) {
        return fmt::format("$var real 64 {} {} $end\n", code, signal.name);
    }
    if (signal.bits == 1) {
        return fmt::format("$var wire 1 {} {} $end\n", code, signal.name);
    }
    return fmt::format("$var wire {} {} {} [{}:0] $end\n", signal.bits, code, signal.name,
                       signal.bits - 1);
}

// At least two: GTKWave shows the names of vectors only.
int bits_for(std::size_t values) {
    int bits = 2;
    while (std::size_t{1} << bits < values) {
        ++bits;
    }
    return bits;
}

}  // namespace

VcdWriter::VcdWriter(const std::string& path) : file_(path) {}

TraceSink::SignalId VcdWriter::add_enum(const std::string& scope, const std::string& name,
                                        const std::vector<std::string>& labels) {
    return add({scope, name, VcdSignal::Kind::kEnum, bits_for(labels.size()), labels});
}

TraceSink::SignalId VcdWriter::add_integer(const std::string& scope, const std::string& name,
                                           int bits) {
    return add({scope, name, VcdSignal::Kind::kInteger, bits, {}});
}

TraceSink::SignalId VcdWriter::add_real(const std::string& scope, const std::string& name) {
    return add({scope, name, VcdSignal::Kind::kReal, 63, {}});
}

TraceSink::SignalId VcdWriter::add(VcdSignal signal) {
    const std::string full = signal.scope + "." + signal.name;
    if (header_written_) {
        throw ModelError("signal " + full + " is registered after the waveform has begun");
    }
    if (signal.bits < 1 || signal.bits > 63) {
        throw ModelError(
            fmt::format("signal {} has {} bits; 1 … 63 are possible", full, signal.bits));
    }
    if (!names_.insert(full).second) {
        throw ModelError("signal " + full + " is registered twice");
    }
    signals_.push_back(std::move(signal));
    codes_.push_back(identifier(signals_.size() - 1));
    values_.push_back(0);
    return static_cast<SignalId>(signals_.size() - 1);
}

void VcdWriter::change(SignalId signal, Ps time, std::int64_t value) {
    const VcdSignal& changed = signals_[static_cast<std::size_t>(signal)];
    if (value < 0 || value >> changed.bits != 0) {
        throw ModelError(fmt::format("signal {}.{} has {} bits and cannot become {}", changed.scope,
                                     changed.name, changed.bits, value));
    }
    push(signal, time, value);
}

void VcdWriter::change_real(SignalId signal, Ps time, double value) {
    std::int64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    push(signal, time, bits);
}

void VcdWriter::push(SignalId signal, Ps time, std::int64_t value) {
    // Equal is allowed: what happens at a sampling instant may be reported just after the flush.
    if (time < flushed_) {
        const VcdSignal& late = signals_[static_cast<std::size_t>(signal)];
        throw ModelError(
            fmt::format("signal {}.{} changes at {} ps, but the waveform is written "
                        "up to {} ps",
                        late.scope, late.name, time, flushed_));
    }
    pending_.push_back({time, value, signal});
}

void VcdWriter::flush(Ps now) {
    if (!header_written_) {
        write_header();
    }
    const auto due_end = std::stable_partition(pending_.begin(), pending_.end(),
                                               [now](const Change& c) { return c.time <= now; });
    std::stable_sort(pending_.begin(), due_end, [](const Change& a, const Change& b) {
        return std::tie(a.time, a.signal) < std::tie(b.time, b.signal);
    });
    for (auto change = pending_.begin(); change != due_end; ++change) {
        const auto later = std::next(change);
        const bool replaced =
            later != due_end && later->time == change->time && later->signal == change->signal;
        std::int64_t& value = values_[static_cast<std::size_t>(change->signal)];
        if (!replaced && value != change->value) {
            value = change->value;
            write_time(change->time);
            write_value(change->signal, value);
        }
    }
    pending_.erase(pending_.begin(), due_end);
    flushed_ = std::max(flushed_, now);
}

void VcdWriter::close(Ps end) {
    flush(end);
    write_time(end);  // the last values are held up to here
    pending_.clear();
    file_.commit();
}

void VcdWriter::write_header() {
    header_written_ = true;
    ScopeNode root;
    for (std::size_t i = 0; i < signals_.size(); ++i) {
        root.descendant(signals_[i].scope).signals.push_back(i);
    }
    file_.write("$version Strata $end\n$timescale 1 ps $end\n");
    const auto write_scope = [this](const ScopeNode& node, const auto& self) -> void {
        file_.write(fmt::format("$scope module {} $end\n", node.name));
        for (const std::size_t i : node.signals) {
            file_.write(declaration(signals_[i], codes_[i]));
        }
        for (const auto& child : node.children) {
            self(*child, self);
        }
        file_.write("$upscope $end\n");
    };
    for (const auto& child : root.children) {
        write_scope(*child, write_scope);
    }
    file_.write("$enddefinitions $end\n#0\n$dumpvars\n");
    written_time_ = 0;
    for (std::size_t i = 0; i < signals_.size(); ++i) {
        write_value(static_cast<SignalId>(i), 0);
    }
    file_.write("$end\n");
}

void VcdWriter::write_time(Ps time) {
    if (time > written_time_) {
        written_time_ = time;
        file_.write(fmt::format("#{}\n", time));
    }
}

void VcdWriter::write_value(SignalId signal, std::int64_t value) {
    const auto index = static_cast<std::size_t>(signal);
    const VcdSignal& changed = signals_[index];
    if (changed.kind == VcdSignal::Kind::kReal) {
        double real = 0.0;
        std::memcpy(&real, &value, sizeof real);
        file_.write(fmt::format("r{} {}\n", real, codes_[index]));
    } else if (changed.bits == 1) {
        file_.write(fmt::format("{}{}\n", value, codes_[index]));
    } else {
        file_.write(fmt::format("b{:b} {}\n", value, codes_[index]));
    }
}

}  // namespace strata::core
