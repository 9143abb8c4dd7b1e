#!/bin/bash
# The example of sdk/examples in every language named, through the daemon: the same study gives the same values, bit for bit, and its
# rows are the plugins' own, without a data file. examples.sh TUNED LANGUAGE... TUNED is the program, with tuned-worker beside it.
set -euo pipefail
tuned=$(realpath -s "${1:?path of the program tuned}")
shift
sdk=$(cd "$(dirname "$0")/../../sdk" && pwd)
work=$(mktemp -d)
export TUNED_HOME=$work/home HOME=$work
trap '"$tuned" serve --stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cd "$work"

fail() { echo "examples.sh: $*" >&2; exit 1; }

for language in "$@"; do
    library=$work/descent-$language.so
    case $language in
        c) cc -O2 -shared -fPIC "-I$sdk/include" -o "$library" "$sdk/examples/c/descent.c" -lm ;;
        cpp) c++ -O2 -std=c++17 -shared -fPIC "-I$sdk/include" -o "$library" "$sdk/examples/cpp/descent.cpp" ;;
        swift)
            swift build --package-path "$sdk/examples/swift" --scratch-path "$work/swift" -c release -j 2 >"$work/log" 2>&1 || { cat "$work/log"; fail swift; }
            library=$work/swift/release/libdescent.so ;;
    esac
    "$tuned" load "$library" >/dev/null
    printf 'study: %s\nplugin: descent-%s\nsplit: {folds: 5, by: stratified, seed: 7}\nsampler: random\nstop: {trials: 12}\nseed: 3\n' \
        "$language" "$language" > "$language.yaml"
    "$tuned" run "$language.yaml" >"$work/run" 2>&1 || { cat "$work/run"; fail "$language"; }
    "$tuned" export "$language" --format jsonl | python3 -c '
import json, sys
for trial in map(json.loads, sys.stdin):
    print(trial["number"], trial["state"], trial["values"])
' > "$language.values"
    [ "$(grep -c complete "$language.values")" = 12 ] || { cat "$language.values"; fail "$language: not every trial is complete"; }
    cmp "$1.values" "$language.values" || fail "$language differs from $1"
    echo "$language: 12 trials of 5 folds, the same as $1"
done

# Of rows that a plugin makes itself only the indices of the test rows can be kept back, and the study says so.
printf 'study: held\nplugin: descent-%s\nsplit: {test: 0.2}\nstop: {trials: 1}\n' "$1" > test.yaml
"$tuned" run test.yaml >"$work/said" || fail "test rows without a data file: $(cat "$work/said")"
"$tuned" show held | grep -q 'set aside' || fail "it says nothing of its test rows: $("$tuned" show held)"
"$tuned" finalize held >"$work/said" || fail "it cannot be finalized: $(cat "$work/said")"
! "$tuned" finalize held 2>"$work/said" || fail "its test rows are used twice"
