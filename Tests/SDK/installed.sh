#!/bin/bash
# Installs the SDK into a temporary prefix, moves it, and builds the examples against it outside of the repository, with nothing
# else in the environment: by find_package, by pkg-config, and with --swift by SwiftPM. Usage: installed.sh [--swift]
set -euo pipefail
repository=$(cd "$(dirname "$0")/../.." && pwd)
with_swift=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "installed.sh: $*" >&2; exit 1; }
clean() { env -i PATH="$PATH" HOME="$work/home" "$@"; }

exports_entry() {
    nm -D --defined-only "$1" | grep -q ' T tuned_plugin_v1$' || fail "$1 does not export tuned_plugin_v1"
    echo "built $(basename "$1"): $2"
}

mkdir "$work/home"
make --no-print-directory -C "$repository" install-sdk PREFIX="$work/before" >/dev/null
mv "$work/before" "$work/prefix"
prefix=$work/prefix
! grep -rq -e "$repository" -e "$work" "$prefix/share/cmake" "$prefix/share/pkgconfig" || fail "an installed file names the place it was built in"

# ---- CMake
mkdir "$work/cmake"
cp "$prefix/share/tuned/sdk/examples/c/descent.c" "$prefix/share/tuned/sdk/examples/cpp/descent.cpp" "$work/cmake"
cat > "$work/cmake/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(outside C CXX)
find_package(tuned 1 REQUIRED)
tuned_add_plugin(descent-c descent.c)
target_link_libraries(descent-c PRIVATE m)
add_library(descent-cpp MODULE descent.cpp)
target_link_libraries(descent-cpp PRIVATE tuned::plugin)
set_target_properties(descent-cpp PROPERTIES PREFIX "" CXX_STANDARD 17)
CMAKE
clean cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 || { cat "$work/log"; fail "cmake"; }
clean cmake --build "$work/cmake/build" >"$work/log" 2>&1 || { cat "$work/log"; fail "cmake --build"; }
exports_entry "$work/cmake/build/descent-c.so" "find_package, C"
exports_entry "$work/cmake/build/descent-cpp.so" "find_package, C++"
[ "$(nm -D --defined-only "$work/cmake/build/descent-c.so" | wc -l)" = 1 ] || fail "tuned_add_plugin exports more than the entry point"
sed -i 's/tuned 1 /tuned 2 /' "$work/cmake/CMakeLists.txt"
! clean cmake -S "$work/cmake" -B "$work/cmake/newer" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null 2>&1 || fail "version 2 was found"

# ---- pkg-config
mkdir "$work/pkg"
flags=$(PKG_CONFIG_PATH=$prefix/share/pkgconfig pkg-config --cflags tuned)
# The folder is a temporary one without spaces, so the flags split as they should.
(cd "$work/pkg" && clean cc -shared -fPIC -fvisibility=hidden $flags -o descent-c.so "$work/cmake/descent.c" -lm)
(cd "$work/pkg" && clean c++ -std=c++17 -shared -fPIC $flags -o descent-cpp.so "$work/cmake/descent.cpp")
exports_entry "$work/pkg/descent-c.so" "pkg-config, C"
exports_entry "$work/pkg/descent-cpp.so" "pkg-config, C++"

# ---- SwiftPM
[ "$with_swift" = --swift ] || exit 0
mkdir -p "$work/swift/Sources/outside"
cat > "$work/swift/Package.swift" <<SWIFT
// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "outside",
    products: [.library(name: "outside", type: .dynamic, targets: ["outside"])],
    dependencies: [.package(name: "tuned-sdk", path: "$prefix/share/tuned/sdk")],
    targets: [.target(name: "outside", dependencies: [.product(name: "TunedPlugin", package: "tuned-sdk")])]
)
SWIFT
find "$prefix/share/tuned/sdk/examples/swift/Sources" -name '*.swift' -exec cp {} "$work/swift/Sources/outside/" \;
clean swift build --package-path "$work/swift" -c release -j 2 >"$work/log" 2>&1 || { cat "$work/log"; fail "swift build"; }
exports_entry "$work/swift/.build/release/liboutside.so" "SwiftPM"
