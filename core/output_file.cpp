// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/diagnostics.h"

namespace strata::core {

namespace {
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
}

// The process number keeps two runs that write the same file from mixing their bytes.
OutputFile::OutputFile(std::string path)
    : path_(std::move(path)), temporary_(fmt::format("{}.{}.partial", path_, getpid())) {
    struct stat existing {};
    if (stat(path_.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode)) {
        // commit() would put a file in the place of a device or a pipe.
        fail(S_ISDIR(existing.st_mode) ? EISDIR : EEXIST);
    }
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) {
        fail(errno);
    }
}

OutputFile::~OutputFile() {
    discard();
}

void OutputFile::write(std::string_view text) {
    buffer_.append(text);
    if (buffer_.size() >= kBufferBytes) {
        flush();
    }
}

void OutputFile::flush() {
    const char* next = buffer_.data();
    std::size_t left = buffer_.size();
    while (left > 0) {
        const ssize_t written = ::write(descriptor_, next, left);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            fail(errno);
        }
        next += written;
        left -= static_cast<std::size_t>(written);
    }
    buffer_.clear();
}

void OutputFile::commit() {
    flush();
    // Some file systems report a full disk only here. EINVAL: what cannot be synced (a pipe).
    if (fsync(descriptor_) != 0 && errno != EINVAL) {
        fail(errno);
    }
    if (close(std::exchange(descriptor_, -1)) != 0) {
        fail(errno);
    }
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
        fail(errno);
    }
    temporary_.clear();
}

void OutputFile::discard() {
    if (descriptor_ >= 0) {
        close(std::exchange(descriptor_, -1));
    }
    if (!temporary_.empty()) {
        unlink(temporary_.c_str());
        temporary_.clear();
    }
}

void OutputFile::fail(int error) {
    discard();
    throw UserError(fmt::format("cannot write {}: {}", path_, std::strerror(error)));
}

void write_file(const std::string& path, std::string_view text) {
    OutputFile file(path);
    file.write(text);
    file.commit();
}

}  // namespace strata::core
