// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The operation trace of a flash device: one record per operation and plane, written when the
// operation is issued, with the times that then are certain. As CSV one line per record:
//
//   operation,name,source,tag,bus_start_ps,bus_end_ps,array_start_ps,array_end_ps,channel,chip,
//   die,plane,block,page,bytes
//
// `operation` counts operations; the records of a multi-plane command share it. Times are in ps; an
// operation without an array part has 0 for both array times. A later SUSPEND moves the end of what
// it stops, and RESUME carries the new one (array_start: work goes on; array_end: its end).
// DATA_OUT is the transfer of `bytes` of a page; its bus times include set-up and turn-round.
// PROGRAM's bus time includes the data. SUSPEND carries as array_start the moment from which the
// die takes reads. KEEP in the name (DATA_OUT_KEEP) says that the register stays occupied; DISCARD
// gives it up.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/output_file.h"
#include "core/units.h"
#include "models/memory/nand/flash.h"

namespace strata::models {

/// Commands have the numbers of FlashCommand; what follows them here are transfers and registers.
enum class FlashTraceKind : std::uint8_t {
    kDataOut = kFlashCommands,
    kDataOutKeep,
    kDiscard,
};
constexpr int kFlashTraceKinds = kFlashCommands + 3;
const char* flash_trace_name(std::uint8_t kind);

struct FlashTraceRecord {
    std::uint64_t operation = 0;
    std::uint8_t kind = 0;  ///< FlashCommand or FlashTraceKind
    FlashSource source = FlashSource::kHost;
    std::uint32_t tag = 0;
    core::Ps bus_start = 0;
    core::Ps bus_end = 0;
    core::Ps array_start = 0;
    core::Ps array_end = 0;
    FlashAddress address;
    core::Bytes bytes = 0;
};

class FlashTraceSink {
   public:
    virtual ~FlashTraceSink() = default;
    virtual void operation(const FlashTraceRecord& record) = 0;
};

extern const char* const kFlashTraceHeader;  ///< first line of the CSV
std::string to_csv(const FlashTraceRecord& record);
/// Reads one line back. Throws core::UserError naming the field.
FlashTraceRecord parse_flash_trace(std::string_view line);

/// Writes the CSV file; call commit() at the end.
class FlashTraceFile : public FlashTraceSink {
   public:
    explicit FlashTraceFile(const std::string& path);
    void operation(const FlashTraceRecord& record) override;
    void commit() { file_.commit(); }

   private:
    core::OutputFile file_;
};

}  // namespace strata::models
