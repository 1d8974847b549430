// The paper, how light it is at every place: paper.rs in JavaScript.

const [REACH, REACH_OF_STROKES, SMALL] = [f32(0.15), f32(0.08), 128];

const higher = (a, b) => (b > a ? b : a);
const lower = (a, b) => (b < a ? b : a);
const flipped = ({ height, width, data }) => ({ height, width, data: data.map((tone) => 1 - tone) });

function darkness(grey) {
  const { height, width } = grey;
  const light = inkIsLighter(grey) ? flipped(grey) : grey;
  const paper = closed(light, REACH);
  const tones = picture(height, width);
  for (let i = 0; i < tones.data.length; i++) {
    tones.data[i] = f32(paper.data[i] - light.data[i]) / Math.max(paper.data[i], f32(0.1));
  }
  const stride = Math.max(Math.floor(Math.max(height, width) / 160), 1);
  const places = [];
  for (let row = 0; row < height; row += stride) {
    for (let column = 0; column < width; column += stride) places.push(row * width + column);
  }
  const lit = f32(f32(0.75) * quantile(Float32Array.from(places, (at) => paper.data[at]), 0.75));
  const grain = (isLit) => grainOf(Float32Array.from(places.filter((at) => paper.data[at] >= lit === isLit), (at) => tones.data[at]));
  const [[middle, noise], [darkMiddle, darkNoise]] = [grain(true), grain(false)];
  const dark = f32(darkMiddle + f32(5 * higher(f32(darkNoise - noise), 0)));
  for (let i = 0; i < tones.data.length; i++) tones.data[i] -= paper.data[i] >= lit ? middle : dark;
  return { tones, noise, inTheDark: inTheDark(paper) };
}

function grainOf(tones) {
  const middle = quantile(tones.slice(), 0.5);
  return [middle, f32(quantile(tones.map((tone) => Math.abs(f32(tone - middle))), 0.25) / f32(0.319))];
}

function closed(light, reach) {
  const { height, width } = light;
  const radius = Math.ceil(f32(reach * Math.max(height, width)));
  const rows = slid(light, radius, -radius, height + 2 * radius, higher);
  const spread = slid(turned(rows), radius, -radius, width + 2 * radius, higher);
  const endless = slid(turned(slid(spread, radius, radius, width, lower)), radius, radius, height, lower);
  const inner = picture(width, height);
  for (let row = 0; row < width; row++) {
    const from = (row + radius) * spread.width + radius;
    inner.data.set(spread.data.subarray(from, from + height), row * height);
  }
  const paper = slid(turned(slid(inner, radius, 0, width, lower)), radius, 0, height, lower);
  for (let i = 0; i < paper.data.length; i++) {
    if (endless.data[i] > f32(0.75 * paper.data[i])) paper.data[i] = endless.data[i];
  }
  return paper;
}

function turned({ height, width, data }) {
  const side = picture(width, height);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) side.data[column * height + row] = data[i];
  }
  return side;
}

function slid({ height, width, data }, radius, start, count, pick) {
  const block = 2 * radius + 1;
  const [fromFirst, fromLast] = [data.slice(), data.slice()];
  const isHigher = pick === higher;
  // In place: each of `to`, from there on, against the one that many places before or after it.
  const merge = (tones, to, by) => {
    for (let i = to; i < to + width; i++) {
      const [a, b] = [tones[i], tones[i + by]];
      if (isHigher ? b > a : b < a) tones[i] = b;
    }
  };
  for (let row = 1; row < height; row++) if (row % block !== 0) merge(fromFirst, row * width, -width);
  for (let row = height - 1; row > 0; row--) if (row % block !== 0) merge(fromLast, (row - 1) * width, width);
  const result = picture(count, width);
  for (let row = 0; row < count; row++) {
    const first = Math.max(start + row - radius, 0);
    const last = Math.min(start + row + radius, height - 1);
    const [above, below] = [first * width, last * width];
    const to = row * width;
    if (Math.floor(first / block) !== Math.floor(last / block)) {
      for (let column = 0; column < width; column++) {
        const [a, b] = [fromLast[above + column], fromFirst[below + column]];
        result.data[to + column] = (isHigher ? b > a : b < a) ? b : a;
      }
    } else if (first % block === 0) {
      result.data.set(fromFirst.subarray(below, below + width), to);
    } else {
      result.data.set(fromLast.subarray(above, above + width), to);
    }
  }
  return result;
}

function inkIsLighter(grey) {
  const longer = Math.max(grey.height, grey.width);
  const part = (pixels) => Math.max(Math.floor((pixels * SMALL) / longer), 1);
  const small = longer > SMALL ? resample(grey, part(grey.height), part(grey.width)) : grey;
  const upper = closed(small, REACH_OF_STROKES).data;
  const under = flipped(closed(flipped(small), REACH_OF_STROKES)).data;
  const { height, width, data } = small;
  const apart = data.map((_, i) => f32(upper[i] - under[i]) / higher(upper[i], f32(0.1)));
  const most = apart.reduce(higher, 0);
  const changed = Uint8Array.from(apart, (apart) => (apart > f32(f32(0.7) * most) ? 1 : 0));
  let votes = 0;
  const vote = (outside, inside) => {
    const tone = data[outside];
    votes += f32(Math.abs(f32(tone - under[inside])) - Math.abs(f32(upper[inside] - tone)));
  };
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const [below, beside] = [i + 3 * width, i + 3];
      if (row + 3 < height && changed[i] !== changed[below]) vote(...(changed[i] ? [below, i] : [i, below]));
      if (column + 3 < width && changed[i] !== changed[beside]) vote(...(changed[i] ? [beside, i] : [i, beside]));
    }
  }
  if (4 * changed.reduce((sum, changed) => sum + changed, 0) > 3 * height * width) {
    changed.forEach((changed, i) => changed && vote(i, i));
  }
  return votes < 0;
}

function inTheDark({ height, width, data }) {
  const near = Math.ceil(Math.max(height, width) / 50);
  const isEdge = (a, b) => f32(higher(a, b) * 0.75) > lower(a, b);
  let [edges, lightest] = [0, 0];
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      lightest = higher(lightest, data[i]);
      if (row + near < height && isEdge(data[i], data[i + near * width])) edges += 1;
      if (column + near < width && isEdge(data[i], data[i + near])) edges += 1;
    }
  }
  if (3 * edges < near * Math.min(height, width)) return 0;
  return f32(data.reduce((count, tone) => count + (tone < f32(0.75 * lightest)), 0) / (height * width));
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

