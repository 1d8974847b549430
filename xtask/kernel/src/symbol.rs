//! The name of the one function that a cell's library exports, given to it after it was linked.
//!
//! evcxr numbers the functions of its cells: `run_user_code_7`. A cell that was compiled as the seventh is to serve as the
//! eighth too, so it is compiled with a name that has room for every number ([`PLACE`]), and the number is put in its place in
//! the library's table of names. The table of hashes, by which the system finds a name, is written anew for it.

use anyhow::{Context, Result, bail, ensure};

/// How evcxr's names begin.
pub const NAME: &str = "run_user_code_";
/// The name that a cell is compiled with.
pub const PLACE: &str = "run_user_code_0000000000";

/// What the sections are that matter, by their type.
const SYMBOLS: u32 = 11;
const HASHES: u32 = 0x6fff_fff6;
const OLD_HASHES: u32 = 5;
/// The size of a section's header, and of a symbol.
const HEADER: usize = 64;
const SYMBOL: usize = 24;

/// Gives the function [`PLACE`] in `library`, a shared library of a 64-bit Linux, the `name`.
///
/// # Errors
/// If it is no such library, or the name does not fit.
pub fn rename(library: &mut [u8], name: &str) -> Result<()> {
    ensure!(library.starts_with(b"\x7fELF\x02\x01"), "not a library of a 64-bit system, little end first");
    ensure!(name.len() <= PLACE.len(), "{name} has more than {} letters", PLACE.len());
    let sections = sections(library)?;
    ensure!(!sections.iter().any(|section| section.kind == OLD_HASHES), "it has hashes of the old kind");
    let find = |kind| sections.iter().find(|section| section.kind == kind);
    let symbols = find(SYMBOLS).context("no table of symbols")?;
    let hashes = find(HASHES).context("no table of hashes")?;
    let names = sections.get(symbols.link).context("no table of names")?;

    let first = word(library, hashes.start + 4)? as usize;
    let blooms = word(library, hashes.start + 8)? as usize;
    let count = symbols.size / SYMBOL;
    let of_symbol = |library: &[u8], at: usize| -> Result<(usize, String)> {
        let place = names.start + word(library, symbols.start + at * SYMBOL)? as usize;
        let rest = library.get(place..names.start + names.size).context("a name outside of its table")?;
        let end = rest.iter().position(|&byte| byte == 0).context("a name without an end")?;
        Ok((place, String::from_utf8_lossy(&rest[..end]).into_owned()))
    };
    let mut found = Vec::new();
    for at in first..count {
        let (place, text) = of_symbol(library, at)?;
        if text == PLACE {
            let room = library.get_mut(place..place + PLACE.len()).context("a name outside of the library")?;
            room.fill(0);
            room[..name.len()].copy_from_slice(name.as_bytes());
            found.push(at);
        }
    }
    ensure!(found.len() == 1, "expected one function {PLACE}, found {}", found.len());

    // One bucket for all, a filter that lets everything pass.
    let filter = hashes.start + 16;
    let bucket = filter + blooms * 8;
    let chain = bucket + 4;
    ensure!(chain + (count - first) * 4 <= hashes.start + hashes.size, "no room in the table of hashes");
    let mut hashed = Vec::new();
    for at in first..count {
        hashed.push(hash(&of_symbol(library, at)?.1));
    }
    put(library, hashes.start, 1)?;
    library.get_mut(filter..bucket).context("a filter outside of the library")?.fill(0xff);
    put(library, bucket, u32::try_from(first)?)?;
    let last = hashed.len() - 1;
    for (at, hash) in hashed.into_iter().enumerate() {
        put(library, chain + at * 4, (hash & !1) | u32::from(at == last))?;
    }
    Ok(())
}

struct Section {
    kind: u32,
    start: usize,
    size: usize,
    link: usize,
}

