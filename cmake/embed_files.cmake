# cmake -DOUTPUT=resources.cpp -DFILES=a;b -DMODULES=vega-util.min.js;... -P embed_files.cmake
#
# Writes a C++ source with the files as string literals, found by name: embedded_file("page.css"). MODULES (UMD scripts,
# in the order of their dependencies) become one script, "vega", that defines the object `vegaModules`; without modules
# it is empty.
set(script "")
if(MODULES)
  set(script "\"use strict\";\nconst vegaModules = {};\n")
  foreach(file IN LISTS MODULES)
    get_filename_component(name "${file}" NAME)
    string(REPLACE ".min.js" "" name "${name}")
    string(REPLACE "vega-selection" "vega-selections" name "${name}")  # its package has another name than its file
    file(READ "${file}" text)
    string(REGEX REPLACE "//# sourceMappingURL=[^\n]*" "" text "${text}")
    string(APPEND script "(function (name, exports) {\n  const module = {exports}, require = (other) => vegaModules[other];\n"
                         "  vegaModules[name] = exports;\n${text}\n})(\"${name}\", {});\n")
  endforeach()
endif()

string(CONCAT source "// Made by cmake/embed_files.cmake.\n#include \"evaluation/report/resources.h\"\n\n"
                     "namespace voxarena {\n\nstd::string_view embedded_file(std::string_view name) {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" text)
  string(APPEND source "  if (name == \"${name}\") return R\"embedded(${text})embedded\";\n")
endforeach()
string(APPEND source "  if (name == \"vega\") return R\"embedded(${script})embedded\";\n  return {};\n}\n\n}  // namespace voxarena\n")
file(WRITE "${OUTPUT}" "${source}")
