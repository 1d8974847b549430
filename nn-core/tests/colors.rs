//! Colours are written in one file: what is blue in a figure is blue on every page.

use std::fs;
use std::path::{Path, PathBuf};

/// All files in a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn source() -> Vec<(PathBuf, String)> {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = ["src/plot", "src/notebook", "assets/pad", "assets/scrubber"]
        .into_iter()
        .flat_map(|folder| files(&ours.join(folder)));
    let all = all.chain(["assets/card.css", "assets/card.js"].map(|file| ours.join(file)));
    all.filter(|path| !path.ends_with("plot/theme.rs"))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// Whether what stands behind a `#` is a colour: three or six hexadecimal digits, and no more.
fn is_color(behind: &str) -> bool {
    let word = behind.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    matches!(word.len(), 3 | 6) && word.chars().all(|c| c.is_ascii_hexdigit())
}

fn is_number(behind: &str) -> bool {
    behind.starts_with(|c: char| c.is_ascii_digit())
}

#[test]
fn colours_are_written_in_theme_rs_alone() {
    let source = source();
    assert!(source.len() > 30, "{} files", source.len());
    for (path, text) in source {
        for line in text.lines() {
            let hexadecimal = line.split('#').skip(1).any(is_color);
            let decimal = ["rgb(", "rgba("].iter().any(|start| line.split(start).skip(1).any(is_number));
            let in_rust = line.contains("Color(0x");
            assert!(!hexadecimal && !decimal && !in_rust, "{}: {line}", path.display());
        }
    }
}

#[test]
fn every_colour_that_a_style_or_script_asks_for_has_a_value() {
    let network = nn_core::Network::new(&[784, 10], &[nn_core::Activation::Softmax], 7).unwrap();
    let html = network.drawing_pad().unwrap().to_html();
    for (path, text) in source() {
        for name in text.split("var(--").skip(1).filter_map(|behind| behind.split([')', ',']).next()) {
            let is_here = text.contains(&format!("--{name}:"));
            assert!(is_here || html.contains(&format!(" --{name}: ")), "{}: --{name}", path.display());
        }
        for name in text.split("COLORS.light.").skip(1) {
            let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(html.contains(&format!("\"{name}\": \"#")), "{}: {name}", path.display());
        }
    }
}
