#!/usr/bin/env bash
# Runs the Swift tests that are built; what failed is said again at the end, where the reader of a long log looks first.
# All at once they would keep each other from their processors until limits of time are passed, so they run in three parts: the modules, the
# daemon from end to end, and the search, which computes without pause; and of each part a few tests at a time.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
whole='^EndToEndTests\.'
width=$((2 * $(nproc) + 2))
search='^(TunedSearchTests|TunedNumericsTests|ConvergenceTests)\.'
status=0
part() {
    swift test --skip-build --parallel --disable-xctest --experimental-maximum-parallelization-width "$width" "$@" 2>&1 | tee -a "$log"
    local ended=${PIPESTATUS[0]}
    [ "$ended" -eq 0 ] || status=$ended
}
part --skip "$whole" --skip "$search"
part --filter "$whole"
part --filter "$search"
if [ "$status" -ne 0 ]; then
    printf '\nFailed:\n'
    grep -A 3 -E 'recorded an issue|Fatal error|error: Exited' "$log" | grep -vE '^(✔|◇)'
fi
printf '\n'
grep -E 'Test run with' "$log"
exit "$status"
