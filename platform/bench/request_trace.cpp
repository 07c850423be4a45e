// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/bench/request_trace.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <sstream>

#include "core/diagnostics.h"

namespace strata::platform {

namespace fs = std::filesystem;

RequestTrace::RequestTrace(const std::string& file, core::Bytes capacity, core::Bytes bytes)
    : file_(file), lines_(file), capacity_(capacity), bytes_(bytes) {
    if (!lines_) {
        throw core::UserError(file + ": cannot be read");
    }
}

void RequestTrace::fail(const std::string& what) const {
    throw core::UserError(fmt::format("{}:{}: {}", file_, line_, what));
}

bool RequestTrace::next(TraceRequest& request) {
    std::string line;
    while (std::getline(lines_, line)) {
        ++line_;
        line = line.substr(0, line.find('#'));
        std::istringstream words(line);
        std::string time, op, address;
        if (!(words >> time)) {
            continue;
        }
        core::Bytes bytes = bytes_;
        try {
            words >> op >> address;
            request.time = std::llround(std::stod(time) * core::kNanosecond);
            request.address = std::stoull(address, nullptr, 0);
            words >> bytes;
        } catch (const std::exception&) {
            fail("expected 'time_ns R|W address [bytes]'");
        }
        if (op != "R" && op != "W") {
            fail("expected R or W, got '" + op + "'");
        }
        if (request.time < last_) {
            fail("times must not fall");
        }
        if (bytes < 1 || request.address >= static_cast<std::uint64_t>(capacity_) ||
            bytes > capacity_ - static_cast<core::Bytes>(request.address)) {
            fail("is beyond the capacity of " + core::format_size(capacity_));
        }
        last_ = request.time;
        request.op = op == "W" ? core::MemoryOp::kWrite : core::MemoryOp::kRead;
        request.bytes = bytes;
        return true;
    }
    return false;
}

std::string trace_path(core::Section& s) {
    const fs::path file = s.string("file");
    const fs::path beside = fs::path(s.location("file").file).parent_path() / file;
    return fs::exists(beside) ? beside.string() : file.string();
}

}  // namespace strata::platform
