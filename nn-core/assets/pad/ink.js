// What is ink, and how much of it: ink.rs in JavaScript.

function inverted({ tones, noise }) {
  const data = tones.data.slice();
  const least = Math.max(f32(5 * noise), f32(0.06));
  const inks = data.filter((tone) => tone > least);
  if (inks.length < 3) return null;
  const between = otsu(inks);
  const full = Math.max(quantile(inks.filter((tone) => tone > between), 0.5), least);
  const none = Math.min(f32(3 * noise), f32(0.5 * full));
  const range = f32(full - none);
  for (let i = 0; i < data.length; i++) data[i] = clamp(f32(f32(data[i] - none) / range));
  return { height: tones.height, width: tones.width, data };
}

const clamp = (value) => Math.min(Math.max(value, 0), 1);

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
