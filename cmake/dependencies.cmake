# Third-party libraries. scripts/setup.sh puts LibTorch and c-blosc2 into .deps; everything else comes from the distribution.
string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
list(APPEND CMAKE_PREFIX_PATH ${environment_prefixes} ${PROJECT_SOURCE_DIR}/.deps/libtorch
     ${PROJECT_SOURCE_DIR}/.deps/blosc2 ${PROJECT_SOURCE_DIR}/.deps/tomlplusplus)
set(VOXARENA_SETUP_HINT "run scripts/setup.sh, or name an existing installation with CMAKE_PREFIX_PATH")

if(POLICY CMP0167)
  cmake_policy(SET CMP0167 OLD)  # FindBoost still does what is needed here
endif()
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)

find_package(Torch 2.6 QUIET)
if(NOT Torch_FOUND)
  message(FATAL_ERROR "LibTorch 2.6 or newer was not found: ${VOXARENA_SETUP_HINT}")
endif()
if(Torch_VERSION MATCHES "^2\\.9\\.")
  message(FATAL_ERROR "LibTorch ${Torch_VERSION} is refused: 3-D convolutions of the 2.9 series are many times slower. "
                      "Use another version: ${VOXARENA_SETUP_HINT}")
endif()
# LibTorch brings its headers as system headers; its flags (ABI) go to every target.
separate_arguments(torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
add_compile_options(${torch_flags})

find_package(ITK 5.2 REQUIRED COMPONENTS ITKCommon ITKIONIFTI ITKIONRRD ITKIOMeta ITKIOPNG ITKIOJPEG ITKIOBMP ITKIOTIFF ITKIOImageBase ITKPDEDeformableRegistration)
find_package(TBB REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options filesystem)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(tomlplusplus QUIET)
if(NOT tomlplusplus_FOUND)
  find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
  add_library(tomlplusplus::tomlplusplus INTERFACE IMPORTED)
  target_include_directories(tomlplusplus::tomlplusplus SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE_DIR})
endif()
find_package(Blosc2 REQUIRED)
if(VOXARENA_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
