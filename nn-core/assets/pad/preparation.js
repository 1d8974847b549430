// A drawing, brought into the form that MNIST's digits have: src/data/handwriting in JavaScript, the same to the bit.
//
// A picture is { height, width, data }, its data a Float32Array, row by row. Rust calculates in f32 here; JavaScript, which
// calculates in f64, does the same wherever each result is rounded (`f32`) before it is used.

const f32 = Math.fround;
const BOX = 20;
const SIDE = 28;

const picture = (height, width) => ({ height, width, data: new Float32Array(height * width) });

/** Tones from 0 (black) to 1 (white) of RGBA bytes, as those of an opaque canvas. */
function greyOf(bytes, height, width) {
  const grey = picture(height, width);
  for (let i = 0; i < grey.data.length; i++) {
    const red = f32(bytes[4 * i] / 255);
    const green = f32(bytes[4 * i + 1] / 255);
    const blue = f32(bytes[4 * i + 2] / 255);
    const tone = f32(f32(f32(f32(0.299) * red) + f32(f32(0.587) * green)) + f32(f32(0.114) * blue));
    grey.data[i] = Math.min(tone, 1);
  }
  return grey;
}

/** The 28×28 picture that the network sees, and what may be wrong with it; no picture for a blank page. */
function prepare(grey) {
  const warnings = [];
  const ink = inverted(grey);
  if (ink === null) return { digit: null, warnings };
  const cropped = croppedTo(ink, warnings);
  return { digit: centred(fitted(adjusted(cropped))), warnings };
}

// ---- ink.rs: what is ink, what is paper, and which of the ink is the digit

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

// ---- strokes.rs: strokes as thick as MNIST's, and the digit in its place

const [THINNEST, THICKENED, THICKEST, THINNED] = [f32(1.7), f32(2.3), f32(4.8), f32(4.0)];

function adjusted(ink) {
  const length = Math.max(ink.height, ink.width);
  const inside = distances(ink, (ink) => ink <= 0.5);
  let [sum, count] = [0, 0];
  ink.data.forEach((ink, i) => {
    if (!(ink > 0.5)) return;
    sum = f32(sum + f32(inside[i] - 0.5));
    count += 1;
  });
  const thickness = f32(f32(4 * sum) / Math.max(count, 1));
  const scaled = f32(thickness * f32(BOX / length));
  if (!(scaled < THINNEST || scaled > THICKEST)) return ink;
  const aim = scaled < THINNEST ? THICKENED : THINNED;
  let by = f32(f32(f32(aim * length) - f32(BOX * thickness)) / f32(2 * f32(BOX - aim)));
  by = Math.max(by, f32(f32(-0.3) * thickness));
  const margin = Math.ceil(Math.max(by, 0)) + 1;
  const wide = picture(ink.height + 2 * margin, ink.width + 2 * margin);
  for (let row = 0; row < ink.height; row++) {
    wide.data.set(ink.data.subarray(row * ink.width, (row + 1) * ink.width), (row + margin) * wide.width + margin);
  }
  const inner = distances(wide, (ink) => ink <= 0.5);
  const outer = distances(wide, (ink) => ink > 0.5);
  wide.data = wide.data.map((ink, i) => {
    const beyondEdge = ink > 0.5 ? f32(0.5 - inner[i]) : f32(outer[i] - 0.5);
    return clamp(f32(f32(0.5 + by) - beyondEdge));
  });
  return trimmed(wide);
}

function distances(ink, ofKind) {
  const [height, width] = [ink.height + 2, ink.width + 2];
  const far = f32(f32(ink.height + ink.width + 2) ** 2);
  const squares = new Float32Array(height * width).fill(ofKind(0) ? 0 : far);
  for (let row = 0; row < ink.height; row++) {
    for (let column = 0; column < ink.width; column++) {
      squares[(row + 1) * width + column + 1] = ofKind(ink.data[row * ink.width + column]) ? 0 : far;
    }
  }
  for (let row = 0; row < height; row++) lowerEnvelope(squares, row * width, 1, width);
  for (let column = 0; column < width; column++) lowerEnvelope(squares, column, width, height);
  const inner = new Float32Array(ink.data.length);
  for (let row = 0; row < ink.height; row++) {
    for (let column = 0; column < ink.width; column++) {
      inner[row * ink.width + column] = Math.sqrt(squares[(row + 1) * width + column + 1]);
    }
  }
  return inner;
}

