//! The environment variables by which the processes of a kernel talk to each other: their whole protocol.
//!
//! | variable                 | set by                             | read by                          | holds |
//! |--------------------------|------------------------------------|----------------------------------|-------|
//! | `NN_KERNEL_OWNER`        | whoever starts kernels             | the guard, a kernel in waiting   | a file that is locked as long as the starter lives |
//! | `NN_KERNEL_SYSROOT`      | the launcher ([`crate::start`])    | our cargo and rustup (stand-ins) | the toolchain's folder, where the real ones are |
//! | `NN_KERNEL_VERSIONS`     | the launcher                       | our cargo                        | the `Cargo.lock` whose versions are to stay |
//! | `NN_KERNEL_CARGO_HOME`   | the launcher, if it was set        | our cargo                        | what `CARGO_HOME` was before it named the stand-ins |
//! | `NN_KERNEL_CALL`         | our cargo, for the real cargo      | our cargo as compiler's wrapper  | the file to write the compiler's call to |
//! | `NN_KERNEL_LINK`         | the wrapper, for the compiler      | our cargo as linker              | the kernel's folder |
//! | `NN_KERNEL`              | the launcher                       | libraries that cells use         | 1: what we understand among a cell's output ([`crate::relay`]) |
//! | `NN_KERNEL_INTERRUPT`    | the launcher                       | libraries that cells use         | a file that is there while the person wants the cell to stop |
//! | `NN_KERNEL_WAITING`      | the person                         | the launcher                     | 0: no kernel in waiting ([`crate::waiting`]) |
//! | `NN_KERNEL_MEND`         | the set-up, for cargo              | we as compiler's wrapper         | the folder for evcxr's sources as they are compiled ([`crate::mend`]) |
//!
//! A process that sees NN_KERNEL_CALL, NN_KERNEL_LINK or NN_KERNEL_MEND knows from it which of its parts it plays. What passes between us and evcxr is
//! evcxr's own: [`crate::assumed`].

/// Names the file that is locked as long as the program that starts kernels lives.
pub const OWNER: &str = "NN_KERNEL_OWNER";
/// The toolchain's folder.
pub const SYSROOT: &str = "NN_KERNEL_SYSROOT";
/// The lock file with the versions to keep.
pub const VERSIONS: &str = "NN_KERNEL_VERSIONS";
/// The value that CARGO_HOME had, if any.
pub const CARGO_HOME: &str = "NN_KERNEL_CARGO_HOME";
/// For the compiler's wrapper: where to write how it was called.
pub const CALL: &str = "NN_KERNEL_CALL";
/// For us as a linker: the kernel's folder.
pub const LINK: &str = "NN_KERNEL_LINK";
/// That there is a kernel which understands records, and which version of them.
pub const KERNEL: &str = "NN_KERNEL";
/// The file that stands for the pressed ■.
pub const INTERRUPT: &str = "NN_KERNEL_INTERRUPT";
/// 0 where there is to be no kernel in waiting.
pub const WAITING: &str = "NN_KERNEL_WAITING";
/// For the compiler's wrapper while evcxr is built: the folder for its sources as they are compiled.
pub const MEND: &str = "NN_KERNEL_MEND";

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn no_other_file_spells_a_variable_of_the_kernels() {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("variables.rs") {
                    let text = fs::read_to_string(&path).unwrap();
                    assert!(!text.contains("\"NN_KERNEL_"), "{}: name it in variables.rs", path.display());
                }
            }
        }
    }

    #[test]
    fn the_table_names_each_variable_once() {
        let (table, code) = include_str!("variables.rs").split_once("\n/// Names").unwrap();
        for line in code.lines().filter(|line| line.starts_with("pub const")) {
            let name = line.split('"').nth(1).unwrap();
            assert_eq!(table.matches(&format!("| `{name}` ")).count(), 1, "{name}");
        }
    }
}
