// Which of the ink is the digit: pieces.rs in JavaScript.

function croppedTo(ink, warnings) {
  const { height, width } = ink;
  const found = piecesOf(ink);
  let pieces = found.pieces;
  pieces = insideFrames(insidePaper(pieces, ink, warnings), found.labels, width, warnings);
  pieces = oneDigit(pieces, warnings);
  if (pieces.some((piece) => piece.onBorder > 0)) {
    warnings.push("the digit touches the picture's border: part of it may be missing");
  }
  if (pieces.length > 1) {
    warnings.push(`the digit is in ${pieces.length} pieces: strokes apart are read as one digit`);
  }

  const isOurs = new Uint8Array(found.pieces.length + 1);
  for (const piece of pieces) isOurs[piece.label] = 1;
  const belongs = (row, column) => {
    for (let r = Math.max(row - 1, 0); r < Math.min(row + 2, height); r++) {
      for (let c = Math.max(column - 1, 0); c < Math.min(column + 2, width); c++) {
        if (isOurs[found.labels[r * width + c]]) return true;
      }
    }
    return false;
  };
  const least = (of) => Math.max(Math.min(...pieces.map(of)) - 1, 0);
  const [top, left] = pieces.length ? [least((piece) => piece.top), least((piece) => piece.left)] : [0, 0];
  const bottom = pieces.length ? Math.min(Math.max(...pieces.map((piece) => piece.bottom + 2)), height) : height;
  const right = pieces.length ? Math.min(Math.max(...pieces.map((piece) => piece.right + 2)), width) : width;
  const digit = picture(bottom - top, right - left);
  for (let row = 0, i = 0; row < digit.height; row++) {
    for (let column = 0; column < digit.width; column++, i++) {
      if (belongs(row + top, column + left)) digit.data[i] = ink.data[(row + top) * width + column + left];
    }
  }
  const cut = trimmed(digit);
  if (Math.max(cut.height, cut.width) < 12) {
    warnings.push(`the digit is only ${cut.height} pixels high: a larger one is read better`);
  }
  return cut;
}

function trimmed(ink) {
  let top = Infinity;
  let left = Infinity;
  let bottom = 0;
  let right = 0;
  for (let row = 0, i = 0; row < ink.height; row++) {
    for (let column = 0; column < ink.width; column++, i++) {
      if (!(ink.data[i] > f32(0.1))) continue;
      top = Math.min(top, row);
      left = Math.min(left, column);
      bottom = Math.max(bottom, row + 1);
      right = Math.max(right, column + 1);
    }
  }
  if (top === Infinity) return ink;
  const cut = picture(bottom - top, right - left);
  for (let row = 0; row < cut.height; row++) {
    const from = (row + top) * ink.width + left;
    cut.data.set(ink.data.subarray(from, from + cut.width), row * cut.width);
  }
  return cut;
}

/** The pieces of ink that hang together: for each pixel the label of its piece, 0 for paper. */
function piecesOf(ink) {
  const { height, width } = ink;
  const labels = new Uint32Array(height * width);
  const pieces = [];
  const open = [];
  for (let start = 0; start < labels.length; start++) {
    if (ink.data[start] < 0.25 || labels[start] !== 0) continue;
    const label = pieces.length + 1;
    const [row, column] = [Math.floor(start / width), start % width];
    const piece = { label, mass: 0, peak: 0, onBorder: 0, top: row, left: column, bottom: row, right: column };
    labels[start] = label;
    open.push(start);
    while (open.length > 0) {
      const at = open.pop();
      const row = Math.floor(at / width);
      const column = at % width;
      piece.mass = f32(piece.mass + ink.data[at]);
      piece.peak = Math.max(piece.peak, ink.data[at]);
      if (row === 0 || column === 0 || row + 1 === height || column + 1 === width) piece.onBorder += 1;
      piece.top = Math.min(piece.top, row);
      piece.bottom = Math.max(piece.bottom, row);
      piece.left = Math.min(piece.left, column);
      piece.right = Math.max(piece.right, column);
      for (let r = Math.max(row - 1, 0); r < Math.min(row + 2, height); r++) {
        for (let c = Math.max(column - 1, 0); c < Math.min(column + 2, width); c++) {
          const next = r * width + c;
          if (labels[next] === 0 && ink.data[next] >= 0.25) {
            labels[next] = label;
            open.push(next);
          }
        }
      }
    }
    pieces.push(piece);
  }
  return { labels, pieces };
}

