// SPDX-FileCopyrightText: 2026 The Strata authors
// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

namespace strata::core {

namespace {

std::uint64_t rotate_left(std::uint64_t x, int k) {
    return x << k | x >> (64 - k);
}

std::uint64_t splitmix64(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/// a × b as 128 bits; the low half is stored in `low`.
std::uint64_t multiply(std::uint64_t a, std::uint64_t b, std::uint64_t& low) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    low = static_cast<std::uint64_t>(product);
    return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    }
    return hash;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view path) {
    // The seed passes the mixer first, so that seeds 1, 2, 3 … share nothing with path hashes.
    std::uint64_t mixed = seed;
    std::uint64_t state = splitmix64(mixed) ^ stable_hash(path);
    for (std::uint64_t& word : state_) {
        word = splitmix64(state);
    }
}

std::uint64_t RandomStream::next() {
    const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate_left(state_[3], 45);
    return result;
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
    std::uint64_t low = 0;
    std::uint64_t high = multiply(next(), bound, low);
    if (low < bound) {
        const std::uint64_t threshold = (0 - bound) % bound;
        while (low < threshold) {
            high = multiply(next(), bound, low);
        }
    }
    return high;
}

double RandomStream::uniform() {
    return static_cast<double>(next() >> 11) * 0x1p-53;
}

}  // namespace strata::core
