# voxarena_add_plugin(NAME SOURCES file.cpp ... [LIBRARIES lib ...])
#
# Builds a method plugin as a shared library NAME and puts it, with NAME.json (its metadata, so that listing loads
# nothing), where `voxarena` looks for plugins. Works inside this tree and, through find_package(VoxArena), outside.
function(voxarena_add_plugin NAME)
  cmake_parse_arguments(PLUGIN "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${NAME} MODULE ${PLUGIN_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${PLUGIN_LIBRARIES})
  if(TARGET voxarena)
    target_link_libraries(${NAME} PRIVATE voxarena fmt::fmt)
    target_compile_options(${NAME} PRIVATE ${VOXARENA_WARNINGS})
    target_precompile_headers(${NAME} REUSE_FROM voxarena_network)
    set(directory ${CMAKE_BINARY_DIR}/lib/voxarena/plugins)
    set(tool $<TARGET_FILE:voxarena_cli>)
    add_dependencies(${NAME} voxarena_cli)
  else()
    target_link_libraries(${NAME} PRIVATE VoxArena::voxarena)
    set(directory ${CMAKE_CURRENT_BINARY_DIR})
    set(tool ${VoxArena_EXECUTABLE})
  endif()
  set_target_properties(${NAME} PROPERTIES PREFIX "" DEFINE_SYMBOL "" CXX_VISIBILITY_PRESET hidden
                                           LIBRARY_OUTPUT_DIRECTORY ${directory})
  add_custom_command(TARGET ${NAME} POST_BUILD
                     COMMAND ${tool} check-plugin $<TARGET_FILE:${NAME}> --describe ${directory}/${NAME}.json
                     COMMENT "Describing plugin ${NAME}")
  if(TARGET voxarena)
    install(TARGETS ${NAME} LIBRARY DESTINATION lib/voxarena/plugins)
    install(FILES ${directory}/${NAME}.json DESTINATION lib/voxarena/plugins)
  endif()
endfunction()
