//! What cargo's messages say of a build (`--message-format=json`): what was made, and of which files that somebody may edit.

use crate::assumed::CRATE;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The library that cargo made of a cell, by its `messages`.
pub fn library(messages: &[u8]) -> Option<PathBuf> {
    let name = format!("{}{CRATE}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    for line in messages.split(|&byte| byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else { continue };
        if message["reason"] != "compiler-artifact" || message["target"]["name"] != CRATE {
            continue;
        }
        let mut made = message["filenames"].as_array()?.iter().filter_map(|file| file.as_str().map(PathBuf::from));
        return made.find(|file| file.file_name().is_some_and(|file| file == name.as_str()));
    }
    None
}

/// The files of the crates that somebody may edit, by cargo's `messages`.
pub fn edited_files(messages: &[u8]) -> Option<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    // A package's name is a URL, with % before what is no plain letter; its manifest is a path.
    let mut manifests = BTreeMap::new();
    for message in std::str::from_utf8(messages).ok()?.lines() {
        let message: Value = serde_json::from_str(message).ok()?;
        let Some(id) = message["package_id"].as_str().filter(|id| id.starts_with("path+file:")) else { continue };
        if let Some(manifest) = message["manifest_path"].as_str() {
            manifests.insert(id.to_owned(), PathBuf::from(manifest));
        }
        match message["reason"].as_str()? {
            "compiler-artifact" if message["target"]["name"] != CRATE => files.extend(sources(&message)?),
            // Its own compilation was told before it ran.
            "build-script-executed" => files.extend(asked_for(&message, manifests.get(id)?.parent()?)?),
            _ => {}
        }
    }
    Some(files)
}

/// Whether, by cargo's `messages`, other crates than the cell's had to be compiled.
pub fn has_compiled_crates(messages: &[u8]) -> bool {
    let messages = messages.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    messages.into_iter().any(|message| message["fresh"] == false && message["target"]["name"] != CRATE)
}

/// What a library or a build script was compiled from: the manifests, and the list that the compiler wrote beside it.
fn sources(artifact: &Value) -> Option<BTreeSet<PathBuf>> {
    let compiled = Path::new(artifact["filenames"].as_array()?.first()?.as_str()?);
    let library = compiled.file_stem()?.to_str()?.strip_prefix("lib");
    let mut beside = fs::read_dir(compiled.parent()?).ok()?.flatten().map(|entry| entry.path());
    // A build script has a folder to itself.
    let list = beside.find(|path| {
        let is_its = library.is_none_or(|library| path.file_stem().is_some_and(|name| name == library));
        is_its && path.extension().is_some_and(|extension| extension == "d")
    })?;
    let list = fs::read_to_string(list).ok()?;
    // `target: source source …`, where a blank in a name has a backslash before it; other targets follow.
    let (_, sources) = list.lines().next()?.split_once(": ")?;
    let sources = sources.replace("\\ ", "\0");
    let sources: Vec<_> = sources.split(' ').map(|source| PathBuf::from(source.replace('\0', " "))).collect();
    if !sources.iter().all(|source| source.is_absolute() && source.is_file()) {
        return None;
    }
    let manifest = Path::new(artifact["manifest_path"].as_str()?);
    Some(manifest.parent()?.ancestors().map(|folder| folder.join("Cargo.toml")).chain(sources).collect())
}

/// The files for whose sake the build script of the package in the folder `package` wants to run again; `None` if it names
/// none, and means its whole package, or a folder.
fn asked_for(script: &Value, package: &Path) -> Option<BTreeSet<PathBuf>> {
    let output = fs::read_to_string(Path::new(script["out_dir"].as_str()?).with_file_name("output")).ok()?;
    let named = output.lines().filter_map(|line| line.strip_prefix("cargo:")?.trim_start_matches(':').split_once('='));
    let files: BTreeSet<_> =
        named.filter(|(key, _)| *key == "rerun-if-changed").map(|(_, file)| package.join(file)).collect();
    Some(files).filter(|files| !files.is_empty() && files.iter().all(|file| file.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;
    use serde_json::json;

    /// As cargo 1.95 names a package in `/tmp/My Projects/Übung/own`.
    const ID: &str = "path+file:///tmp/My%20Projects/%C3%9Cbung/own#0.1.0";

    /// A package with a build script, in a folder whose name a URL would write otherwise, and cargo's messages about it.
    fn package(name: &str) -> (PathBuf, Vec<u8>) {
        let folder = env::temp_dir().join(format!("nn-kernel messages {name} Übung {}", std::process::id()));
        let (source, script, shader) = (folder.join("src/lib.rs"), folder.join("build.rs"), folder.join("shader.wgsl"));
        let deps = folder.join("target/deps");
        for file in [&source, &script, &shader, &folder.join("Cargo.toml")] {
            files::write(file, "").unwrap();
        }
        let escaped = |path: &Path| path.display().to_string().replace(' ', "\\ ");
        files::write(&deps.join("own-1.d"), format!("{}: {}\n", escaped(&deps), escaped(&source))).unwrap();
        let built = folder.join("target/build/own-2");
        files::write(&built.join("build.d"), format!("{}: {}\n", escaped(&built), escaped(&script))).unwrap();
        let out = folder.join("target/build/own-3/out");
        files::write(&out.with_file_name("output"), "cargo:rerun-if-changed=shader.wgsl\n").unwrap();
        let manifest = folder.join("Cargo.toml");
        let messages = [
            json!({ "reason": "compiler-artifact", "package_id": ID, "manifest_path": manifest, "target": { "name": "build" },
                    "filenames": [built.join("build-script-build")], "fresh": true }),
            json!({ "reason": "build-script-executed", "package_id": ID, "out_dir": out }),
            json!({ "reason": "compiler-artifact", "package_id": ID, "manifest_path": manifest, "target": { "name": "own" },
                    "filenames": [deps.join("libown-1.rlib")], "fresh": true }),
        ];
        (folder, messages.map(|message| message.to_string()).join("\n").into_bytes())
    }

    #[test]
    fn a_package_in_a_folder_with_a_blank_and_an_umlaut_is_watched_like_any_other() {
        let (folder, messages) = package("watched");
        let watched = edited_files(&messages).unwrap();
        for file in ["src/lib.rs", "build.rs", "shader.wgsl", "Cargo.toml"] {
            assert!(watched.contains(&folder.join(file)), "{file}: {watched:?}");
        }
        files::remove(&folder).unwrap();
    }

    #[test]
    fn a_build_script_that_names_no_file_is_not_understood() {
        let (folder, messages) = package("unnamed");
        files::write(&folder.join("target/build/own-3/output"), "cargo:rustc-cfg=fast\n").unwrap();
        assert_eq!(edited_files(&messages), None);
        files::remove(&folder).unwrap();
    }

    #[test]
    fn the_cells_library_is_told_from_those_of_crates() {
        let name = format!("{}{CRATE}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
        let of = |crate_name: &str| {
            json!({ "reason": "compiler-artifact", "target": { "name": crate_name }, "fresh": false,
                    "filenames": [format!("/My Projects/debug/{name}")] })
            .to_string()
        };
        let messages = [of("own"), "warning: no JSON".to_owned(), of(CRATE)].join("\n");
        assert_eq!(library(messages.as_bytes()), Some(Path::new("/My Projects/debug").join(&name)));
        assert_eq!(library(of("own").as_bytes()), None);
        assert!(has_compiled_crates(of("own").as_bytes()) && !has_compiled_crates(of(CRATE).as_bytes()));
    }
}
