//! Any bytes as a table of digits: as they are, after a header that is right, or packed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nn_core::data::{self, Dataset};

static HEADER: LazyLock<String> = LazyLock::new(|| {
    let pixels: String = (0..784).map(|pixel| format!(",{pixel:x}")).collect();
    format!("label{pixels}\n")
});

fuzz_target!(|input: &[u8]| {
    let Some((mode, content)) = input.split_first() else { return };
    let mut content = content.to_vec();
    if mode & 1 != 0 {
        content.splice(..0, HEADER.bytes());
    }
    if mode & 2 != 0 {
        content = nn_core_fuzz::gz(&content);
    }
    let path = nn_core_fuzz::file("table.csv", &content);
    let (dataset, table) = (data::csv(&path), data::table(&path));
    match (dataset, table) {
        (Ok(dataset), Ok(table)) => {
            assert_eq!(dataset.inputs.dim(), (table.height(), 784));
            assert!(!dataset.is_empty() && dataset.labels.iter().all(|&label| label < 10));
            assert!(dataset.inputs.iter().all(|input| (0.0..=1.0).contains(input)));
            assert!(Dataset::from_table(&table).is_ok_and(|again| again == dataset));
        }
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        (one, other) => panic!("csv says {one:?}, table {:?}", other.map(|table| table.height())),
    }
});
