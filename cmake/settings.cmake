# Compiler settings that every target of this project shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
option(VOXARENA_SANITIZE "Address and undefined-behaviour sanitizers" OFF)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

# One set of code generation flags everywhere, so that all targets share one precompiled header.
add_compile_options(-fPIC -fdiagnostics-color=auto)
if(VOXARENA_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=address,undefined)
endif()

# -Wrestrict is wrong about string concatenation in GCC 12 (PR 105651).
set(VOXARENA_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wno-restrict -Werror)
if(CMAKE_UNITY_BUILD)  # sources that are included into one are no headers
  list(APPEND VOXARENA_WARNINGS -Wno-subobject-linkage)
endif()
if(VOXARENA_SANITIZE)  # its checks hide from the compiler what is initialised
  list(APPEND VOXARENA_WARNINGS -Wno-maybe-uninitialized)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()
