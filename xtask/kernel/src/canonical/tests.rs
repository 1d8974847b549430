//! The same cell in another life is the same file, and messages come back to evcxr's lines.

use super::*;

/// What evcxr 0.22 wrote: variables name, v, w; the cell names name, v and w.
const CELL: &str = include_str!("../../tests/evcxr/cell.rs");
/// Variables length, w, name, of which the cell names none; its own line `// the person's text`.
const SHOWN: &str = include_str!("../../tests/evcxr/shown.rs");
/// What evcxr may write before `mod evcxr_internal_runtime`.
const ITEMS: [&str; 7] = [
    "use std::fmt::{self,\n    Debug};",
    "fn far<'a>(one: impl IntoIterator<Item = &'a f64>) -> f64 {\n    one.into_iter().sum() // }\n}",
    "/// Documented; {\n#[derive(Debug)]\nstruct Basket { lemons: Vec<u8> }\nimpl Basket {\n}",
    "const MANY: [u8; 2] = {\n[1, 2]\n}\n;",
    "const fn three() -> u8 {\n    3\n}",
    "static TEXT: &str = r#\"\nfn not_an_item() {}\n\"#;",
    "// A remark.\ntype Pair = (u8, u8);",
];

fn of(code: &str) -> Option<Canonical> {
    super::of(code, false)
}

fn with_items(order: &[usize]) -> String {
    let items: Vec<&str> = order.iter().map(|&at| ITEMS[at]).collect();
    CELL.replacen("\nmod ", &format!("\n{}\nmod ", items.join("\n")), 1)
}

#[test]
fn items_and_variables_in_another_order_are_the_same_file() {
    let one = of(&with_items(&[0, 1, 2, 3, 4, 5, 6])).unwrap();
    for order in [[6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 2, 5, 1, 4]] {
        assert_eq!(of(&with_items(&order)).unwrap().code, one.code);
    }
    for item in ITEMS.iter().filter(|item| !item.contains("derive") && !item.starts_with("//")) {
        assert!(one.code.contains(item), "{item}\nis torn in\n{}", one.code);
    }
    let v = "let mut v = evcxr_variable_store.take_variable::<Vec<f64>>(stringify!(v));\n";
    let w = "let w = evcxr_variable_store.take_variable::<i32>(stringify!(w));\n";
    let swapped = CELL.replace(&format!("{v}{w}"), &format!("{w}{v}"));
    assert_ne!(swapped, CELL);
    assert_eq!(of(&swapped).unwrap().code, of(CELL).unwrap().code);
}

#[test]
fn a_cell_with_another_number_is_the_same_file_with_another_function() {
    let (one, other) = (of(CELL).unwrap(), of(&CELL.replace("user_code_2", "user_code_31")).unwrap());
    assert_eq!(one.code, other.code);
    assert_eq!((one.function.as_str(), other.function.as_str()), ("run_user_code_2", "run_user_code_31"));
    assert_ne!(of(&CELL.replace("v; // the", "v.clone(); // the")).unwrap().code, one.code);
}

#[test]
fn variables_that_the_cell_does_not_name_are_left_out() {
    let code = of(SHOWN).unwrap().code;
    for name in ["length", "w", "name"] {
        assert!(!code.contains(&format!("stringify!({name})")), "{name}");
    }
    assert!(code.contains("stringify!(n)"));
    // Inside of a text, a name may be a variable.
    let named = of(&SHOWN.replace("x: ", "{length}")).unwrap().code;
    assert_eq!(named.matches("stringify!(length)").count(), 3);
    assert!(!named.contains("stringify!(name)"));
    // One that is not given back is moved, by the cell or by evcxr.
    let moved = "evcxr_variable_store.put_variable::<String>(stringify!(name), name);\nevcxr_variable_store\n}";
    let moved = of(&SHOWN.replace(moved, "evcxr_variable_store\n}")).unwrap().code;
    assert_eq!(moved.matches("stringify!(name)").count(), 2);
}

#[test]
fn macros_keep_their_order() {
    let code = with_items(&[6, 1]).replace("type Pair = (u8, u8);", "macro_rules! pair { () => { (1, 2) } }");
    let canonical = of(&code).unwrap().code;
    assert!(canonical.find("pair").unwrap() < canonical.find("fn far").unwrap());
}

#[test]
fn messages_have_evcxr_s_lines() {
    let code = with_items(&[5, 3, 1]);
    let canonical = of(&code).unwrap();
    let theirs: Vec<&str> = code.lines().collect();
    for (at, line) in canonical.code.lines().enumerate() {
        let message = serde_json::json!({ "message": { "message": "é", "spans": [
            { "file_name": "src/lib.rs", "line_start": at + 1, "line_end": at + 1, "is_primary": true,
              "expansion": { "span": { "file_name": "src/lib.rs", "line_start": at + 1, "line_end": at + 1 } } },
            { "file_name": "/other.rs", "line_start": 3, "line_end": 3 } ], "children": [] } });
        let translated = canonical.translate(format!("{message}\nno JSON\n").as_bytes());
        let translated = String::from_utf8(translated).unwrap();
        let (json, rest) = translated.split_once('\n').unwrap();
        let json: Value = serde_json::from_str(json).unwrap();
        let spans = &json["message"]["spans"];
        assert_eq!((rest, &spans[1]["line_start"]), ("no JSON\n", &3.into()));
        let found = usize::try_from(spans[0]["line_end"].as_u64().unwrap()).unwrap();
        assert_eq!(spans[0]["expansion"]["span"]["line_start"], found);
        if !line.contains("export_name") && !line.contains("run_user_code") {
            assert_eq!(theirs[found - 1], line);
        }
    }
}

#[test]
fn with_the_crate_of_what_all_have_in_common_the_rest_stays_and_has_evcxr_s_lines() {
    let file = crate::source::rewrite(CELL, false, &[]).unwrap().code;
    let (whole, short) = (of(&file).unwrap(), super::of(&file, true).unwrap());
    assert!(short.code.contains("\nuse nn_kernel_common::evcxr_internal_runtime;\n"), "{}", short.code);
    assert!(short.code.ends_with("\nuse nn_kernel_common::nn_kernel_cell;\n"), "{}", short.code);
    let theirs: Vec<&str> = file.lines().collect();
    let own = short.code.lines().zip(&short.lines).filter(|(line, at)| *line == theirs[**at - 1]);
    // But for the two of the crate, the attribute and the signature.
    assert_eq!(own.count(), short.code.lines().count() - 4);
    assert!(short.code.lines().count() < whole.code.lines().count() / 2);

    let unknown = file.replace("mod evcxr_internal_runtime {", "mod another_runtime {");
    assert_eq!(super::of(&unknown, true).map(|cell| cell.code), of(&unknown).map(|cell| cell.code));
}
