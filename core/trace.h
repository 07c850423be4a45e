// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Waveform signals. A component registers signals once and reports changes; the writer behind the
// interface (core/vcd_writer.h) sorts and writes them. Changes may lie in the future (a model that
// reserves a link knows both edges of "busy"); per signal they may come in any order until the time
// has been flushed. Without a waveform a TraceSignal is a null pointer test.

#include <cstdint>
#include <string>
#include <vector>

#include "core/units.h"

namespace strata::core {

class TraceSink {
   public:
    using SignalId = std::int32_t;
    virtual ~TraceSink() = default;

    /// `scope` is a dotted component path. Labels of an enumeration are its values 0, 1, ….
    virtual SignalId add_enum(const std::string& scope, const std::string& name,
                              const std::vector<std::string>& labels) = 0;
    virtual SignalId add_integer(const std::string& scope, const std::string& name, int bits) = 0;
    virtual SignalId add_real(const std::string& scope, const std::string& name) = 0;

    virtual void change(SignalId signal, Ps time, std::int64_t value) = 0;
    virtual void change_real(SignalId signal, Ps time, double value) = 0;
};

/// Handle of a discrete signal (enum, integer, bit).
class TraceSignal {
   public:
    TraceSignal() = default;
    TraceSignal(TraceSink* sink, TraceSink::SignalId id) : sink_(sink), id_(id) {}
    bool enabled() const { return sink_ != nullptr; }
    void set(Ps time, std::int64_t value) const {
        if (sink_ != nullptr) {
            sink_->change(id_, time, value);
        }
    }

   private:
    TraceSink* sink_ = nullptr;
    TraceSink::SignalId id_ = 0;
};

/// Handle of a real-valued signal (power, temperature, frequency).
class TraceReal {
   public:
    TraceReal() = default;
    TraceReal(TraceSink* sink, TraceSink::SignalId id) : sink_(sink), id_(id) {}
    void set(Ps time, double value) const {
        if (sink_ != nullptr) {
            sink_->change_real(id_, time, value);
        }
    }

   private:
    TraceSink* sink_ = nullptr;
    TraceSink::SignalId id_ = 0;
};

// Registration that yields a dead handle when there is no waveform.
TraceSignal trace_enum(TraceSink* sink, const std::string& scope, const std::string& name,
                       const std::vector<std::string>& labels);
TraceSignal trace_integer(TraceSink* sink, const std::string& scope, const std::string& name,
                          int bits);
TraceReal trace_real(TraceSink* sink, const std::string& scope, const std::string& name);

}  // namespace strata::core
