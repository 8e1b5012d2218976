// The version of VoxArena; CMake reads it from here.
#pragma once

#define VOXARENA_VERSION "0.1.0"
