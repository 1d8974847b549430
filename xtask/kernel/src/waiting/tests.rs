//! Who is prepared for, who is heard, and that there is one place.

use super::*;

#[test]
fn a_cell_is_prepared_only_if_it_runs_nothing() {
    for (code, is) in [
        (":dep nn-core = { path = \"../nn-core\" }\nuse nn_core::prelude::*;", true),
        ("// The crates.\n:dep a\n:dep b = \"1\"\nuse a::{\n    b, // c;\n};\nuse b as c;\n", true),
        (":dep a", true),
        ("use std::fmt;", false),
        (":dep a\nuse a::b; b();", false),
        (":dep a\nlet x = 1;", false),
        (":dep a\nuse a::b", false),
        (":dep a\n:opt 2", false),
        (":dep a\nfn use_it() {}", false),
        ("", false),
    ] {
        assert_eq!(is_preparable(code), is, "{code:?}");
    }
}

#[test]
fn there_is_one_place_and_it_is_free_again() {
    let kernels = env::temp_dir().join(format!("nn-kernel-waiting-{}", std::process::id()));
    let place = Place::take(&kernels).unwrap();
    let other = files::lock_file(&kernels.join("waiting.lock")).unwrap();
    assert_eq!(files::try_lock(&other), Lock::Theirs);
    let plan = Plan { identity: "me".into(), first: ":dep a".into(), warm: vec!["let a = 1;".into()] };
    place.announce(7, "key", &plan, false).unwrap();
    assert!(!is_ready(&kernels));
    place.announce(7, "key", &plan, true).unwrap();
    assert!(is_ready(&kernels));
    drop(place);
    assert!(!is_ready(&kernels) && files::try_lock(&other) == Lock::Ours);
    files::remove(&kernels).unwrap();
}

#[test]
fn only_who_knows_the_key_is_heard() {
    assert!(wanted(r#"{"key":"k","wanted":"end"}"#, "other").is_none());
    assert!(matches!(wanted(r#"{"key":"k","wanted":"end"}"#, "k"), Some(Offer::End)));
    assert!(matches!(wanted(r#"{"key":"k","wanted":""}"#, "k"), Some(Offer::Nothing)));
    let connection = wanted(r#"{"key":"k","wanted":"/a b.json"}"#, "k");
    assert!(matches!(connection, Some(Offer::Connection(file)) if file == Path::new("/a b.json")));
    assert!(wanted("no JSON", "k").is_none());
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let text = br#"{"identity":"i","first":":dep a","warm":["let x = 1;"]}"#;
    let plan = Plan { identity: "i".into(), first: ":dep a".into(), warm: vec!["let x = 1;".into()] };
    assert_eq!(Plan::read(text).unwrap(), plan);
    assert!(Plan::read(b"{}").unwrap_err().to_string().contains("no identity"));
}
