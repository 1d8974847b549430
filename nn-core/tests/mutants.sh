#!/bin/sh
# Mutation testing: changes the equations one by one and looks whether a test notices. Once: cargo install cargo-mutants --locked
#
#     nn-core/tests/mutants.sh [cargo-mutants' options]
#
# The chapter without polars and figures, and the tests that are about it: seconds for each mutant.
set -eu
cd "$(dirname "$0")/.."

tests='--lib'
for test in checkpoint gradients metrics network printing stability training; do
    tests="$tests --test $test"
done
# shellcheck disable=SC2086
exec cargo mutants --no-default-features --no-shuffle --timeout 120 \
    -f 'nn-core/src/activation.rs' -f 'nn-core/src/loss.rs' -f 'nn-core/src/loss/*.rs' -f 'nn-core/src/network/*.rs' \
    -f 'nn-core/src/train/*.rs' -f 'nn-core/src/metrics.rs' "$@" -- $tests
