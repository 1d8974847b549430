//! A cell from the shelf, or compiled and put there: in canonical form, and else as evcxr wrote it.

use super::Ended;
use crate::canonical::{self, Canonical};
use crate::files;
use crate::shelf::{Outcome, Shelf};
use anyhow::Result;
use serde_json::Value;
use std::path::Path;

/// Compiles `code` as `file`, unless it is on the `shelf`.
pub fn kept_or_compiled(
    file: &Path,
    code: &str,
    shelf: Option<&Shelf>,
    attempt: &mut impl FnMut() -> Result<Ended>,
) -> Result<Ended> {
    if let Some(shelf) = shelf
        && let Some(canonical) = canonical::of(code, shelf.has_common())
    {
        files::write(file, &canonical.code)?;
        if let Some(mut ended) = in_canonical_form(&canonical, shelf, attempt)?
            && (ended.was_stopped || ended.is_compiled || is_for_evcxr(&ended))
        {
            ended.stdout = canonical.translate(&ended.stdout);
            ended.stderr = canonical.translate(&ended.stderr);
            return Ok(ended);
        }
    }
    files::write(file, code)?;
    attempt()
}

/// How the cell's canonical form is compiled; `None` if what came of it is of no use.
fn in_canonical_form(
    cell: &Canonical,
    shelf: &Shelf,
    attempt: &mut impl FnMut() -> Result<Ended>,
) -> Result<Option<Ended>> {
    if let Some(Outcome { is_compiled, stdout, stderr }) = shelf.find(cell) {
        return Ok(Some(Ended { is_compiled, stdout, stderr, was_stopped: false }));
    }
    shelf.prepare();
    let ended = attempt()?;
    if ended.was_stopped {
        return Ok(Some(ended));
    }
    let outcome = Outcome { is_compiled: ended.is_compiled, stdout: ended.stdout, stderr: ended.stderr };
    let is_usable = shelf.keep(cell, &outcome).is_ok();
    let Outcome { is_compiled, stdout, stderr } = outcome;
    Ok(is_usable.then_some(Ended { is_compiled, stdout, stderr, was_stopped: false }))
}

/// Whether all mistakes are of the kinds by which evcxr learns what to write instead: that a type cannot show itself, that a
/// variable was moved, that there is a `?`. The compiler's advice on these is about the lines that it names, whatever else
/// there is.
fn is_for_evcxr(ended: &Ended) -> bool {
    let errors: Vec<Value> =
        errors(ended).filter(|error| !error["spans"].as_array().is_some_and(Vec::is_empty)).collect();
    let known = |error: &Value| matches!(error["code"]["code"].as_str(), Some("E0599" | "E0382" | "E0277"));
    !errors.is_empty() && errors.iter().all(known)
}

/// The errors among the messages of the compiler or of cargo.
pub fn errors(ended: &Ended) -> impl Iterator<Item = Value> {
    let lines = [&ended.stdout, &ended.stderr].into_iter().flat_map(|output| output.split(|&byte| byte == b'\n'));
    let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let inner =
        messages.map(|mut message| if message["message"].is_object() { message["message"].take() } else { message });
    inner.filter(|message| message["level"] == "error")
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64", target_endian = "little"))]
mod tests {
    use super::*;
    use serde_json::json;
    use std::path::PathBuf;
    use std::{env, fs, process};

    const CODE: &str = include_str!("../../tests/evcxr/cell.rs");

    fn kernel(name: &str) -> (PathBuf, Shelf) {
        let kernel = env::temp_dir().join(format!("nn-kernel-shelved-{name}-{}/running/1-1", process::id()));
        let (compiler, library) = (env::current_exe().unwrap(), kernel.join("deps/libctx.so"));
        let shelf = Shelf::new(&kernel, &[compiler.to_str().unwrap()], &json!({}), &library).unwrap();
        (kernel, shelf)
    }

    /// An attempt that fails by an error of this kind on the line `let length = …` of the person's, and says what it compiled.
    fn fail(kernel: &Path, code: &str, seen: &mut Vec<String>) -> Result<Ended> {
        files::write(&kernel.join("deps/ctx.d"), "deps/libctx.so: src/lib.rs\n\nsrc/lib.rs:\n")?;
        let file = files::read_text(&kernel.join("src/lib.rs"))?;
        let line = file.lines().position(|line| line.starts_with("let length")).unwrap() + 1;
        let span = json!({ "file_name": "src/lib.rs", "line_start": line, "line_end": line, "is_primary": true });
        let message = json!({ "level": "error", "message": "m", "code": { "code": code }, "spans": [span] });
        seen.push(file);
        let stderr = format!("{message}\n").into_bytes();
        Ok(Ended { is_compiled: false, stdout: Vec::new(), stderr, was_stopped: false })
    }

    fn line(ended: &Ended) -> usize {
        let error = errors(ended).next().unwrap();
        usize::try_from(error["spans"][0]["line_start"].as_u64().unwrap()).unwrap()
    }

    #[test]
    fn what_evcxr_learns_from_is_compiled_once_and_then_kept() {
        let (kernel, shelf) = kernel("once");
        let theirs = CODE.lines().position(|line| line.starts_with("let length")).unwrap() + 1;
        // A variable that the cell does not name stands before it, for evcxr.
        let taken = "let plums = evcxr_variable_store.take_variable::<i32>(stringify!(plums));\nlet w = evcxr";
        let given = "evcxr_variable_store.put_variable::<i32>(stringify!(plums), plums);\nevcxr_variable_store\n}";
        let code = CODE.replacen("let w = evcxr", taken, 1).replacen("evcxr_variable_store\n}", given, 1);
        let (file, mut seen) = (kernel.join("src/lib.rs"), Vec::new());
        for attempts in [1, 1] {
            let ended =
                kept_or_compiled(&file, &code, Some(&shelf), &mut || fail(&kernel, "E0599", &mut seen)).unwrap();
            assert_eq!((seen.len(), line(&ended)), (attempts, theirs + 1));
        }
        assert!(!seen[0].contains("plums"), "{}", seen[0]);
        fs::remove_dir_all(kernel.ancestors().nth(2).unwrap()).unwrap();
    }

    #[test]
    fn a_mistake_of_the_person_s_is_told_of_what_evcxr_wrote() {
        let (kernel, shelf) = kernel("mistake");
        let (file, mut seen) = (kernel.join("src/lib.rs"), Vec::new());
        let ended = kept_or_compiled(&file, CODE, Some(&shelf), &mut || fail(&kernel, "E0425", &mut seen)).unwrap();
        assert_eq!((seen.len(), seen[1].as_str()), (2, CODE));
        assert_eq!(line(&ended), CODE.lines().position(|line| line.starts_with("let length")).unwrap() + 1);
        fs::remove_dir_all(kernel.ancestors().nth(2).unwrap()).unwrap();
    }
}
