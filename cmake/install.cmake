include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/convoy)

install(TARGETS convoy EXPORT convoyTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY convoy ${PROJECT_BINARY_DIR}/generated/convoy
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
if(TARGET convoy_cli)
  install(TARGETS convoy_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(EXPORT convoyTargets NAMESPACE convoy:: DESTINATION ${package_dir})
get_target_property(type convoy TYPE)
if(type STREQUAL "STATIC_LIBRARY")
  # A static library brings its own dependencies to every link.
  string(CONCAT config_dependencies
         "list(APPEND CMAKE_MODULE_PATH \${CMAKE_CURRENT_LIST_DIR})\n"
         "find_dependency(fmt)\nfind_dependency(hwy)\nfind_dependency(JPEG)\n"
         "find_dependency(libzip MODULE)\nfind_dependency(PNG)")
  install(FILES cmake/Findlibzip.cmake DESTINATION ${package_dir})
  set(pc_requires "Requires: fmt libhwy libjpeg libpng libzip")
  set(pc_libs_extra " -pthread")
else()
  set(config_dependencies "")
  set(pc_requires "Requires.private: fmt libhwy libjpeg libpng libzip")
  set(pc_libs_extra "")
endif()

configure_package_config_file(cmake/convoyConfig.cmake.in convoyConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(convoyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/convoyConfig.cmake
              ${PROJECT_BINARY_DIR}/convoyConfigVersion.cmake
        DESTINATION ${package_dir})

cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
           OUTPUT_VARIABLE pc_includedir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}
           OUTPUT_VARIABLE pc_libdir)
# The prefix is worked out from the file's own place, so an installed tree can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
           BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE pc_prefix)
configure_file(cmake/convoy.pc.in convoy.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/convoy.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
