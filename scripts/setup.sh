#!/usr/bin/env bash
# Installs what VoxArena is built with: Debian/Ubuntu packages, LibTorch and c-blosc2 (both from their
# Python wheels, unpacked into .deps/). Safe to run again: a finished step is not repeated.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: scripts/setup.sh [--torch-index URL] [--no-packages]

  --torch-index URL   pip index that LibTorch is taken from, e.g.
                      https://download.pytorch.org/whl/cpu    (CPU only, small download)
                      https://download.pytorch.org/whl/cu130  (CUDA 13.0)
                      Without it pip's own configuration decides.
  --no-packages       leave the system packages alone (no apt, no root needed)

Environment:
  CMAKE_PREFIX_PATH   a LibTorch (or c-blosc2) found there is used and not downloaded
Runs unattended on Debian 12 and Ubuntu 22.04/24.04, as root or with sudo.
TEXT
}

# Versions of the wheels. Only their C++ parts are used, so they need not match the system's Python.
torch_version=${VOXARENA_TORCH_VERSION:-2.13.0}
blosc2_version=4.14.1
pytomlpp_version=1.0.13  # carries toml++ 3.3.0
wheel_python=3.11

packages=(
  g++ make cmake ninja-build ccache clang-format-14 git ca-certificates unzip
  python3 python3-pip python3-venv
  libinsighttoolkit5-dev libfftw3-dev libtbb-dev
  libboost-dev libboost-program-options-dev libboost-filesystem-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  nlohmann-json3-dev libspdlog-dev libfmt-dev libssl-dev libpng-dev libtiff-dev
)
# Ubuntu 22.04 has none of these: toml++ is then taken from a Python package, Vega (charts in HTML reports) is left out.
packages_if_available=(libtomlplusplus-dev libjs-vega)

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$1" >&2; [ $# -lt 2 ] || printf '       hint: %s\n' "$2" >&2; exit 1; }

torch_index=""
with_packages=1
while [ $# -gt 0 ]; do
  case $1 in
    --torch-index) [ $# -ge 2 ] || die "--torch-index needs a URL" "see --help"; torch_index=$2; shift 2 ;;
    --torch-index=*) torch_index=${1#*=}; shift ;;
    --no-packages) with_packages=0; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# --- system packages -----------------------------------------------------------------------------

is_installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
# True as long as the package lists were never fetched: then nobody knows yet.
may_exist() { [ -n "$(apt-cache show --no-all-versions "$1" 2>/dev/null)" ] || [ -z "$(apt-cache show cmake 2>/dev/null)" ]; }

missing_packages() {
  local package
  for package in "${packages[@]}"; do is_installed "$package" || echo "$package"; done
  for package in "${packages_if_available[@]}"; do
    is_installed "$package" || ! may_exist "$package" || echo "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this is not a Debian or Ubuntu system (no apt-get)" \
      "install the equivalents of: ${packages[*]}; then run scripts/setup.sh --no-packages"
  local missing
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -eq 0 ]; then say "system packages: all present"; return; fi

  local apt=(apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  local command="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  local as_root=(env DEBIAN_FRONTEND=noninteractive)
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "not root and sudo is missing" "run as root: $command"
    as_root=(sudo "${as_root[@]}")
  fi
  say "system packages: installing ${missing[*]}"
  "${as_root[@]}" "${apt[@]}" update </dev/null || die "apt-get update failed" "check the network and /etc/apt; by hand: $command"
  mapfile -t missing < <(missing_packages)  # the lists are fresh now
  "${as_root[@]}" "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null ||
    die "apt-get could not install: ${missing[*]}" \
      "Debian 12 or Ubuntu 22.04/24.04 (with 'universe') has them; by hand: $command"
}

# --- wheels --------------------------------------------------------------------------------------

# Downloads wheels for this machine and Python $wheel_python into a folder, whatever Python runs pip.
# download FOLDER PIP_ARGUMENTS...
download() {
  local folder=$1 machine glibc minor platforms
  shift
  machine=$(uname -m)
  glibc=$(getconf GNU_LIBC_VERSION | sed 's/.*\.//')
  platforms=(--platform "manylinux2014_$machine")
  for ((minor = glibc; minor >= 17; --minor)); do platforms+=(--platform "manylinux_2_${minor}_$machine"); done
  python3 -m pip download --quiet --disable-pip-version-check --dest "$folder" --only-binary=:all: \
    --implementation cp --python-version $wheel_python "${platforms[@]}" "$@"
}

