#include "convoy/cpu/digest.h"

#include <atomic>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

#include "convoy/cpu/threads.h"

namespace convoy::cpu {

namespace {

constexpr size_t most_at_once = size_t{1} << 20;

struct Work {
  std::vector<std::string_view> parts;
  std::vector<XXH128_canonical_t> hashes;
  std::atomic<size_t> next = 0;
};

void hash_parts(void* what, int, int) {
  Work& work = *static_cast<Work*>(what);
  for (size_t i = work.next++; i < work.parts.size(); i = work.next++)
    XXH128_canonicalFromHash(&work.hashes[i],
                             XXH3_128bits(work.parts[i].data(), work.parts[i].size()));
}

}  // namespace

std::string digest(std::span<const std::string_view> pieces, int threads) {
  Work work;
  for (const std::string_view piece : pieces) {
    size_t at = 0;
    do {
      work.parts.push_back(piece.substr(at, most_at_once));
      at += most_at_once;
    } while (at < piece.size());
  }
  work.hashes.resize(work.parts.size());
  ThreadPool::process().run(threads, &hash_parts, &work);
  // The lengths count too: a piece that ends earlier is another one.
  std::vector<uint64_t> lengths;
  for (const std::string_view piece : pieces) lengths.push_back(piece.size());
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  XXH3_128bits_update(&state, lengths.data(), lengths.size() * sizeof(uint64_t));
  XXH3_128bits_update(&state, work.hashes.data(), work.hashes.size() * sizeof(XXH128_canonical_t));
  const XXH128_hash_t whole = XXH3_128bits_digest(&state);
  return fmt::format("{:016x}{:016x}", whole.high64, whole.low64);
}

}  // namespace convoy::cpu
