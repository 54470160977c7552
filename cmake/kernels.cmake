# How the kernels of the backend cpu are compiled: one source for every instruction set, chosen
# from when a network is compiled (convoy/cpu/kernels/tier.h).
file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS convoy/cpu/kernels/*.cc)
# Optimised in debug builds and under sanitizers, too: a network would take minutes otherwise.
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(kernel_options -O1)
else()
  set(kernel_options -O3)
endif()
# SVE vectors have no size at compile time, and no kernel uses AES.
set(kernel_definitions HWY_DISABLE_PCLMUL_AES
    "HWY_DISABLED_TARGETS=(HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128|HWY_SSSE3)")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  if(CONVOY_KERNELS_FOR)
    # One instruction set, for sanitizers, which take minutes a file over all of them, and for those
    # who work on kernels.
    set(level_avx2 v3)
    set(level_avx512 v4)
    if(NOT DEFINED level_${CONVOY_KERNELS_FOR})
      message(FATAL_ERROR "CONVOY_KERNELS_FOR must be avx2, avx512 or nothing; got ${CONVOY_KERNELS_FOR}")
    endif()
    list(APPEND kernel_options -march=x86-64-${level_${CONVOY_KERNELS_FOR}})
    list(APPEND kernel_definitions HWY_COMPILE_ONLY_STATIC)
  else()
    # The baseline is what Highway calls SSE4: without it g++ compiles one lane at a time for nobody.
    list(APPEND kernel_options -march=x86-64-v2)
  endif()
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64|ARM64")
  # Every such processor has NEON. Chosen at run time, Highway's would ask for AES as well.
  list(APPEND kernel_definitions HWY_COMPILE_ONLY_STATIC)
endif()
set_source_files_properties(${kernel_sources} PROPERTIES
  COMPILE_OPTIONS "${kernel_options}" COMPILE_DEFINITIONS "${kernel_definitions}")
