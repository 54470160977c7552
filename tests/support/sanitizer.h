// Whether a sanitizer owns malloc: it keeps what is freed, and replaces whatever else would count.
#pragma once

namespace convoy {

#if defined(__SANITIZE_ADDRESS__)
#define CONVOY_SANITIZER_OWNS_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONVOY_SANITIZER_OWNS_MALLOC 1
#endif
#endif

#if defined(CONVOY_SANITIZER_OWNS_MALLOC)
inline constexpr bool sanitizer_owns_malloc = true;
#else
inline constexpr bool sanitizer_owns_malloc = false;
#endif

}  // namespace convoy
