// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "models/memory/nand/flash_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>

#include "core/diagnostics.h"

namespace strata::models {

namespace {

constexpr std::array<const char*, kFlashTraceKinds - kFlashCommands> kTransferNames = {
    "DATA_OUT", "DATA_OUT_KEEP", "DISCARD"};

/// Takes fields off a line of CSV.
class Fields {
   public:
    explicit Fields(std::string_view line) : rest_(line) {}

    std::string_view text() {
        const std::size_t comma = rest_.find(',');
        const std::string_view field = rest_.substr(0, comma);
        rest_ = comma == std::string_view::npos ? std::string_view() : rest_.substr(comma + 1);
        ++number_;
        return field;
    }
    template <class T>
    void number(T& value) {
        const std::string_view field = text();
        const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
        if (error != std::errc() || end != field.data() + field.size()) {
            fail(field);
        }
    }
    [[noreturn]] void fail(std::string_view field) const {
        throw core::UserError(
            fmt::format("flash trace, field {}: cannot read '{}'", number_, field));
    }
    bool at_end() const { return rest_.empty(); }

   private:
    std::string_view rest_;
    int number_ = 0;
};

std::uint8_t kind_of(std::string_view name, const Fields& fields) {
    for (std::uint8_t kind = 0; kind < kFlashTraceKinds; ++kind) {
        if (name == flash_trace_name(kind)) {
            return kind;
        }
    }
    fields.fail(name);
}

FlashSource source_of(std::string_view name, const Fields& fields) {
    const auto* const found = std::find(kFlashSourceNames.begin(), kFlashSourceNames.end(), name);
    if (found == kFlashSourceNames.end()) {
        fields.fail(name);
    }
    return static_cast<FlashSource>(found - kFlashSourceNames.begin());
}

}  // namespace

const char* const kFlashTraceHeader =
    "operation,name,source,tag,bus_start_ps,bus_end_ps,array_start_ps,array_end_ps,channel,chip,"
    "die,plane,block,page,bytes\n";

const char* flash_trace_name(std::uint8_t kind) {
    return kind < kFlashCommands ? kFlashCommandNames[kind] : kTransferNames[kind - kFlashCommands];
}

std::string to_csv(const FlashTraceRecord& r) {
    const FlashAddress& a = r.address;
    return fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", r.operation, flash_trace_name(r.kind),
        kFlashSourceNames[static_cast<std::size_t>(r.source)], r.tag, r.bus_start, r.bus_end,
        r.array_start, r.array_end, a.channel, a.chip, a.die, a.plane, a.block, a.page, r.bytes);
}

FlashTraceRecord parse_flash_trace(std::string_view line) {
    if (!line.empty() && line.back() == '\n') {
        line.remove_suffix(1);
    }
    Fields fields(line);
    FlashTraceRecord r;
    fields.number(r.operation);
    r.kind = kind_of(fields.text(), fields);
    r.source = source_of(fields.text(), fields);
    fields.number(r.tag);
    for (core::Ps* time : {&r.bus_start, &r.bus_end, &r.array_start, &r.array_end}) {
        fields.number(*time);
    }
    FlashAddress& a = r.address;
    for (std::int32_t* digit : {&a.channel, &a.chip, &a.die, &a.plane, &a.block, &a.page}) {
        fields.number(*digit);
    }
    fields.number(r.bytes);
    if (!fields.at_end()) {
        fields.fail("more than 15 fields");
    }
    return r;
}

FlashTraceFile::FlashTraceFile(const std::string& path) : file_(path) {
    file_.write(kFlashTraceHeader);
}

void FlashTraceFile::operation(const FlashTraceRecord& record) {
    file_.write(to_csv(record));
}

}  // namespace strata::models
