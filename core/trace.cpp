// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/trace.h"

namespace strata::core {

TraceSignal trace_enum(TraceSink* sink, const std::string& scope, const std::string& name,
                       const std::vector<std::string>& labels) {
    return sink == nullptr ? TraceSignal() : TraceSignal(sink, sink->add_enum(scope, name, labels));
}

TraceSignal trace_integer(TraceSink* sink, const std::string& scope, const std::string& name,
                          int bits) {
    return sink == nullptr ? TraceSignal()
                           : TraceSignal(sink, sink->add_integer(scope, name, bits));
}

TraceReal trace_real(TraceSink* sink, const std::string& scope, const std::string& name) {
    return sink == nullptr ? TraceReal() : TraceReal(sink, sink->add_real(scope, name));
}

}  // namespace strata::core