/** Leaves out specks, the table around the paper, and neighbours that the picture's border cuts in two. */
function insidePaper(pieces, { height, width }, warnings) {
  const isTable = (piece) => 2 * piece.onBorder > Math.min(height, width);
  const most = (pieces) => pieces.reduce((most, piece) => Math.max(most, piece.mass), 0);
  let isCut = false;
  const isDigit = (piece) => !isTable(piece) && piece.peak > 0.5 && 20 * heightOf([piece]) > height;
  if (most(pieces.filter(isDigit)) > 0 && pieces.some(isTable)) {
    pieces = pieces.filter((piece) => !isTable(piece));
    isCut = true;
  }
  const largest = most(pieces);
  pieces = pieces.filter((piece) => piece.mass > f32(f32(0.03) * largest) && piece.peak > 0.5);
  const inside = pieces.filter((piece) => piece.onBorder === 0);
  if (most(inside) > f32(f32(0.1) * largest) && inside.length < pieces.length) {
    pieces = inside;
    isCut = true;
  }
  if (isCut) warnings.push("something at the picture's border is left out");
  return pieces;
}

/** Leaves out a circle or a box around the digit, and what is outside it. */
function insideFrames(pieces, labels, width, warnings) {
  const [framed, frames] = [new Set(), new Set()];
  for (const outer of pieces) {
    const within = pieces.filter(
      ({ top, left, bottom, right }) => outer.top < top && outer.left < left && outer.bottom > bottom && outer.right > right,
    );
    if (within.length === 0) continue;
    const [top, left] = [Math.min(...within.map((piece) => piece.top)), Math.min(...within.map((piece) => piece.left))];
    const right = Math.max(...within.map((piece) => piece.right));
    let isFrame = 5 * heightOf(within) > heightOf([outer]);
    for (let row = top; isFrame && row < top + heightOf(within); row++) {
      for (let column = left; column <= right; column++) if (labels[row * width + column] === outer.label) isFrame = false;
    }
    if (!isFrame) continue;
    frames.add(outer);
    for (const piece of within) framed.add(piece);
  }
  if (frames.size === 0) return pieces;
  warnings.push("a line around the digit is left out");
  return pieces.filter((piece) => framed.has(piece) && !frames.has(piece));
}

function heightOf(pieces) {
  if (pieces.length === 0) return 0;
  return Math.max(...pieces.map((piece) => piece.bottom + 1)) - Math.min(...pieces.map((piece) => piece.top));
}

function oneDigit(pieces, warnings) {
  const gap = Math.floor(heightOf(pieces) / 10);
  const digits = [];
  for (const piece of [...pieces].sort((a, b) => a.left - b.left)) {
    const last = digits[digits.length - 1];
    if (last?.some((other) => piece.left <= other.right + gap)) last.push(piece);
    else digits.push([piece]);
  }
  const tallest = Math.max(0, ...digits.map(heightOf));
  const count = digits.filter((digit) => 2 * heightOf(digit) > tallest).length;
  if (count < 2) return digits.flat();
  const massOf = (digit) => digit.reduce((mass, piece) => f32(mass + piece.mass), 0);
  const read = digits.reduce((best, digit) => (massOf(digit) >= massOf(best) ? digit : best));
  warnings.push(`there seem to be ${count} digits side by side: only the one with the most ink is read`);
  return read;
}

