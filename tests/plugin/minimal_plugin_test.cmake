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

# It takes part in a benchmark beside an installed method.
run(${WORK}/prefix/bin/voxarena phantom ${WORK}/raw/Dataset900_Phantom --cases 5 --classes 2 --size 12,24,24)
file(WRITE ${WORK}/spec.toml [=[
name = "tiny"
datasets = ["Dataset900_Phantom"]
folds = [0]
[protocol]
budget = "smoke"
iterations = 4
iterations_per_epoch = 2
mirror_axes = []
[[method]]
plugin = "tiny_net"
options = { width = 4 }
[[method]]
plugin = "plain_unet"
]=])
run(${WORK}/prefix/bin/voxarena benchmark ${WORK}/spec.toml --plugins ${WORK}/build --raw ${WORK}/raw
    --preprocessed ${WORK}/preprocessed --results ${WORK}/results --output ${WORK}/tables)
file(READ ${WORK}/tables/leaderboard.md table)
foreach(method tiny_net plain_unet)
  if(NOT table MATCHES ${method})
    message(FATAL_ERROR "${method} is not in the table:\n${table}")
  endif()
endforeach()
