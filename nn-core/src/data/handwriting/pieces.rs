//! Which of the ink is the digit.
//!
//! `assets/pad/pieces.js` is this file in JavaScript: change both; `tests/pad.rs` compares them to the bit.

#![expect(clippy::indexing_slicing, reason = "all positions come from the size of the picture they are used on")]

use ndarray::{Array2, s};

/// Cuts the digit out: the picture of its ink alone, just large enough to hold it.
pub(super) fn cropped(ink: &Array2<f32>, warnings: &mut Vec<String>) -> Array2<f32> {
    let (labels, pieces) = pieces(ink);
    let pieces = inside_frames(inside_paper(pieces, ink.dim(), warnings), &labels, warnings);
    let pieces = one_digit(pieces, warnings);
    cut(ink, &labels, &pieces, warnings)
}

/// Cuts every digit out, from left to right and row by row, each with what is doubtful about it beside `warnings`.
pub(super) fn all_cropped(ink: &Array2<f32>, warnings: &mut Vec<String>) -> Vec<(Array2<f32>, Vec<String>)> {
    let (labels, pieces) = pieces(ink);
    let pieces = inside_frames(inside_paper(pieces, ink.dim(), warnings), &labels, warnings);
    let digits = in_reading_order(pieces);
    let tallest = digits.iter().map(|digit| height(digit)).max().unwrap_or(0);
    // A dash or a dot between the digits is less tall.
    let digits = digits.into_iter().filter(|digit| 5 * height(digit) > 2 * tallest);
    let cut = |digit: Vec<Piece>| {
        let mut warnings = warnings.clone();
        (cut(ink, &labels, &digit, &mut warnings), warnings)
    };
    digits.map(cut).collect()
}

/// Cuts these pieces out.
fn cut(ink: &Array2<f32>, labels: &Array2<u32>, pieces: &[Piece], warnings: &mut Vec<String>) -> Array2<f32> {
    if pieces.iter().any(|piece| piece.on_border > 0) {
        warnings.push("the digit touches the picture's border: part of it may be missing".into());
    }
    if pieces.len() > 1 {
        warnings.push(format!("the digit is in {} pieces: strokes apart are read as one digit", pieces.len()));
    }
    let (height, width) = ink.dim();
    // The pale edge of a stroke belongs to it: one pixel around each piece.
    let belongs = |(row, column): (usize, usize)| {
        let rows = row.saturating_sub(1)..(row + 2).min(height);
        rows.flat_map(|row| (column.saturating_sub(1)..(column + 2).min(width)).map(move |column| (row, column)))
            .any(|at| pieces.iter().any(|piece| piece.label == labels[at]))
    };
    let top = pieces.iter().map(|piece| piece.top).min().unwrap_or(0).saturating_sub(1);
    let left = pieces.iter().map(|piece| piece.left).min().unwrap_or(0).saturating_sub(1);
    let bottom = pieces.iter().map(|piece| piece.bottom + 2).max().unwrap_or(height).min(height);
    let right = pieces.iter().map(|piece| piece.right + 2).max().unwrap_or(width).min(width);
    let digit = Array2::from_shape_fn((bottom - top, right - left), |(row, column)| {
        let at = (row + top, column + left);
        if belongs(at) { ink[at] } else { 0.0 }
    });
    let digit = trimmed(&digit);
    if digit.nrows().max(digit.ncols()) < 12 {
        warnings.push(format!("the digit is only {} pixels high: a larger one is read better", digit.nrows()));
    }
    digit
}

/// Cuts off rows and columns at the edges that hold next to no ink.
pub(super) fn trimmed(ink: &Array2<f32>) -> Array2<f32> {
    let (mut top, mut left, mut bottom, mut right) = (usize::MAX, usize::MAX, 0, 0);
    for ((row, column), _) in ink.indexed_iter().filter(|(_, ink)| **ink > 0.1) {
        (top, left) = (top.min(row), left.min(column));
        (bottom, right) = (bottom.max(row + 1), right.max(column + 1));
    }
    if top == usize::MAX { ink.clone() } else { ink.slice(s![top..bottom, left..right]).to_owned() }
}