fn sections(library: &[u8]) -> Result<Vec<Section>> {
    let start = long(library, 40)?;
    let counts = word(library, 60)?;
    let mut sections = Vec::new();
    for number in 0..(counts & 0xffff) as usize {
        let at = start + number * HEADER;
        let section = Section {
            kind: word(library, at + 4)?,
            start: long(library, at + 24)?,
            size: long(library, at + 32)?,
            link: word(library, at + 40)? as usize,
        };
        sections.push(section);
    }
    Ok(sections)
}

/// The hash of a name as the system reckons it (DT_GNU_HASH).
fn hash(name: &str) -> u32 {
    name.bytes().fold(5381, |hash, byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)))
}

fn word(library: &[u8], at: usize) -> Result<u32> {
    match library.get(at..at.saturating_add(4)).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => Ok(u32::from_le_bytes(bytes)),
        None => bail!("the library ends before {at}"),
    }
}

fn long(library: &[u8], at: usize) -> Result<usize> {
    let (low, high) = (word(library, at)?, word(library, at.saturating_add(4))?);
    ensure!(high == 0, "a place beyond 4 GB");
    Ok(low as usize)
}

fn put(library: &mut [u8], at: usize, word: u32) -> Result<()> {
    library.get_mut(at..at + 4).context("a place outside of the library")?.copy_from_slice(&word.to_le_bytes());
    Ok(())
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64", target_endian = "little"))]
#[expect(unsafe_code, missing_docs, reason = "a library is loaded as the system does it")]
pub mod tests {
    use super::*;
    use std::ffi::{CString, c_char, c_int, c_void};
    use std::process::Command;
    use std::{env, fs};

    unsafe extern "C" {
        fn dlopen(path: *const c_char, how: c_int) -> *mut c_void;
        fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    /// A library with the function, others beside it, and what it needs of libc.
    pub fn library(name: &str) -> (std::path::PathBuf, Vec<u8>) {
        let folder = env::temp_dir().join(format!("nn-kernel-symbol-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let source = folder.join("cell.c");
        let others: String =
            (0..40).map(|number| format!("int other_{number}(void) {{ return {number}; }}\n")).collect();
        let code = format!("#include <stdlib.h>\n{others}int {PLACE}(void) {{ return other_39() + abs(-3); }}\n");
        fs::write(&source, code).unwrap();
        let library = folder.join("cell.so");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-Wl,--hash-style=gnu", "-o"]).arg(&library).arg(&source);
        assert!(cc.status().unwrap().success());
        let bytes = fs::read(&library).unwrap();
        (folder, bytes)
    }

    #[test]
    fn a_renamed_function_is_found_and_calls_the_others() {
        let (folder, original) = library("renamed");
        for name in ["run_user_code_0", "run_user_code_17", "run_user_code_2147483647"] {
            let mut bytes = original.clone();
            rename(&mut bytes, name).unwrap();
            let path = folder.join(name);
            fs::write(&path, bytes).unwrap();
            let [path, wanted, other, gone] =
                [path.to_str().unwrap(), name, "other_7", PLACE].map(|text| CString::new(text).unwrap());
            // SAFETY: a library that cc made of the lines above.
            let (answer, seven, gone) = unsafe {
                let library = dlopen(path.as_ptr(), 2);
                assert!(!library.is_null());
                let [wanted, other, gone] = [wanted, other, gone].map(|name| dlsym(library, name.as_ptr()));
                assert!(!wanted.is_null() && !other.is_null());
                let call = |function| std::mem::transmute::<*mut c_void, extern "C" fn() -> c_int>(function)();
                (call(wanted), call(other), gone)
            };
            assert_eq!((answer, seven, gone.is_null()), (42, 7, true));
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_such_library_is_refused() {
        let (folder, mut original) = library("refused");
        fs::remove_dir_all(folder).unwrap();
        assert!(rename(&mut original.clone(), "run_user_code_12345678901").is_err());
        let half = original.len() / 2;
        assert!(rename(&mut original[..half], "run_user_code_1").is_err());
        assert!(rename(&mut [], "run_user_code_1").is_err());
        rename(&mut original, "run_user_code_1").unwrap();
        assert!(rename(&mut original, "run_user_code_2").is_err(), "it has no place any more");
    }
}
