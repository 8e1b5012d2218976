# voxarena_add_plugin(NAME SOURCES file.cpp ... [LIBRARIES lib ...])
#
# Builds a method plugin as a shared library NAME.so with NAME.json (its metadata, so that listing loads nothing) beside
# it. Inside this tree both go where `voxarena` looks for plugins; outside, after find_package(VoxArena), they stay in
# the build folder and are found through VOXARENA_PLUGIN_PATH or installed into lib/voxarena/plugins.
function(voxarena_add_plugin NAME)
  cmake_parse_arguments(PLUGIN "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${NAME} MODULE ${PLUGIN_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${PLUGIN_LIBRARIES})
  if(TARGET voxarena)
    target_link_libraries(${NAME} PRIVATE voxarena fmt::fmt)
    target_compile_options(${NAME} PRIVATE ${VOXARENA_WARNINGS})
    target_precompile_headers(${NAME} REUSE_FROM voxarena_network)
    set(folder ${CMAKE_BINARY_DIR}/lib/voxarena/plugins)
    set(describe voxarena_describe_plugin)
    add_dependencies(voxarena_plugins ${NAME})
  else()
    target_link_libraries(${NAME} PRIVATE VoxArena::voxarena)
    target_compile_features(${NAME} PRIVATE cxx_std_20)
    set(folder ${CMAKE_CURRENT_BINARY_DIR})
    set(describe VoxArena::voxarena_describe_plugin)
  endif()
  set_target_properties(${NAME} PROPERTIES PREFIX "" DEFINE_SYMBOL "" LIBRARY_OUTPUT_DIRECTORY ${folder})
  add_custom_command(TARGET ${NAME} POST_BUILD
                     COMMAND ${describe} $<TARGET_FILE:${NAME}> ${folder}/${NAME}.json
                     BYPRODUCTS ${folder}/${NAME}.json
                     COMMENT "Describing plugin ${NAME}")
  install(TARGETS ${NAME} LIBRARY DESTINATION lib/voxarena/plugins)
  install(FILES ${folder}/${NAME}.json DESTINATION lib/voxarena/plugins)
endfunction()