/// Ink that hangs together.
#[derive(Clone)]
struct Piece {
    label: u32,
    mass: f32,
    peak: f32,
    /// How many of its pixels lie at the picture's border.
    on_border: usize,
    top: usize,
    left: usize,
    bottom: usize,
    right: usize,
}

/// Finds the pieces of ink: for each pixel the label of its piece, 0 for paper.
fn pieces(ink: &Array2<f32>) -> (Array2<u32>, Vec<Piece>) {
    let (height, width) = ink.dim();
    let mut labels = Array2::zeros(ink.dim());
    let mut pieces = Vec::new();
    let mut open = Vec::new();
    for (start, &tone) in ink.indexed_iter() {
        if tone < 0.25 || labels[start] != 0 {
            continue;
        }
        let label = pieces.len() as u32 + 1;
        let (row, column) = start;
        let mut piece =
            Piece { label, mass: 0.0, peak: 0.0, on_border: 0, top: row, left: column, bottom: row, right: column };
        labels[start] = label;
        open.push(start);
        while let Some((row, column)) = open.pop() {
            piece.mass += ink[[row, column]];
            piece.peak = piece.peak.max(ink[[row, column]]);
            let is_on_border = row == 0 || column == 0 || row + 1 == height || column + 1 == width;
            piece.on_border += usize::from(is_on_border);
            (piece.top, piece.bottom) = (piece.top.min(row), piece.bottom.max(row));
            (piece.left, piece.right) = (piece.left.min(column), piece.right.max(column));
            for row in row.saturating_sub(1)..(row + 2).min(height) {
                for column in column.saturating_sub(1)..(column + 2).min(width) {
                    if labels[[row, column]] == 0 && ink[[row, column]] >= 0.25 {
                        labels[[row, column]] = label;
                        open.push((row, column));
                    }
                }
            }
        }
        pieces.push(piece);
    }
    (labels, pieces)
}

/// Leaves out specks, the table around the paper, and neighbours that the picture's border cuts in two.
fn inside_paper(mut pieces: Vec<Piece>, (height, width): (usize, usize), warnings: &mut Vec<String>) -> Vec<Piece> {
    // A table lies along the border; a digit touches it at most.
    let is_table = |piece: &Piece| 2 * piece.on_border > height.min(width);
    let most = |of: &dyn Fn(&Piece) -> bool, pieces: &[Piece]| {
        pieces.iter().filter(|piece| of(piece)).map(|piece| piece.mass).fold(0.0, f32::max)
    };
    let mut is_cut = false;
    let largest = most(&|piece| !is_table(piece) && piece.peak > 0.5 && 20 * piece.height() > height, &pieces);
    if largest > 0.0 && pieces.iter().any(is_table) {
        pieces.retain(|piece| !is_table(piece));
        is_cut = true;
    }
    // Specks of dust, and what is too faint to be a stroke.
    let largest = most(&|_| true, &pieces);
    pieces.retain(|piece| piece.mass > 0.03 * largest && piece.peak > 0.5);
    let inside = most(&|piece| piece.on_border == 0, &pieces);
    if inside > 0.1 * largest && pieces.iter().any(|piece| piece.on_border > 0) {
        pieces.retain(|piece| piece.on_border == 0);
        is_cut = true;
    }
    if is_cut {
        warnings.push("something at the picture's border is left out".into());
    }
    pieces
}

