# Two libraries. `voxarena_base` is all that works without LibTorch, whose loading alone takes a third of a second: data,
# planning, preprocessing, evaluation. `voxarena` is the rest, on top of it. Every room adds its sources with
# voxarena_base_sources() or voxarena_sources(). Sources that need torch/nn go through voxarena_network_sources(), which
# shares one precompiled header with the plugins and the network tests.

# Framework headers are spelled <voxarena/room/file.h> inside and outside of this tree.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/framework ${CMAKE_BINARY_DIR}/include/voxarena SYMBOLIC)

# Installed programs, libraries and plugins find libvoxarena beside them and LibTorch where it was at build time.
get_filename_component(torch_folder ${Torch_torch_LIBRARY} DIRECTORY)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib" "$ORIGIN/../.." ${torch_folder})

add_library(voxarena_base SHARED)
add_library(voxarena SHARED)
set_target_properties(voxarena_base voxarena PROPERTIES DEFINE_SYMBOL "")
add_library(voxarena_network OBJECT)
add_custom_target(voxarena_plugins)  # all plugins of this tree

# LibTorch ships the headers of another fmt; the distribution's, which we link, must be found first.
get_target_property(fmt_include fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include/first)
file(CREATE_LINK ${fmt_include}/fmt ${CMAKE_BINARY_DIR}/include/first/fmt SYMBOLIC)
include_directories(BEFORE SYSTEM ${CMAKE_BINARY_DIR}/include/first)

foreach(target voxarena_base voxarena voxarena_network)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/include>
                                              $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
  target_compile_options(${target} PRIVATE ${VOXARENA_WARNINGS})
  target_link_libraries(${target} PRIVATE fmt::fmt TBB::tbb nlohmann_json::nlohmann_json)
endforeach()
target_include_directories(voxarena_base SYSTEM PRIVATE ${ITK_INCLUDE_DIRS})
# Pickles tell types of tensors apart by LibTorch's header of their names; nothing of it is linked.
target_include_directories(voxarena_base SYSTEM PUBLIC $<BUILD_INTERFACE:$<TARGET_PROPERTY:torch,INTERFACE_INCLUDE_DIRECTORIES>>)
target_link_libraries(voxarena_base PRIVATE spdlog::spdlog OpenSSL::Crypto Boost::filesystem Blosc2::blosc2_static ZLIB::ZLIB
                                            PNG::PNG TIFF::TIFF ${ITK_LIBRARIES} Threads::Threads)
target_link_libraries(voxarena PUBLIC voxarena_base torch)
target_link_libraries(voxarena_network PUBLIC torch)
# Not for network sources: the definitions of these would bind everyone who shares the precompiled header.
target_link_libraries(voxarena PRIVATE spdlog::spdlog tomlplusplus::tomlplusplus)
target_link_libraries(voxarena PRIVATE voxarena_network ZLIB::ZLIB Threads::Threads ${CMAKE_DL_LIBS})
# torch/nn.h has all modules and their functions; a translation unit pays for each of them, used or not.
target_precompile_headers(voxarena_network PRIVATE
  <torch/nn/init.h> <torch/nn/module.h> <torch/nn/modules/batchnorm.h> <torch/nn/modules/conv.h>
  <torch/nn/modules/instancenorm.h> <torch/nn/modules/linear.h> <torch/nn/modules/normalization.h>
  <torch/optim/adamw.h> <torch/optim/sgd.h> <memory> <string> <vector>)

function(voxarena_base_sources)
  foreach(file ${ARGN})
    target_sources(voxarena_base PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
endfunction()

function(voxarena_sources)
  foreach(file ${ARGN})
    target_sources(voxarena PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
endfunction()

function(voxarena_network_sources)
  foreach(file ${ARGN})
    target_sources(voxarena_network PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
endfunction()
