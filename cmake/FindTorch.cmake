# Finds LibTorch and defines the target `torch`.
#
# Used instead of LibTorch's own TorchConfig.cmake, which for a CUDA build insists on an installed CUDA toolkit of the
# very same version. Nothing here compiles CUDA code: the libraries of the wheel are enough.
# Sets Torch_FOUND, Torch_VERSION, Torch_CUDA (whether it is a CUDA build) and Torch_DIR.

find_path(Torch_INCLUDE_DIR ATen/core/Tensor.h)
if(Torch_INCLUDE_DIR)
  cmake_path(GET Torch_INCLUDE_DIR PARENT_PATH Torch_PREFIX)
  set(Torch_DIR ${Torch_PREFIX}/share/cmake/Torch)
  foreach(library torch torch_cpu c10 torch_cuda c10_cuda)
    find_library(Torch_${library}_LIBRARY ${library} PATHS ${Torch_PREFIX}/lib NO_DEFAULT_PATH)
    mark_as_advanced(Torch_${library}_LIBRARY)
  endforeach()
  if(EXISTS ${Torch_DIR}/TorchConfigVersion.cmake)
    file(STRINGS ${Torch_DIR}/TorchConfigVersion.cmake version REGEX "set\\(PACKAGE_VERSION ")
    string(REGEX REPLACE ".*\"([0-9.]+).*" "\\1" Torch_VERSION "${version}")
  endif()
  if(EXISTS ${Torch_DIR}/TorchConfig.cmake)  # builds before 2.7 may have the old string ABI
    file(STRINGS ${Torch_DIR}/TorchConfig.cmake abi REGEX "_GLIBCXX_USE_CXX11_ABI=[01]")
    string(REGEX MATCH "-D_GLIBCXX_USE_CXX11_ABI=[01]" TORCH_CXX_FLAGS "${abi}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Torch REQUIRED_VARS Torch_torch_cpu_LIBRARY Torch_torch_LIBRARY Torch_c10_LIBRARY
                                                      Torch_INCLUDE_DIR VERSION_VAR Torch_VERSION)
mark_as_advanced(Torch_INCLUDE_DIR)
if(NOT Torch_FOUND)
  return()
endif()
set(Torch_CUDA OFF)
if(Torch_torch_cuda_LIBRARY)
  set(Torch_CUDA ON)
endif()
if(TARGET torch)
  return()
endif()

foreach(library torch_cpu c10)
  add_library(${library} SHARED IMPORTED)
  set_target_properties(${library} PROPERTIES IMPORTED_LOCATION ${Torch_${library}_LIBRARY})
endforeach()
add_library(torch INTERFACE IMPORTED)
target_include_directories(torch SYSTEM INTERFACE ${Torch_INCLUDE_DIR} ${Torch_INCLUDE_DIR}/torch/csrc/api/include)
# libtorch holds no symbols of its own, it only brings the backends; a linker that drops what is not called would drop it
target_link_libraries(torch INTERFACE "-Wl,--no-as-needed,\"${Torch_torch_LIBRARY}\" -Wl,--as-needed" torch_cpu c10)
target_compile_features(torch INTERFACE cxx_std_17)
# what the wheel's c10d headers were built with
target_compile_definitions(torch INTERFACE USE_DISTRIBUTED USE_C10D_GLOO USE_RPC USE_TENSORPIPE)
