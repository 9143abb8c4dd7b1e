#!/usr/bin/env bash
# Runs the Swift tests that are built; what failed is said again at the end, where the reader of a long log looks first.
# Those of the search compute without pause. They have a run of their own, so that tests of processes, which have limits of time, do not
# wait for them.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
computing='^(TunedSearchTests|TunedNumericsTests|ConvergenceTests)\.'
status=0
for choice in --skip --filter; do
    swift test --skip-build --parallel --disable-xctest "$choice" "$computing" 2>&1 | tee -a "$log"
    ended=${PIPESTATUS[0]}
    [ "$ended" -eq 0 ] || status=$ended
done
if [ "$status" -ne 0 ]; then
    printf '\nFailed:\n'
    grep -A 3 -E 'recorded an issue|Fatal error|error: Exited' "$log" | grep -vE '^(✔|◇)'
fi
printf '\n'
grep -E 'Test run with' "$log"
exit "$status"
