// Hashes of many bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace convoy::cpu {

/// 128 bits as hexadecimal digits: those of the pieces' bytes in order and of where they part. For
/// telling bytes apart and finding damage, not against people who mean harm. On so many threads,
/// without a difference in the result.
std::string digest(std::span<const std::string_view> pieces, int threads);

}  // namespace convoy::cpu
