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
  const dark = darkness(grey);
  if (dark.inTheDark > f32(0.05)) {
    const part = rounded(f32(100 * dark.inTheDark));
    warnings.push(`a table or a hard shadow, ${part} % of the picture, is taken out`);
  }
  const lines = withoutLines(dark.tones, dark.noise);
  if (lines > 0) warnings.push(`ruled paper: ${lines} line${lines === 1 ? " is" : "s are"} left out`);
  const ink = inverted(dark);
  if (ink === null) return { digit: null, warnings };
  const cropped = croppedTo(ink, warnings);
  return { digit: centred(fitted(adjusted(cropped))), warnings };
}

/** The whole number nearest, as Rust's `{:.0}` writes it: of two as near, the even one. */
function rounded(value) {
  const whole = Math.floor(value);
  if (value - whole !== 0.5) return Math.round(value);
  return whole % 2 === 0 ? whole : whole + 1;
}
