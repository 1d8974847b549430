// What is ink, what is paper, and which of the ink is the digit: ink.rs in JavaScript.

function inverted(grey) {
  const { height, width } = grey;
  const paper = paperOf(grey);
  const slope = Float32Array.from({ length: width }, (_, column) => paper.perColumn * f32(column - paper.right));
  const above = grey.data.slice();
  for (let row = 0, i = 0; row < height; row++) {
    const level = f32(paper.level + f32(paper.perRow * f32(row - paper.down)));
    for (let column = 0; column < width; column++, i++) above[i] -= f32(level + slope[column]);
  }
  const differences = above.slice();
  for (let i = 0; i < above.length; i++) differences[i] = Math.abs(above[i]);
  const noise = f32(quantile(differences, 0.25) / f32(0.319));
  const least = Math.max(f32(5 * noise), f32(0.06));
  let darker = 0;
  let lighter = 0;
  for (let i = 0; i < above.length; i++) {
    const tone = above[i];
    if (tone < -least) darker = f32(darker - tone);
    if (tone > least) lighter = f32(lighter + tone);
  }
  const sign = darker >= lighter ? -1 : 1;
  const inks = [];
  for (let i = 0; i < above.length; i++) if (sign * above[i] > least) inks.push(sign * above[i]);
  if (inks.length < 3) return null;
  const between = otsu(inks);
  const full = Math.max(quantile(inks.filter((tone) => tone > between), 0.5), least);
  const none = Math.min(f32(3 * noise), f32(0.5 * full));
  const range = f32(full - none);
  for (let i = 0; i < above.length; i++) above[i] = clamp(f32(f32(sign * above[i] - none) / range));
  return { height, width, data: above };
}

const clamp = (value) => Math.min(Math.max(value, 0), 1);

/** The plane with the least sum of absolute differences to the tones: the paper, and the light on it. */
function paperOf(grey) {
  const { height, width } = grey;
  const stride = Math.max(Math.floor(Math.max(height, width) / 160), 1);
  const [centreDown, centreRight] = [f32(height / 2), f32(width / 2)];
  const count = Math.ceil(height / stride) * Math.ceil(width / stride);
  const [downs, rights, tones] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  for (let row = 0, i = 0; row < height; row += stride) {
    for (let column = 0; column < width; column += stride, i++) {
      downs[i] = row - centreDown;
      rights[i] = column - centreRight;
      tones[i] = grey.data[row * width + column];
    }
  }
  let [level, perRow, perColumn] = [quantile(tones.slice(), 0.5), 0, 0];
  for (let round = 0; round < 20; round++) {
    // Row by row the coefficients and the right side of the three equations.
    let [a, b, c, d, e, f, g, h, i, j, k, l] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let n = 0; n < count; n++) {
      const down = downs[n];
      const right = rights[n];
      const tone = tones[n];
      const plane = f32(f32(level + f32(perRow * down)) + f32(perColumn * right));
      const weight = 1 / Math.max(Math.abs(f32(tone - plane)), f32(0.002));
      a += weight;
      b += weight * down;
      c += weight * right;
      d += weight * tone;
      const byDown = weight * down;
      e += byDown;
      f += byDown * down;
      g += byDown * right;
      h += byDown * tone;
      const byRight = weight * right;
      i += byRight;
      j += byRight * down;
      k += byRight * right;
      l += byRight * tone;
    }
    const plane = solve([[a, b, c, d], [e, f, g, h], [i, j, k, l]]);
    if (plane === null) break;
    const settled = plane[0] === level && plane[1] === perRow && plane[2] === perColumn;
    [level, perRow, perColumn] = plane;
    if (settled) break;
  }
  return { level, perRow, perColumn, down: centreDown, right: centreRight };
}

function solve(rows) {
  for (let pivot = 0; pivot < 3; pivot++) {
    const divisor = rows[pivot][pivot];
    if (Math.abs(divisor) < 1e-12) return null;
    rows[pivot] = rows[pivot].map((value) => value / divisor);
    for (let other = 0; other < 3; other++) {
      if (other === pivot) continue;
      const factor = rows[other][pivot];
      rows[other] = rows[other].map((value, i) => value - factor * rows[pivot][i]);
    }
  }
  return rows.map((row) => f32(row[3]));
}

function croppedTo(ink, warnings) {
  const { height, width } = ink;
  const found = piecesOf(ink);
  let pieces = found.pieces;
  const most = (pieces) => pieces.reduce((most, piece) => Math.max(most, piece.mass), 0);
  const largest = most(pieces);
  pieces = pieces.filter((piece) => piece.mass > f32(f32(0.03) * largest) && piece.peak > 0.5);
  const inside = pieces.filter((piece) => !piece.atBorder);
  if (most(inside) > f32(f32(0.1) * largest) && inside.length < pieces.length) {
    pieces = inside;
    warnings.push("something at the picture's border is left out");
  }
  if (pieces.some((piece) => piece.atBorder)) {
    warnings.push("the digit touches the picture's border: part of it may be missing");
  }
  pieces = oneDigit(pieces, warnings);
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
    const piece = { label, mass: 0, peak: 0, atBorder: false, top: row, left: column, bottom: row, right: column };
    labels[start] = label;
    open.push(start);
    while (open.length > 0) {
      const at = open.pop();
      const row = Math.floor(at / width);
      const column = at % width;
      piece.mass = f32(piece.mass + ink.data[at]);
      piece.peak = Math.max(piece.peak, ink.data[at]);
      piece.atBorder ||= row === 0 || column === 0 || row + 1 === height || column + 1 === width;
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

function oneDigit(pieces, warnings) {
  const heightOf = (pieces) => {
    if (pieces.length === 0) return 0;
    return Math.max(...pieces.map((piece) => piece.bottom + 1)) - Math.min(...pieces.map((piece) => piece.top));
  };
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

/** The value below which this share of the values lies; the values change places. */
function quantile(values, share) {
  if (values.length === 0) return 0;
  const place = Math.floor(f32((values.length - 1) * f32(share)));
  // Hoare's selection: of the two parts that a value splits the others into, only one is looked at again.
  let first = 0;
  let last = values.length - 1;
  while (first < last) {
    const middle = values[(first + last) >> 1];
    let i = first;
    let j = last;
    while (i <= j) {
      while (values[i] < middle) i += 1;
      while (values[j] > middle) j -= 1;
      if (i > j) break;
      const value = values[i];
      values[i] = values[j];
      values[j] = value;
      i += 1;
      j -= 1;
    }
    if (place <= j) last = j;
    else if (place >= i) first = i;
    else break;
  }
  return values[place];
}

function otsu(values) {
  const BINS = 128;
  const counts = new Float64Array(BINS);
  for (const value of values) counts[Math.min(Math.floor(value * BINS), BINS - 1)] += 1;
  const all = values.length;
  const sumAll = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, sum, best, most] = [0, 0, 0, -1];
  for (let bin = 0; bin < BINS - 1; bin++) {
    below += counts[bin];
    sum += counts[bin] * bin;
    if (below > 0 && below < all) {
      const apart = sum / below - (sumAll - sum) / (all - below);
      const spread = below * (all - below) * apart * apart;
      if (spread > most) [most, best] = [spread, bin + 1];
    }
  }
  return best / BINS;
}
