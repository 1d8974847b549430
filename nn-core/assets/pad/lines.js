// Ruled and squared paper, its lines taken out: lines.rs in JavaScript.

const [SMALLEST, SHOWS] = [100, f32(0.5)];

function withoutLines(dark, noise) {
  if (Math.min(dark.height, dark.width) < SMALLEST) return 0;
  const lines = down(dark, noise);
  const side = turned(dark);
  const across = down(side, noise);
  if (across > 0) dark.data.set(turned(side).data);
  return lines + across;
}

function down(dark, noise) {
  const { height, width } = dark;
  const near = Math.ceil(Math.max(height, width) / 90);
  const smooth = smoothed(dark);
  const least = Math.max(f32(1.5 * noise), f32(0.04));
  const ridge = new Uint8Array(height * width);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const tone = smooth[i];
      if ((column < near || f32(tone - smooth[i - near]) > least)
        && (column + near >= width || f32(tone - smooth[i + near]) > least)) ridge[i] = 1;
    }
  }
  let best = new Int32Array(width);
  const steps = new Int8Array(height * width);
  for (let row = 0, i = 0; row < height; row++) {
    const above = best.slice();
    for (let column = 0; column < width; column++, i++) {
      let [most, step] = [above[column], 0];
      if (row % 6 === 5 && column > 0 && above[column - 1] - 1 > most) [most, step] = [above[column - 1] - 1, -1];
      if (row % 6 === 5 && column + 1 < width && above[column + 1] - 1 > most) [most, step] = [above[column + 1] - 1, 1];
      best[column] = most + ridge[i];
      steps[i] = step;
    }
  }
  const ends = [];
  for (let column = 0; column < width; column++) if (best[column] > f32(SHOWS * height)) ends.push(column);
  ends.sort((a, b) => best[b] - best[a] || a - b);
  const lines = [];
  for (const end of ends) {
    const way = new Int32Array(height).fill(end);
    for (let row = height - 1; row > 0; row--) way[row - 1] = way[row] + steps[row * width + way[row]];
    const isNew = lines.every((line) => Math.abs(way[0] - line[0]) > near && Math.abs(end - line[height - 1]) > near);
    if (isNew && shows(ridge, width, way)) lines.push(way);
  }
  for (const line of lines) fill(dark, smooth, ridge, line, near);
  return lines.length;
}

function smoothed({ height, width, data }) {
  const smooth = new Float32Array(height * width);
  const last = height - 1;
  for (let row = 0, i = 0; row < height; row++) {
    const from = [Math.max(row - 2, 0), Math.max(row - 1, 0), row, Math.min(row + 1, last), Math.min(row + 2, last)];
    const [a, b, c, d, e] = from.map((row) => row * width);
    for (let column = 0; column < width; column++, i++) {
      const sum = f32(f32(f32(data[a + column] + data[b + column]) + data[c + column]) + data[d + column]);
      smooth[i] = f32(sum + data[e + column]) * f32(0.2);
    }
  }
  return smooth;
}

function shows(ridge, width, way) {
  const share = (from, to) => {
    let count = 0;
    for (let row = from; row < to; row++) count += ridge[row * width + way[row]];
    return f32(count / (to - from));
  };
  const [height, tenth] = [way.length, Math.floor(way.length / 10)];
  return share(0, height) > SHOWS && share(0, tenth) > SHOWS && share(height - tenth, height) > SHOWS;
}

function fill({ width, data }, smooth, ridge, line, near) {
  let [left, right] = [0, 0];
  line.forEach((middle, row) => {
    const start = row * width;
    if (ridge[start + middle]) {
      const half = f32(0.5 * smooth[start + middle]);
      [left, right] = [0, 0];
      while (left < Math.min(near, middle) && smooth[start + middle - left - 1] > half) left += 1;
      while (right < Math.min(near, width - 1 - middle) && smooth[start + middle + right + 1] > half) right += 1;
    }
    const [first, last] = [middle - left - 2, middle + right + 2];
    const from = first >= 0 ? data[start + first] : last < width ? data[start + last] : 0;
    const to = last < width ? data[start + last] : from;
    for (let column = Math.max(first + 1, 0); column < Math.min(last, width); column++) {
      data[start + column] = from + f32(f32(to - from) * f32((column - first) / (last - first)));
    }
  });
}
