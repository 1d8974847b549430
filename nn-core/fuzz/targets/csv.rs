//! Any bytes as a table of digits. The first byte says what becomes of the others: they may follow a header that is right,
//! be filled up to whole lines, be packed, be read as a polars table too; the labels may stand last, semicolons between the columns.
//! Without a header they are lines of numbers or nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nn_core::data;

const COLUMNS: usize = 785;

static HEADER: LazyLock<String> = LazyLock::new(|| {
    let pixels: String = (1..COLUMNS).map(|pixel| format!(",p{pixel:x}")).collect();
    format!("label{pixels}\n")
});

/// As OpenML has it.
static LABEL_LAST: LazyLock<String> = LazyLock::new(|| {
    let pixels: String = (1..COLUMNS).map(|pixel| format!("p{pixel:x},")).collect();
    format!("{pixels}class\n")
});

fuzz_target!(|input: &[u8]| {
    let Some((mode, content)) = input.split_first() else { return };
    let is = |bit: u8| mode & bit != 0;
    let mut content = if is(4) { filled_up(content) } else { content.to_vec() };
    if is(1) {
        content.splice(..0, if is(16) { LABEL_LAST.bytes() } else { HEADER.bytes() });
    }
    if is(32) {
        content.iter_mut().filter(|byte| **byte == b',').for_each(|byte| *byte = b';');
    }
    if is(2) {
        content = nn_core_fuzz::gz(&content);
    }
    let path = nn_core_fuzz::file("table.csv", &content);
    let dataset = data::csv(&path);
    if let Ok(dataset) = &dataset {
        assert_eq!(dataset.inputs.dim(), (dataset.len(), COLUMNS - 1));
        assert!(!dataset.is_empty() && dataset.labels.iter().all(|&label| label < 10));
        assert!(dataset.inputs.iter().all(|input| (0.0..=1.0).contains(input)));
    }
    if is(64) {
        match (&dataset, data::inputs(&path)) {
            (Ok(dataset), inputs) => assert!(inputs.is_ok_and(|inputs| inputs == dataset.inputs)),
            (Err(_), Ok(inputs)) => assert_eq!(inputs.ncols(), COLUMNS - 1),
            (Err(_), Err(_)) => {}
        }
    }
    #[cfg(feature = "tables")]
    if is(8) {
        use nn_core::data::Dataset;
        match (dataset, data::table(&path)) {
            (Ok(dataset), Ok(table)) => assert!(Dataset::from_table(&table).is_ok_and(|again| again == dataset)),
            (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
            (one, other) => panic!("csv says {one:?}, table {:?}", other.map(|table| table.height())),
        }
    }
});

/// Lines of as many fields as a table has: the given ones, then zeros. Eight lines at most: each becomes 1,570 bytes.
fn filled_up(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    for line in content.split_inclusive(|&byte| byte == b'\n').take(8) {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let fields = text.iter().filter(|&&byte| byte == b',').count() + 1;
        lines.extend(text);
        (fields..COLUMNS).for_each(|_| lines.extend(b",0"));
        lines.extend(&line[text.len()..]);
    }
    lines
}
