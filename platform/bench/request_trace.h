// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests of a trace file: lines `time_ns R|W address [bytes]`, times rising, addresses decimal or
// 0x…, `#` for comments.

#include <cstdint>
#include <fstream>
#include <string>

#include "core/config.h"
#include "core/payload.h"
#include "core/units.h"

namespace strata::platform {

struct TraceRequest {
    core::Ps time = 0;
    core::MemoryOp op = core::MemoryOp::kRead;
    std::uint64_t address = 0;
    core::Bytes bytes = 0;
};

class RequestTrace {
   public:
    /// `bytes`: of lines that name none. Throws core::UserError when the file cannot be opened.
    RequestTrace(const std::string& file, core::Bytes capacity, core::Bytes bytes);

    /// The next request; false after the last. Throws core::UserError with file and line for a bad
    /// line or one beyond the capacity.
    bool next(TraceRequest& request);

   private:
    [[noreturn]] void fail(const std::string& what) const;

    std::string file_;
    std::ifstream lines_;
    core::Bytes capacity_;
    core::Bytes bytes_;
    std::int64_t line_ = 0;
    core::Ps last_ = 0;
};

/// The path under key `file`: beside the file that names it, else as it stands.
std::string trace_path(core::Section& s);

}  // namespace strata::platform
