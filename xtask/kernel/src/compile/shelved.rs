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
        && let Some(canonical) = canonical::of(code)
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
