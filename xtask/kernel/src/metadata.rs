//! What rust-analyzer is told about the packages of a notebook.
//!
//! evcxr asks the rust-analyzer inside it for the type of each variable, and rust-analyzer reads and expands every source
//! file of every package that `cargo metadata` lists: thirteen seconds on one core, and 1.3 GB, for 157 packages with polars
//! among them. But a cell can only name types of its own dependencies, so most of that serves nothing. A package says in its
//! Cargo.toml which packages below it have types that a cell may meet:
//!
//! ```toml
//! [package.metadata.notebook]
//! types = ["ndarray", "polars-core"]
//! ```
//!
//! Below such a package rust-analyzer hears of no others. The compiler knows them all; packages that a notebook adds itself
//! are listed whole. What a procedural macro is built from is left out everywhere: evcxr expands none.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The output of `cargo metadata` with only what serves a notebook; `None` if it is not understood.
pub fn trim(output: &str) -> Option<String> {
    let mut metadata: Value = serde_json::from_str(output).ok()?;
    let kept = kept(&metadata)?;
    metadata["packages"].as_array_mut()?.retain(|package| is_in(&kept, &package["id"]));
    let nodes = metadata["resolve"]["nodes"].as_array_mut()?;
    nodes.retain(|node| is_in(&kept, &node["id"]));
    for node in nodes {
        node["deps"].as_array_mut()?.retain(|dependency| is_in(&kept, &dependency["pkg"]));
        node["dependencies"].as_array_mut()?.retain(|id| is_in(&kept, id));
    }
    Some(metadata.to_string())
}

fn is_in(kept: &BTreeSet<String>, id: &Value) -> bool {
    id.as_str().is_some_and(|id| kept.contains(id))
}

struct Package<'a> {
    name: &'a str,
    is_macro: bool,
    /// The list in its Cargo.toml.
    types: Option<BTreeSet<&'a str>>,
    dependencies: Vec<&'a str>,
}

/// The ids of the packages that stay.
fn kept(metadata: &Value) -> Option<BTreeSet<String>> {
    let packages = packages(metadata)?;
    let mut seen = BTreeSet::new();
    // A package, and the package above it whose list holds there.
    let mut waiting: Vec<(&str, Option<&str>)> =
        metadata["workspace_members"].as_array()?.iter().filter_map(|id| Some((id.as_str()?, None))).collect();
    while let Some((id, listing)) = waiting.pop() {
        if !seen.insert((id, listing)) {
            continue;
        }
        let package = packages.get(id)?;
        if package.is_macro {
            continue;
        }
        let listing = if listing.is_none() && package.types.is_some() { Some(id) } else { listing };
        let listed = listing.and_then(|id| packages.get(id)?.types.as_ref());
        for &dependency in &package.dependencies {
            if listed.is_none_or(|listed| packages.get(dependency).is_some_and(|package| listed.contains(package.name)))
            {
                waiting.push((dependency, listing));
            }
        }
    }
    Some(seen.into_iter().map(|(id, _)| id.to_owned()).collect())
}

fn packages(metadata: &Value) -> Option<BTreeMap<&str, Package<'_>>> {
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array()? {
        let types = package["metadata"]["notebook"]["types"].as_array();
        let mut targets =
            package["targets"].as_array()?.iter().filter_map(|target| target["kind"].as_array()).flatten();
        let package_here = Package {
            name: package["name"].as_str()?,
            is_macro: targets.any(|kind| kind == "proc-macro"),
            types: types.map(|types| types.iter().filter_map(Value::as_str).collect()),
            dependencies: Vec::new(),
        };
        packages.insert(package["id"].as_str()?, package_here);
    }
    for node in metadata["resolve"]["nodes"].as_array()? {
        let dependencies = node["deps"].as_array()?.iter().filter_map(|dependency| dependency["pkg"].as_str());
        packages.get_mut(node["id"].as_str()?)?.dependencies = dependencies.collect();
    }
    Some(packages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A notebook's crate, with `edges` between packages; own-crate lists `types`, and derive is a macro.
    fn metadata(types: Value, edges: &[(&str, &[&str])]) -> Value {
        let (mut packages, mut nodes) = (Vec::new(), Vec::new());
        for &(name, to) in edges {
            let kind = if name == "derive" { "proc-macro" } else { "lib" };
            let metadata = if name == "own-crate" { json!({ "notebook": types }) } else { Value::Null };
            packages.push(json!({ "id": name, "name": name, "targets": [{ "kind": [kind] }], "metadata": metadata }));
            let deps: Vec<_> = to.iter().map(|to| json!({ "name": to, "pkg": to })).collect();
            nodes.push(json!({ "id": name, "deps": deps, "dependencies": to }));
        }
        json!({
            "workspace_members": ["ctx"],
            "packages": packages,
            "resolve": { "root": "ctx", "nodes": nodes },
        })
    }

    fn left(metadata: &Value) -> Vec<String> {
        let trimmed: Value = serde_json::from_str(&trim(&metadata.to_string()).unwrap()).unwrap();
        let packages = trimmed["packages"].as_array().unwrap();
        let known: Vec<_> = packages.iter().map(|package| package["id"].as_str().unwrap().to_owned()).collect();
        for node in trimmed["resolve"]["nodes"].as_array().unwrap() {
            for edge in node["deps"].as_array().unwrap() {
                assert!(known.iter().any(|id| edge["pkg"] == **id), "an edge to a package that is gone: {edge}");
            }
        }
        known
    }

    const EDGES: &[(&str, &[&str])] = &[
        ("ctx", &["own-crate"]),
        ("own-crate", &["ndarray", "image"]),
        ("ndarray", &["num-traits", "rawpointer"]),
        ("num-traits", &[]),
        ("rawpointer", &[]),
        ("image", &["png"]),
        ("png", &[]),
    ];

    #[test]
    fn below_a_package_with_a_list_only_listed_ones_stay() {
        let metadata = metadata(json!({ "types": ["ndarray", "num-traits", "png"] }), EDGES);
        assert_eq!(left(&metadata), ["ctx", "own-crate", "ndarray", "num-traits"]);
    }

    #[test]
    fn without_a_list_all_stay() {
        assert_eq!(left(&metadata(Value::Null, EDGES)).len(), EDGES.len());
    }

    #[test]
    fn what_a_notebook_adds_itself_stays_whole() {
        let mut edges = EDGES.to_vec();
        edges[0] = ("ctx", &["own-crate", "image"]);
        let left = left(&metadata(json!({ "types": ["ndarray"] }), &edges));
        assert_eq!(left, ["ctx", "own-crate", "ndarray", "image", "png"]);
    }

    #[test]
    fn a_macro_stays_without_what_it_is_built_from() {
        let edges: &[(&str, &[&str])] = &[("ctx", &["derive"]), ("derive", &["syn"]), ("syn", &[])];
        assert_eq!(left(&metadata(Value::Null, edges)), ["ctx", "derive"]);
    }

    #[test]
    fn output_of_another_form_is_refused() {
        assert_eq!(trim("error"), None);
        assert_eq!(trim("{}"), None);
    }
}
