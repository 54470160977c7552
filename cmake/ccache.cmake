# Paths below the checkout are hashed relative to it, so several checkouts share one cache.
if(CONVOY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(CONVOY_CCACHE_PROGRAM ccache)
  mark_as_advanced(CONVOY_CCACHE_PROGRAM)
  if(CONVOY_CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        ${CONVOY_CCACHE_PROGRAM})
  endif()
endif()
