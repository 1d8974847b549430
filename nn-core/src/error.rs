//! Errors: each names the file or argument, what was expected and what was found.

use std::path::{Path, PathBuf};

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, and where.
///
/// A cell that ends in an error prints the message and keeps every variable.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read or write a file.
    #[error("{}: cannot {action}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb: "read", "write", "create the folder of".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// A file's content is not what its format promises.
    #[error("{}: {at}expected {expected}, found {found}", .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Where in the file, as a prefix of the message: `"line 7: "`, or empty for the whole file.
        at: String,
        /// What belongs there.
        expected: String,
        /// What stands there.
        found: String,
    },

    /// An argument has a value that makes no sense.
    #[error("{argument}: expected {expected}, found {found}")]
    Argument {
        /// The argument's name, as in the function's signature.
        argument: &'static str,
        /// What it may be.
        expected: String,
        /// What it was.
        found: String,
    },

    /// An array has the wrong shape.
    #[error("{argument}: expected shape {expected}, found {found:?}")]
    Shape {
        /// The argument's name, as in the function's signature.
        argument: &'static str,
        /// The shape it must have, with names for the sizes that are free: `(n, 784)`.
        expected: String,
        /// The shape it had.
        found: Vec<usize>,
    },

    /// The loss grew out of bounds instead of falling; the network holds the last good epoch's weights.
    #[error(
        "epoch {epoch}: expected a falling loss, found {loss}: the learning rate {learning_rate} is likely too large; \
         the network keeps its weights from before this epoch"
    )]
    Diverged {
        /// The epoch, counted from 0.
        epoch: usize,
        /// The loss: not finite, or absurdly large; NaN where a weight or bias is no finite number any more.
        loss: f64,
        /// The learning rate in use.
        learning_rate: f64,
    },

    /// ■ was pressed in the running cell before an answer was whole.
    #[error("{work}: interrupted before it was done")]
    Interrupted {
        /// What was stopped: `predict`, `evaluate`.
        work: &'static str,
    },

    /// A figure could not be drawn or encoded.
    #[error("figure {title:?}: cannot {action}: {reason}")]
    Figure {
        /// The figure's title.
        title: String,
        /// What was tried, as a verb.
        action: &'static str,
        /// What the drawing library said.
        reason: String,
    },
}

/// The message itself, so that `Result`s read well wherever a notebook or test prints them with `{:?}`.
impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn content(
        path: &Path,
        at: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self::Content { path: path.to_owned(), at: at.into(), expected: expected.into(), found: found.into() }
    }

    pub(crate) fn argument(argument: &'static str, expected: impl Into<String>, found: impl ToString) -> Self {
        Self::Argument { argument, expected: expected.into(), found: found.to_string() }
    }

    pub(crate) fn shape(argument: &'static str, expected: impl Into<String>, found: &[usize]) -> Self {
        Self::Shape { argument, expected: expected.into(), found: found.to_vec() }
    }
}

/// A piece of a file for a message: not too long, and printable.
pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{}{dots}", short.escape_debug())
}
