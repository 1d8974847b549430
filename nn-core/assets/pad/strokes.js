// Strokes as thick as MNIST's, and the digit in its place: strokes.rs in JavaScript.

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
    const { start, weights } = step >= 1 ? covered(old, to, step) : neighbours(old, to, step);
    const sum = weights.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

function covered(old, to, step) {
  const [from, until] = [to * step, (to + 1) * step];
  const start = Math.floor(from);
  const end = Math.min(Math.ceil(until), old);
  const weight = (pixel) => Math.max(Math.min(until, pixel + 1) - Math.max(from, pixel), 0);
  return { start, weights: Array.from({ length: end - start }, (_, i) => weight(start + i)) };
}

function neighbours(old, to, step) {
  const centre = Math.min(Math.max((to + 0.5) * step - 0.5, 0), old - 1);
  const start = Math.floor(centre);
  const end = Math.min(start + 2, old);
  const weight = (pixel) => Math.max(1 - Math.abs(centre - pixel), 0);
  return { start, weights: Array.from({ length: end - start }, (_, i) => weight(start + i)) };
}
