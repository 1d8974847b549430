#!/bin/sh
# For RUSTC_WRAPPER: only what reads files is watched. libFuzzer looks at every counter after every input, and the rest,
# polars above all, has a million of them.
case "$CARGO_PKG_NAME" in
    nn-core* | polars-io | safetensors | serde_json | flate2 | miniz_oxide | image | png | fdeflate | zune-*) exec "$@" ;;
esac
for argument; do
    shift
    case "$argument" in
        -Cpasses=sancov-module | -Cllvm-args=-sanitizer-coverage-*) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec "$@"
