# Installed layout: bin/voxarena, lib/libvoxarena*.so, lib/voxarena/{plugins,libvoxarena_shadow.so}, include/voxarena,
# lib/cmake/VoxArena. Plugins install themselves (voxarena_add_plugin).
include(CMakePackageConfigHelpers)

install(TARGETS voxarena_base voxarena voxarena_describe_plugin EXPORT VoxArenaTargets LIBRARY DESTINATION lib
                                                                         RUNTIME DESTINATION bin)
install(TARGETS voxarena_cli voxarena_commands LIBRARY DESTINATION lib RUNTIME DESTINATION bin)
install(DIRECTORY framework/ DESTINATION include/voxarena FILES_MATCHING PATTERN "*.h")
install(EXPORT VoxArenaTargets NAMESPACE VoxArena:: DESTINATION lib/cmake/VoxArena)
configure_package_config_file(cmake/VoxArenaConfig.cmake.in ${CMAKE_BINARY_DIR}/VoxArenaConfig.cmake
                              INSTALL_DESTINATION lib/cmake/VoxArena)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/VoxArenaConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES ${CMAKE_BINARY_DIR}/VoxArenaConfig.cmake ${CMAKE_BINARY_DIR}/VoxArenaConfigVersion.cmake
              cmake/voxarena_add_plugin.cmake cmake/FindTorch.cmake DESTINATION lib/cmake/VoxArena)