/// Leaves out a circle or a box around the digit, and what is outside it.
fn inside_frames(pieces: Vec<Piece>, labels: &Array2<u32>, warnings: &mut Vec<String>) -> Vec<Piece> {
    let mut framed = vec![false; pieces.len()];
    let mut is_frame = vec![false; pieces.len()];
    for (frame, outer) in pieces.iter().enumerate() {
        let within: Vec<usize> = (0..pieces.len()).filter(|&other| outer.holds(&pieces[other])).collect();
        let Some(inner) = Piece::around(within.iter().map(|&other| &pieces[other])) else { continue };
        // Something in a digit is smaller, a dot in a nought, or is grown around, a blot in a six.
        let area = labels.slice(s![inner.top..=inner.bottom, inner.left..=inner.right]);
        if 5 * inner.height() > outer.height() && area.iter().all(|&label| label != outer.label) {
            is_frame[frame] = true;
            within.into_iter().for_each(|other| framed[other] = true);
        }
    }
    if !is_frame.contains(&true) {
        return pieces;
    }
    warnings.push("a line around the digit is left out".into());
    pieces
        .into_iter()
        .zip(is_frame.iter().zip(&framed))
        .filter(|(_, (frame, framed))| **framed && !**frame)
        .map(|(piece, _)| piece)
        .collect()
}

impl Piece {
    fn height(&self) -> usize {
        self.bottom + 1 - self.top
    }

    /// Whether another lies wholly within the rectangle around this one.
    fn holds(&self, other: &Self) -> bool {
        self.top < other.top && self.left < other.left && self.bottom > other.bottom && self.right > other.right
    }

    /// The rectangle around several, as a piece without ink.
    fn around<'a>(pieces: impl Iterator<Item = &'a Self>) -> Option<Self> {
        pieces.fold(None, |all: Option<Self>, piece| {
            let mut all = all.unwrap_or_else(|| Self { mass: 0.0, ..piece.clone() });
            (all.top, all.left) = (all.top.min(piece.top), all.left.min(piece.left));
            (all.bottom, all.right) = (all.bottom.max(piece.bottom), all.right.max(piece.right));
            Some(all)
        })
    }
}

/// Groups pieces into digits: those of a row from left to right, then those of the next.
fn in_reading_order(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    // The tallest first: what stands beside one, at half its height or more, is in its row.
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.height()));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let shares = |other: &Piece| {
            let shared = (piece.bottom + 1).min(other.bottom + 1).saturating_sub(piece.top.max(other.top));
            2 * shared > piece.height()
        };
        match rows.iter_mut().find(|row| row.iter().any(shares)) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    rows.sort_by_key(|row| row.iter().map(|piece| piece.top).min());
    let mut digits: Vec<Vec<Piece>> = Vec::new();
    for mut row in rows {
        let before = digits.len();
        row.sort_by_key(|piece| piece.left);
        for piece in row {
            let width = piece.right + 1 - piece.left;
            // A stroke of the digit before lies over or under it for a good part.
            let belongs = |other: &Piece| {
                let shared = (other.right.min(piece.right) + 1).saturating_sub(piece.left);
                10 * shared > 3 * width.min(other.right + 1 - other.left)
            };
            match digits.get_mut(before..).and_then(<[_]>::last_mut) {
                Some(digit) if digit.iter().any(belongs) => digit.push(piece),
                _ => digits.push(vec![piece]),
            }
        }
    }
    digits
}

/// How tall pieces are together.
fn height(pieces: &[Piece]) -> usize {
    Piece::around(pieces.iter()).map_or(0, |all| all.height())
}

/// If pieces stand side by side with a clear gap, each as tall as a digit: keeps the digit with the most ink.
fn one_digit(mut pieces: Vec<Piece>, warnings: &mut Vec<String>) -> Vec<Piece> {
    let gap = height(&pieces) / 10;
    pieces.sort_by_key(|piece| piece.left);
    let mut digits: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match digits.last_mut() {
            Some(digit) if digit.iter().any(|other| piece.left <= other.right + gap) => digit.push(piece),
            _ => digits.push(vec![piece]),
        }
    }
    let tallest = digits.iter().map(|digit| height(digit)).max().unwrap_or(0);
    let count = digits.iter().filter(|digit| 2 * height(digit) > tallest).count();
    if count < 2 {
        return digits.into_iter().flatten().collect();
    }
    let mass = |digit: &[Piece]| digit.iter().map(|piece| piece.mass).sum::<f32>();
    let read = digits.into_iter().max_by(|a, b| mass(a).total_cmp(&mass(b))).unwrap_or_default();
    warnings.push(format!("there seem to be {count} digits side by side: only the one with the most ink is read"));
    read
}