function lowerEnvelope(squares, start, step, length) {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = squares[start + i * step];
  const lowest = new Int32Array(length);
  const froms = new Float32Array(length);
  let count = 0;
  for (let place = 0; place < length; place++) {
    let from = -Infinity;
    while (count > 0) {
      const other = lowest[count - 1];
      const rise = f32(f32(values[place] + f32(place * place)) - f32(values[other] + f32(other * other)));
      from = f32(rise / (2 * (place - other)));
      if (from > froms[count - 1]) break;
      count -= 1;
      from = -Infinity;
    }
    lowest[count] = place;
    froms[count] = from;
    count += 1;
  }
  let current = 0;
  for (let place = 0; place < length; place++) {
    while (current + 1 < count && froms[current + 1] < place) current += 1;
    squares[start + place * step] = f32(values[lowest[current]] + (place - lowest[current]) ** 2);
  }
}

function fitted(ink) {
  const longer = Math.max(ink.height, ink.width, 1);
  const scaled = (side) => Math.max(Math.floor(f32((side * BOX) / longer) + 0.5), 1);
  const small = resample(ink, scaled(ink.height), scaled(ink.width));
  const strongest = small.data.reduce((most, ink) => Math.max(most, ink), 0);
  if (strongest > 0) small.data = small.data.map((ink) => f32(ink / strongest));
  return small;
}

function centred(small) {
  let [mass, downs, rights] = [0, 0, 0];
  small.data.forEach((ink, i) => {
    mass += ink;
    downs += ink * Math.floor(i / small.width);
    rights += ink * (i % small.width);
  });
  mass = Math.max(mass, f32(1.1754943508222875e-38));
  const place = (centre, length) => Math.min(Math.max(Math.floor(SIDE / 2 - centre + 0.5), 0), SIDE - length);
  const [top, left] = [place(downs / mass, small.height), place(rights / mass, small.width)];
  const digit = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < small.height; row++) {
    digit.set(small.data.subarray(row * small.width, (row + 1) * small.width), (row + top) * SIDE + left);
  }
  return digit;
}

function resample(old, height, width) {
  const [rows, columns] = [shares(old.height, height), shares(old.width, width)];
  const narrow = picture(old.height, width);
  for (let row = 0; row < old.height; row++) {
    columns.forEach(({ start, weights }, column) => {
      const from = row * old.width + start;
      narrow.data[row * width + column] = weights.reduce((sum, weight, i) => sum + weight * old.data[from + i], 0);
    });
  }
  const small = picture(height, width);
  rows.forEach(({ start, weights }, row) => {
    for (let column = 0; column < width; column++) {
      const value = weights.reduce((sum, weight, i) => sum + weight * narrow.data[(start + i) * width + column], 0);
      small.data[row * width + column] = value;
    }
  });
  return small;
}

/** For each new pixel along one side: the old pixels that go into it, and how much of each; weights that sum to 1. */
function shares(old, count) {
  const step = old / count;
  return Array.from({ length: count }, (_, to) => {
    let start, end, weight;
    if (step >= 1) {
      const [from, until] = [to * step, (to + 1) * step];
      start = Math.floor(from);
      end = Math.min(Math.ceil(until), old);
      weight = (pixel) => Math.max(Math.min(until, pixel + 1) - Math.max(from, pixel), 0);
    } else {
      const centre = Math.min(Math.max((to + 0.5) * step - 0.5, 0), old - 1);
      start = Math.floor(centre);
      end = Math.min(start + 2, old);
      weight = (pixel) => Math.max(1 - Math.abs(centre - pixel), 0);
    }
    const weights = Array.from({ length: end - start }, (_, i) => weight(start + i));
    const sum = weights.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}
