//! Tables say what they hold, and nothing in them can break the page.

use nn_core::Epoch;
use nn_core::notebook::Align;
use nn_core::prelude::*;
use polars_core::prelude::{Column, DataFrame};

fn xml(html: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(html).unwrap_or_else(|error| panic!("{error}\n{html}"))
}

#[test]
fn a_table_has_a_caption_and_one_header_for_each_column() {
    let table = Table::new("Accuracy", ["epoch", "ours"], [["0", "0.85"], ["1", "0.88"]]).unwrap();
    let html = table.to_html();
    let xml = xml(&html);
    let names = |tag: &str| -> Vec<_> {
        xml.descendants()
            .filter(|node| node.has_tag_name(tag))
            .map(|node| node.text().unwrap_or("").to_owned())
            .collect()
    };
    assert_eq!(names("caption"), ["Accuracy"]);
    assert_eq!(names("th"), ["epoch", "ours"]);
    assert_eq!(names("td"), ["0", "0.85", "1", "0.88"]);
}

#[test]
fn numbers_stand_at_the_right_and_words_at_the_left() {
    let table = Table::new("", ["name", "value"], [["weights", "1,234"], ["b", "−5"]]).unwrap();
    assert_eq!(table.to_text(), "name     value\nweights  1,234\nb           −5");
    let turned = table.align([Align::Right, Align::Left]);
    assert_eq!(turned.to_text(), "   name  value\nweights  1,234\n      b  −5");
}

#[test]
fn text_in_a_table_is_never_markup() {
    let evil = "<script>alert(\"1\")</script>&amp;'";
    let html = Table::new(evil, [evil], [[evil]]).unwrap().to_html();
    assert!(!html.contains("<script"), "{html}");
    let texts = xml(&html).descendants().filter(|node| node.is_text() && node.text() == Some(evil)).count();
    assert_eq!(texts, 3, "caption, header and cell read as they were given: {html}");
}

#[test]
fn a_long_table_says_how_many_rows_are_left_out() {
    let rows = (0..60_000).map(|row| [row]);
    let table = Table::new("", ["row"], rows);
    let text = table.unwrap().to_text();
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    assert_eq!(lines.len(), 22);
    assert_eq!(lines[15..18], ["14", "… 59,980 more rows", "59995"], "{text}");
    assert_eq!(lines.last(), Some(&"59999"), "{text}");
}

#[test]
fn a_wide_frame_is_cut_in_the_middle_and_says_so() {
    let columns = (0..785).map(|i| Column::new(format!("c{i}").into(), [i as u8 % 7; 3])).collect();
    let frame = DataFrame::new(3, columns).unwrap();
    let html = frame.table().caption("MNIST").to_html();
    let xml = xml(&html);
    let headers: Vec<_> =
        xml.descendants().filter(|node| node.has_tag_name("th")).filter_map(|node| node.text()).collect();
    assert_eq!(headers.first(), Some(&"c0"));
    assert_eq!(headers[8], "…");
    assert_eq!(headers.last(), Some(&"c784"));
    assert!(html.contains("… 773 more columns"), "{html}");
}

#[test]
fn a_frame_keeps_its_types_apart() {
    let frame =
        df!["name" => ["a", "b"], "count" => [1_000_i32, -2], "loss" => [0.25_f64, 1.0], "ok" => [Some(true), None]];
    let table = frame.unwrap().table();
    assert_eq!(table.to_text(), "name  count  loss  ok\na      1000  0.25  true\nb        -2  1.00  null");
    assert!(table.decimals(4).to_text().contains("0.2500"));
}

#[test]
fn a_row_of_the_wrong_length_is_named() {
    let rows = vec![vec!["0", "1"], vec!["2"]];
    let error = Table::new("", ["a", "b"], rows).unwrap_err().to_string();
    assert_eq!(error, "rows: expected 2 texts in each row, one for each header, found 1 in row 1");
}

#[test]
fn a_table_without_rows_or_columns_is_still_a_table() {
    let none: [[&str; 0]; 0] = [];
    xml(&Table::new("", [""; 0], none).unwrap().to_html());
    let table = DataFrame::empty().table();
    xml(&table.to_html());
    assert_eq!(format!("{table:?}"), "Table: 0 rows, 0 columns");
}

#[test]
fn floats_near_zero_are_written_with_exponents() {
    let frame = df!["difference" => [0.0, 1.1e-16, -2.5e-17]].unwrap();
    let text = frame.table().to_text();
    assert!(text.contains("0.0e0") && text.contains("1.1e−16") && text.contains("−2.5e−17"), "{text}");
}

#[test]
fn a_long_frame_shows_both_ends() {
    let frame = df!["row" => (0..100_u32).collect::<Vec<_>>()].unwrap();
    let (text, html) = (frame.table().to_text(), frame.table().to_html());
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    assert_eq!(lines[15..18], ["14", "… 80 more rows", "95"], "{text}");
    let xml = xml(&html);
    let rows: Vec<_> =
        xml.descendants().filter(|node| node.has_tag_name("td")).filter_map(|node| node.text()).collect();
    assert_eq!(rows[14..17], ["14", "… 80 more rows", "95"], "{html}");
}

#[test]
fn a_summary_counts_every_parameter() {
    let network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7).unwrap();
    assert_eq!(
        network.summary().to_text(),
        "Layers of the network\n\
         layer  inputs  outputs  activation  weights W   biases b  parameters\n\
         \u{20}   1     784      100  relu        (100, 784)  (100,)        78,500\n\
         \u{20}   2     100       10  softmax     (10, 100)   (10,)          1,010\n\
         \u{20}                                               together      79,510"
    );
    xml(&network.summary().to_html());
}

#[test]
fn a_history_is_a_table_of_its_epochs() {
    let epoch =
        |loss: f64| Epoch { train_loss: loss, test_loss: loss / 2.0, accuracy: 1.0 - loss, also: vec![2.0 * loss] };
    let history = History {
        loss: Loss::CrossEntropy,
        hints: Vec::new(),
        also: vec![Loss::BinaryCrossEntropy],
        epochs: vec![epoch(0.5), epoch(0.25)],
        stopped: None,
        networks: Vec::new(),
    };
    assert_eq!(
        history.table().to_text(),
        "Training, loss: cross-entropy\n\
         epoch  training loss  test loss  test binary cross-entropy  accuracy\n\
         \u{20}   0         0.5000     0.2500                     1.0000    0.5000\n\
         \u{20}   1         0.2500     0.1250                     0.5000    0.7500"
    );
}

#[test]
fn a_confusion_matrix_is_a_table_with_recall() {
    let outputs = array![[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]];
    let matrix = ConfusionMatrix::new(outputs.view(), array![0_u8, 1, 1, 0].view()).unwrap();
    assert_eq!(
        matrix.table().to_text(),
        "3 of 4 right: 0.7500\nlabel \\ answer  0  1  recall\n             0  2  0   1.000\n             1  1  1   0.500"
    );
}
