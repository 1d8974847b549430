//! What a plain evcxr did, as it was written down.

use serde_json::Value;

/// What a plain evcxr did, as `watch_evcxr.py` writes it down.
pub struct Seen {
    /// What it answered to Jupyter's first question.
    pub banner: String,
    /// What its cells printed.
    pub printed: String,
    /// Whether it rewrote an older version's kernel spec below `JUPYTER_PATH`.
    pub updated_kernel_spec: bool,
    /// Whether the banner stands in the program's file.
    pub program_holds_banner: bool,
    /// The `Cargo.toml` that it wrote.
    pub manifest: String,
    /// The code that it wrote for the last cell.
    pub cell: String,
    /// The lines that `:dep` was to add to it.
    pub dependencies: String,
    /// With which arguments rustup was called.
    pub rustup: Vec<String>,
    /// How cargo was called.
    pub cargo: Vec<Call>,
}

/// One call of cargo.
pub struct Call {
    /// Its arguments, with a blank between them.
    pub arguments: String,
    /// Whether it was called in the folder of the cells' crate.
    pub is_in_folder: bool,
    variables: Value,
}

impl Seen {
    /// Reads the record; `None` if it is not one.
    pub fn read(record: &str) -> Option<Seen> {
        let record: Value = serde_json::from_str(record).ok()?;
        let folder = text(&record["folder"])?;
        let mut seen = Seen {
            banner: text(&record["banner"])?,
            printed: text(&record["printed"])?,
            updated_kernel_spec: record["updated_kernel_spec"].as_bool()?,
            program_holds_banner: record["program_holds_banner"].as_bool()?,
            manifest: text(&record["manifest"])?,
            cell: text(&record["cell"])?,
            dependencies: text(&record["dependencies"])?,
            rustup: Vec::new(),
            cargo: Vec::new(),
        };
        for call in record["calls"].as_array()? {
            let arguments = text(&call["arguments"])?;
            match call["program"].as_str()? {
                "rustup" => seen.rustup.push(arguments),
                _ => seen.cargo.push(Call {
                    arguments,
                    is_in_folder: call["folder"] == *folder,
                    variables: call["variables"].clone(),
                }),
            }
        }
        Some(seen)
    }

    /// The calls that compiled a cell.
    pub fn builds(&self) -> impl Iterator<Item = &Call> {
        self.cargo.iter().filter(|call| call.is_of_a_cell())
    }
}

impl Call {
    /// Whether it compiled a cell.
    pub fn is_of_a_cell(&self) -> bool {
        self.arguments.starts_with("build ")
    }

    /// A variable of its environment.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables[name].as_str()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
