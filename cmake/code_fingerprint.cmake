# What a plan holds depends on the code that makes it. Plans kept on disk (convoy/cpu/plan_file.h)
# carry a hash of that code, so that no other build reads them.
set(fingerprint ${PROJECT_BINARY_DIR}/generated/convoy/cpu/code_fingerprint.cc)
file(GLOB_RECURSE planning_sources CONFIGURE_DEPENDS
     convoy/base/* convoy/ops/* convoy/graph/* convoy/composites/* convoy/passes/*
     convoy/reference/* convoy/cpu/*)
set(fingerprint_script ${PROJECT_SOURCE_DIR}/cmake/write_code_fingerprint.cmake)
add_custom_command(
  OUTPUT ${fingerprint}
  COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -D OUTPUT=${fingerprint}
          -P ${fingerprint_script}
  DEPENDS ${planning_sources} ${fingerprint_script}
  COMMENT "Hashing the sources of plans")