# The first folder of CMAKE_PREFIX_PATH or the system that holds a file, if any.
# find_config PATTERN...
find_config() {
  local prefix pattern file prefixes
  IFS=: read -r -a prefixes <<<"${CMAKE_PREFIX_PATH:-}:/usr/local:/usr"
  for prefix in "${prefixes[@]}"; do
    [ -n "$prefix" ] && [[ "$(realpath -m "$prefix")" != "$PWD/.deps/"* ]] || continue
    for pattern in "$@"; do
      for file in "$prefix"/$pattern; do
        if [ -f "$file" ]; then echo "$file"; return 0; fi
      done
    done
  done
  return 1
}

# Where torch's libraries look for those of NVIDIA: $ORIGIN/../../nvidia, that is .deps/nvidia.
install_nvidia() {
  local torch_wheel=$1 folder=$2 wheel requirements
  mapfile -t requirements < <(unzip -p "$torch_wheel" '*.dist-info/METADATA' |
    sed -nE 's/^Requires-Dist: ((nvidia-|cuda-toolkit)[^;]*).*/\1/p' | tr -d ' \r')
  [ ${#requirements[@]} -gt 0 ] || { rm -rf .deps/nvidia; return 0; }
  say "LibTorch is a CUDA build: downloading ${#requirements[@]} NVIDIA packages (about 2 GB)"
  mkdir -p "$folder/wheels" "$folder/nvidia"
  download "$folder/wheels" "${index[@]}" "${requirements[@]}" ||
    die "pip could not download ${requirements[*]}" \
      "for a CPU-only build: scripts/setup.sh --torch-index https://download.pytorch.org/whl/cpu"
  for wheel in "$folder"/wheels/*.whl; do
    # 11: a wheel without such files
    unzip -q -o "$wheel" 'nvidia/*/lib/*' 'nvidia/*/License*' -d "$folder" 2>/dev/null || [ $? -eq 11 ] || die "cannot unpack $wheel"
    rm -f "$wheel"
  done
  find "$folder/nvidia" -name '*.a' -delete
  rm -rf .deps/nvidia
  mv "$folder/nvidia" .deps/nvidia
}

install_torch() {
  local found stamp wheel index=()
  if found=$(find_config share/cmake/Torch/TorchConfig.cmake 'lib*/cmake/Torch/TorchConfig.cmake'); then
    case $found in
      /usr/lib/* | /usr/share/*) say "LibTorch: ignoring the distribution's ${found%/share/cmake/*} (25 to 50 times slower)" ;;
      *) say "LibTorch: using ${found%/share/cmake/*} (CMAKE_PREFIX_PATH), nothing downloaded"; return ;;
    esac
  fi
  if [ -n "$torch_index" ]; then  # that index and no other place that pip may be configured for
    index=(--index-url "$torch_index")
    local -x PIP_EXTRA_INDEX_URL=$torch_index PIP_FIND_LINKS=$work
  fi
  stamp="torch==$torch_version $torch_index"
  if [ "$(cat .deps/libtorch/.version 2>/dev/null)" = "$stamp" ] ||
    { [ -z "$torch_index" ] && [[ "$(cat .deps/libtorch/.version 2>/dev/null)" = "torch==$torch_version "* ]]; }; then
    say "LibTorch: $torch_version present in .deps/libtorch"
    return
  fi
  say "LibTorch: downloading torch==$torch_version${torch_index:+ from $torch_index}"
  download "$work" --no-deps "${index[@]}" "torch==$torch_version" ||
    die "pip could not download torch==$torch_version for $(uname -m)" \
      "check the network and pip's index (pip config list), pass --torch-index URL, or set CMAKE_PREFIX_PATH to a LibTorch 2.6 or newer"
  wheel=$(echo "$work"/torch-*.whl)
  install_nvidia "$wheel" "$work/nvidia_work"
  # the C++ parts only: no Python modules, test programs or Python bindings
  unzip -q "$wheel" 'torch/include/*' 'torch/lib/*' 'torch/share/*' '*.dist-info/*' \
    -x '*/RECORD' '*/libtorch_python.so' '*_test.so' '*/libbackend_with_compiler.so' '*/libaoti_custom_ops.so' '*/libshm*' -d "$work" ||
    die "cannot unpack $(basename "$wheel")" "is the disk full? $(df -h --output=avail . | tail -1) left"
  mv "$work"/torch-*.dist-info "$work/torch/share/licenses"
  echo "$stamp" >"$work/torch/.version"
  rm -rf .deps/libtorch
  mv "$work/torch" .deps/libtorch
  say "LibTorch: $(basename "$wheel" | cut -d- -f2) installed in .deps/libtorch"
}

install_blosc2() {
  local found stamp="blosc2==$blosc2_version"
  if found=$(find_config 'lib*/cmake/[Bb]losc2/Blosc2Config.cmake' 'lib/*/cmake/[Bb]losc2/Blosc2Config.cmake'); then
    say "c-blosc2: using $found, nothing downloaded"
    return
  fi
  if [ "$(cat .deps/blosc2/.version 2>/dev/null)" = "$stamp" ]; then say "c-blosc2: present in .deps/blosc2"; return; fi
  say "c-blosc2: downloading $stamp"
  download "$work" --no-deps "$stamp" ||
    die "pip could not download $stamp for $(uname -m)" \
      "check the network and pip's index (pip config list), or set CMAKE_PREFIX_PATH to an installed c-blosc2"
  unzip -q "$work"/blosc2-*.whl 'blosc2/include/*' 'blosc2/lib/*' '*.dist-info/*' \
    -x '*/RECORD' '*/libtcc*' '*/libblosc2.so' -d "$work" || die "cannot unpack the blosc2 wheel" "is the disk full?"
  mkdir -p "$work/blosc2/share"
  mv "$work"/blosc2-*.dist-info "$work/blosc2/share/licenses"
  echo "$stamp" >"$work/blosc2/.version"
  rm -rf .deps/blosc2
  mv "$work/blosc2" .deps/blosc2
  say "c-blosc2: installed in .deps/blosc2"
}

# Debian's version of toml++, headers only, for systems without the package.
install_tomlplusplus() {
  local stamp="pytomlpp==$pytomlpp_version"
  if [ -f /usr/include/toml++/toml.h ] || find_config include/toml++/toml.h >/dev/null; then return; fi
  if [ "$(cat .deps/tomlplusplus/.version 2>/dev/null)" = "$stamp" ]; then say "toml++: present in .deps/tomlplusplus"; return; fi
  say "toml++: downloading the sources of $stamp"
  python3 -m pip download --quiet --disable-pip-version-check --dest "$work" --no-deps --no-build-isolation \
    --no-binary pytomlpp "$stamp" ||
    die "pip could not download $stamp" "install toml++ 3 (libtomlplusplus-dev) or name its prefix in CMAKE_PREFIX_PATH"
  tar xzf "$work"/pytomlpp-*.tar.gz -C "$work"
  mkdir "$work/tomlplusplus"
  mv "$work"/pytomlpp-*/third_party/tomlplusplus/{include,LICENSE} "$work/tomlplusplus/"
  echo "$stamp" >"$work/tomlplusplus/.version"
  rm -rf .deps/tomlplusplus
  mv "$work/tomlplusplus" .deps/tomlplusplus
  say "toml++: installed in .deps/tomlplusplus"
}

[ $with_packages -eq 0 ] || install_packages
for tool in python3 unzip; do
  command -v $tool >/dev/null || die "$tool is missing" "apt-get install $tool"
done
python3 -m pip --version >/dev/null 2>&1 || die "pip is missing" "apt-get install python3-pip"

# Everything is unpacked here first and renamed when complete; one set-up at a time.
mkdir -p .deps
exec 9>.deps/.lock
flock 9
work=.deps/.unpack
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
install_torch
install_blosc2
install_tomlplusplus
say "done; next: cmake --preset release && cmake --build --preset release"
