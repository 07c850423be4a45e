// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A waveform written on change. Unlike sc_trace it costs nothing while nothing changes.
//
// Changes wait in memory until `flush(now)` has passed their time; then they are written sorted by
// (time, registration, order of arrival). Of several changes of one signal at one time the last
// counts; a change to the value it has is dropped. One VCD time unit is 1 ps. The file holds no
// date, so equal runs write equal files.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/output_file.h"
#include "core/trace.h"

namespace strata::core {

/// A registered signal, as the .gtkw writer needs it.
struct VcdSignal {
    enum class Kind { kEnum, kInteger, kReal };
    std::string scope;  ///< dotted
    std::string name;
    Kind kind = Kind::kInteger;
    int bits = 1;
    std::vector<std::string> labels;  ///< of an enumeration
};

class VcdWriter : public TraceSink {
   public:
    /// UserError when the file cannot be opened.
    explicit VcdWriter(const std::string& path);

    // Registration, before the first flush. A second signal of the same scope and name, or a
    // number of bits outside 1 … 63, is a ModelError. All signals start as 0.
    SignalId add_enum(const std::string& scope, const std::string& name,
                      const std::vector<std::string>& labels) override;
    SignalId add_integer(const std::string& scope, const std::string& name, int bits) override;
    SignalId add_real(const std::string& scope, const std::string& name) override;

    // ModelError when the time has been flushed or the value does not fit the signal.
    void change(SignalId signal, Ps time, std::int64_t value) override;
    void change_real(SignalId signal, Ps time, double value) override;

    /// Writes every change up to and including `now`.
    void flush(Ps now);
    /// Flushes up to `end`, drops what lies beyond, and gives the file its name. Without it no
    /// file appears.
    void close(Ps end);

    const std::string& path() const { return file_.path(); }
    const std::vector<VcdSignal>& signals() const { return signals_; }
    /// Time of the last flush, i.e. how far the waveform goes.
    Ps flushed() const { return flushed_; }

   private:
    struct Change {
        Ps time;
        std::int64_t value;  // of a real: its bits
        SignalId signal;
    };

    SignalId add(VcdSignal signal);
    void push(SignalId signal, Ps time, std::int64_t value);
    void write_header();
    void write_time(Ps time);
    void write_value(SignalId signal, std::int64_t value);

    OutputFile file_;
    std::vector<VcdSignal> signals_;
    std::set<std::string> names_;  // full names, to refuse a second one
    std::vector<std::string> codes_;
    std::vector<std::int64_t> values_;  // as last written
    std::vector<Change> pending_;
    bool header_written_ = false;
    Ps flushed_ = -1;
    Ps written_time_ = -1;
};

}  // namespace strata::core
