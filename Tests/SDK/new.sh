#!/bin/bash
# From `tuned new` to a tuned result, for each language named: new.sh TUNED LANGUAGE... TUNED is the program, with tuned-worker beside it.
# Everything happens in a temporary folder, with a daemon of its own.
set -euo pipefail
tuned=$(realpath -s "${1:?path of the program tuned}")
shift
work=$(mktemp -d)
export TUNED_HOME=$work/home HOME=$work
trap '"$tuned" serve --stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
cd "$work"

fail() { echo "new.sh: $*" >&2; exit 1; }
# The value of a Python expression of `it`, the JSON that comes in.
field() { python3 -c 'import json, sys; it = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }

! "$tuned" new sdk --language swift 2>"$work/said" || fail "a Swift project of the SDK's name"
grep -q 'choose another' "$work/said" || fail "it says: $(cat "$work/said")"

for language in "$@"; do
    name="My $language Plugin"
    described=$("$tuned" new "$name" --language "$language" --json)
    folder=$(field "it['directory']" <<<"$described")
    library=$(field "it['library']" <<<"$described")
    id=$(field "it['id']" <<<"$described")
    [ "$id" = "my-$language-plugin" ] || fail "the id is $id"
    ! grep -rnE '@(NAME|ID|TYPE|SDK)@' "$folder" || fail "a placeholder is left"
    ! "$tuned" new "$name" --language "$language" 2>"$work/said" || fail "it wrote over a project"
    grep -q 'not empty' "$work/said" || fail "it says: $(cat "$work/said")"
    case $language in
        c) make -C "$folder" CFLAGS="-O2 -Werror" ;;
        cpp) cmake -S "$folder" -B "$folder/build" && cmake --build "$folder/build" ;;
        swift) swift build --package-path "$folder" -c release -j 2 ;;
    esac >"$work/log" 2>&1 || { cat "$work/log"; fail "$language does not build"; }
    ! grep -i warning "$work/log" || fail "$language builds with warnings"
    (cd "$folder" && "$tuned" load "$library" >/dev/null && "$tuned" run study.yaml >"$work/run" 2>&1) || { cat "$work/run" || true; fail "$language"; }
    value=$("$tuned" best "$id-1" --json | field "it['best'][0]['values'][0]")
    python3 -c 'import sys; sys.exit(not 0 < float(sys.argv[1]) < 0.06)' "$value" || fail "$language: the best loss is $value"
    failed=$("$tuned" show "$id-1" --json | field "it['counts']['failed']")
    [ "$failed" = 0 ] || fail "$language: $failed trials failed"
    "$tuned" check "$folder/$library" >"$work/check" 2>&1 || { cat "$work/check"; fail "$language does not pass tuned check"; }
    grep -q '^0 errors, 0 warnings' "$work/check" || { cat "$work/check"; fail "$language: tuned check finds something"; }
    echo "$language: new, built, loaded, tuned to a loss of $value, checked"
done
