// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files a run writes. A file appears under its name only when it is complete: bytes go to a
// temporary name in the same directory, which is renamed at the end. Every failure (unwritable
// directory, full disk) is a UserError that names the file and the system's reason.

#include <string>
#include <string_view>

namespace strata::core {

class OutputFile {
   public:
    /// Opens the temporary file.
    explicit OutputFile(std::string path);
    /// Without commit() the temporary file is removed and nothing else changes.
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::string_view text);  ///< buffered
    void flush();
    /// Flushes, syncs to disk and renames. Nothing may be written afterwards.
    void commit();

    const std::string& path() const { return path_; }

   private:
    void discard();
    [[noreturn]] void fail(int error);

    std::string path_;
    std::string temporary_;
    std::string buffer_;
    int descriptor_ = -1;
};

/// Writes a whole file that way.
void write_file(const std::string& path, std::string_view text);

}  // namespace strata::core
