#!/usr/bin/env bash
# Runs the Swift tests that are built; what failed is said again at the end, where the reader of a long log looks first.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test --skip-build --parallel --disable-xctest 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
    printf '\nFailed:\n'
    grep -A 3 -E 'recorded an issue|Fatal error|error: Exited' "$log" | grep -vE '^(✔|◇)'
    grep -E 'Test run with' "$log"
fi
exit "$status"
