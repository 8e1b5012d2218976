# Installs the build to an empty prefix, then configures, builds and checks examples/minimal_plugin against it, as the
# author of a plugin would. Given: BUILD (this build's folder), SOURCE (the example), WORK (a scratch folder).
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  message(STATUS "${output}")
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_BUILD_TYPE=Release)
run(${CMAKE_COMMAND} --build ${WORK}/build)
if(NOT EXISTS ${WORK}/build/tiny_net.json)
  message(FATAL_ERROR "the build did not describe the plugin")
endif()
run(${WORK}/prefix/bin/voxarena check-plugin ${WORK}/build/tiny_net.so)
