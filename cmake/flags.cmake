# How Convoy's own sources are compiled. Linked privately, so nobody who uses Convoy inherits it.
add_library(convoy_flags INTERFACE)
target_compile_options(convoy_flags INTERFACE
  -ffp-contract=off  # the same numbers on every machine: no fused multiply-add unless written
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
  $<$<BOOL:${CONVOY_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # std::string's operator+ sets it off without cause: GCC bug 105651.
    target_compile_options(convoy_flags INTERFACE -Wno-restrict)
  elseif(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
    # Fires on any function that takes one reference and returns another: GCC bug 107532.
    target_compile_options(convoy_flags INTERFACE -Wno-dangling-reference)
  endif()
endif()
