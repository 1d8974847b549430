//! A sweep's results: `grid.jsonl`, one receipt a line, and the same as `grid.csv`, for polars. Both grow as results come.

use anyhow::{Context, Result, bail};
use nn_kernel::files::{self, Lock};
use serde_json::Value;
use std::collections::HashSet;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What a receipt holds besides the settings of its job, in the order of the csv's columns.
const MEASURED: [&str; 10] = [
    "accuracy",
    "validation_loss",
    "train_loss",
    "error",
    "seconds",
    "fingerprint",
    "data",
    "nn_core",
    "processor",
    "worker",
];

/// The two files, open to be written to, and what stands in them.
pub struct Results {
    path: PathBuf,
    lines: File,
    csv: File,
    jobs: Vec<Job>,
    done: HashSet<String>,
}

struct Job {
    line: String,
    settings: Value,
}

impl Results {
    /// Those beside `grid`, for `jobs`, lines of JSON all with the same keys. A line that was not written whole is cut off.
    pub fn open(grid: &Path, jobs: &[String]) -> Result<Results> {
        let path = grid.with_extension("jsonl");
        let mut lines = files::lock_file(&path)?;
        if let Lock::Theirs = files::try_lock(&lines) {
            bail!("{}: another cargo xtask sweep writes to it; wait for its end", path.display());
        }
        let mut text = files::read_text(&path)?;
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        lines.set_len(text.len() as u64)?;
        lines.seek(SeekFrom::End(0))?;

        let jobs = jobs.iter().map(|line| Ok(Job { line: line.clone(), settings: serde_json::from_str(line)? }));
        let jobs = jobs.collect::<Result<Vec<_>>>().context("nn-sweep jobs: expected JSON")?;
        let csv = files::create(&path.with_extension("csv"))?;
        let mut results = Results { path, lines, csv, jobs, done: HashSet::new() };
        results.write_row(results.columns().join(","))?;
        for (index, line) in text.lines().enumerate() {
            let place = || format!("{}: line {}", results.path.display(), index + 1);
            let receipt: Value = serde_json::from_str(line).with_context(place)?;
            let settings = results.settings(&receipt).with_context(place)?;
            results.done.insert(settings);
            results.write_row(results.row(&receipt))?;
        }
        Ok(results)
    }

    /// The file of receipts.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The jobs without a result.
    pub fn missing(&self) -> Vec<String> {
        let missing = self.jobs.iter().filter(|job| !self.done.contains(&job.settings.to_string()));
        missing.map(|job| job.line.clone()).collect()
    }

    /// Appends a receipt, unless there is one of the same job.
    pub fn add(&mut self, line: &str) -> Result<()> {
        let receipt: Value = serde_json::from_str(line).with_context(|| format!("expected a receipt, found {line}"))?;
        if self.done.insert(self.settings(&receipt)?) {
            // In one piece, so that only the system's own end can cut it.
            self.lines.write_all(format!("{line}\n").as_bytes())?;
            self.write_row(self.row(&receipt))?;
        }
        Ok(())
    }

    /// The names of the settings.
    fn keys(&self) -> impl Iterator<Item = &str> {
        let first = self.jobs.first().and_then(|job| job.settings.as_object());
        first.into_iter().flat_map(|settings| settings.keys().map(String::as_str))
    }

    /// What a receipt says of its job, as JSON: by this it is known.
    fn settings(&self, receipt: &Value) -> Result<String> {
        let setting = |key: &str| {
            let value =
                receipt.get(key).with_context(|| format!("expected a receipt with `{key}`, found {receipt}"))?;
            Ok((key.to_owned(), value.clone()))
        };
        Ok(Value::Object(self.keys().map(setting).collect::<Result<_>>()?).to_string())
    }

    fn columns(&self) -> Vec<&str> {
        self.keys().chain(MEASURED).collect()
    }

    fn row(&self, receipt: &Value) -> String {
        let cells: Vec<_> = self.columns().into_iter().map(|column| cell(&receipt[column])).collect();
        cells.join(",")
    }

    fn write_row(&mut self, row: String) -> Result<()> {
        self.csv.write_all((row + "\n").as_bytes()).with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// A value in a csv: hidden layers as `100-30`, what is not there as nothing.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.contains(['"', ',', '\n']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Value::String(text) => text.clone(),
        Value::Array(sizes) => sizes.iter().map(Value::to_string).collect::<Vec<_>>().join("-"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOBS: [&str; 3] = [
        r#"{"hidden":[100,30],"learning_rate":0.1,"seed":1}"#,
        r#"{"hidden":[100,30],"learning_rate":0.1,"seed":2}"#,
        r#"{"hidden":[],"learning_rate":10.0,"seed":2}"#,
    ];

    /// A receipt as sweep.py prints it.
    fn receipt(job: &str, rest: &str) -> String {
        format!("{},{rest}}}", job.trim_end_matches('}'))
    }

    #[test]
    fn a_rerun_does_what_is_missing_and_no_result_is_there_twice() {
        let grid = std::env::temp_dir().join(format!("xtask-sweep-{}/grid.toml", std::process::id()));
        let jobs = JOBS.map(str::to_owned);
        let mut results = Results::open(&grid, &jobs).unwrap();
        assert_eq!(results.missing(), JOBS);
        let first = receipt(JOBS[0], r#""accuracy":0.9,"processor":"x86_64 with fma, avx2""#);
        results.add(&first).unwrap();
        results.add(&first).unwrap();
        assert!(
            Results::open(&grid, &jobs).is_err_and(|error| error.to_string().contains("another cargo xtask sweep"))
        );

        // Killed while it wrote the second.
        results.lines.write_all(&receipt(JOBS[1], "").as_bytes()[..20]).unwrap();
        drop(results);
        let mut results = Results::open(&grid, &jobs).unwrap();
        assert_eq!(results.missing(), JOBS[1..]);
        results.add(&receipt(JOBS[2], r#""error":"the loss is \"NaN\"""#)).unwrap();
        results.add(&receipt(JOBS[1], r#""accuracy":0.8"#)).unwrap();
        assert!(results.missing().is_empty());
        drop(results);

        assert_eq!(files::read_text(&grid.with_extension("jsonl")).unwrap().lines().count(), 3);
        let csv = files::read_text(&grid.with_extension("csv")).unwrap();
        let expected = [
            "hidden,learning_rate,seed,accuracy,validation_loss,train_loss,error,seconds,fingerprint,data,nn_core,processor,worker",
            "100-30,0.1,1,0.9,,,,,,,,\"x86_64 with fma, avx2\",",
            ",10.0,2,,,,\"the loss is \"\"NaN\"\"\",,,,,,",
            "100-30,0.1,2,0.8,,,,,,,,,",
        ];
        assert_eq!(csv.lines().collect::<Vec<_>>(), expected);
        files::remove(grid.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_line_that_is_no_result_is_named() {
        let grid = std::env::temp_dir().join(format!("xtask-sweep-bad-{}/grid.toml", std::process::id()));
        files::write(&grid.with_extension("jsonl"), "{\"seed\":1}\n").unwrap();
        let error = Results::open(&grid, &JOBS.map(str::to_owned)).err().unwrap();
        let expected = format!(
            "{}: line 1: expected a receipt with `hidden`, found {{\"seed\":1}}",
            grid.with_extension("jsonl").display()
        );
        assert_eq!(format!("{error:#}"), expected);
        files::remove(grid.parent().unwrap()).unwrap();
    }
}
