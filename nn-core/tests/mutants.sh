#!/bin/sh
# Mutation testing: changes the equations one by one and looks whether a test notices. Once: cargo install cargo-mutants --locked
#
#     nn-core/tests/mutants.sh [FOLDER] [cargo-mutants' options]
#
# Without -j: the mutants are made in place.
#
# Compiling nn-core with polars for every mutant would take hours. So its mathematics, without data files, figures and
# tables, becomes a crate of its own in FOLDER (target/mutants), with the tests that are about it, in one program.
set -eu
nn_core=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$nn_core/../target/mutants}
[ $# -eq 0 ] || shift
rm -rf "$folder/src" "$folder/tests"
mkdir -p "$folder/src" "$folder/tests"

for file in activation checkpoint error float history loss metrics network persist progress recipe train whole_file; do
    cp "$nn_core/src/$file.rs" "$folder/src"
done
cp -r "$nn_core/src/kernels" "$folder/src"
sed -e '/^pub mod \(notebook\|plot\)/d; /crate::\(notebook\|plot\)::/d; /polars_core::/d' \
    -e 's/pub use {ndarray, plotters, polars_core}/pub use ndarray/; s/Dataset, Handwriting, Mnist/Dataset/' \
    "$nn_core/src/lib.rs" > "$folder/src/lib.rs"
{
    echo '//! Data in memory.'
    echo 'use crate::{Error, Float, Result}; use ndarray::{Array1, Array2, ArrayView1, Axis, s}; '
    grep '^\(pub(crate) \)\?const \(LABELS\|MOST\)' "$nn_core/src/data/mod.rs"
    sed -n '/^\/\/\/ Examples with their labels/,/^}/p; /^impl Dataset/,/^}/p; /^impl std::fmt::Debug for Dataset/,/^}/p' "$nn_core/src/data/mod.rs"
    sed -n '/^\/\/\/ One row per label/,$p' "$nn_core/src/data/mod.rs"
} > "$folder/src/data.rs"

tests='gradients network training metrics stability checkpoint printing'
for test in $tests; do
    cp "$nn_core/tests/$test.rs" "$folder/tests"
    printf '#[path = "%s.rs"]\nmod %s;\n' "$test" "$test"
done > "$folder/tests/all.rs"
cp -r "$nn_core/tests/common" "$nn_core/tests/reference" "$folder/tests"

version() { sed -n "s/^$1 = \(.*\)/$1 = \1/p" "$nn_core/../Cargo.toml"; }
{
    printf '[package]\nname = "nn-core"\nversion = "0.0.0"\nedition = "2024"\nautotests = false\n\n[dependencies]\n'
    for dependency in ndarray rand rand_chacha rand_distr safetensors flate2 thiserror tempfile; do version $dependency; done
    printf '\n[[test]]\nname = "all"\npath = "tests/all.rs"\n\n[lints.rust]\nunused = "allow"\n\n[workspace]\n'
    printf '\n[profile.dev]\nopt-level = 1\ndebug = false\n\n[profile.dev.package."*"]\nopt-level = 3\n'
} > "$folder/Cargo.toml"

cd "$folder"
exec cargo mutants --in-place --no-shuffle --timeout 120 \
    -f src/activation.rs -f src/loss.rs -f src/network.rs -f src/train.rs -f src/metrics.rs "$@" -- --test all
