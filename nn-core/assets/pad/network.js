// The network: its weights out of their text, and forward propagation.

/**
 * Layers out of `{ activation, fanIn, fanOut, weights, low, scales, biases }`: base64 of little-endian numbers. Where there are
 * scales, one for each row of weights, these are integers of 20 bits: 16 bits each in `weights`, then 4 bits each in `low`.
 */
function layersOf(packed) {
  return packed.map(({ activation, fanIn, fanOut, weights, low, scales, biases }) => {
    const [scale, nibbles] = [new Float32Array(bytesOf(scales)), new Uint8Array(bytesOf(low))];
    const nibble = (i) => (nibbles[i >> 1] >> (4 * (i & 1))) & 15;
    const w = scale.length > 0
      ? Float32Array.from(new Int16Array(bytesOf(weights)), (high, i) => (16 * high + nibble(i)) * scale[Math.floor(i / fanIn)])
      : new Float32Array(bytesOf(weights));
    return { activation, fanIn, fanOut, w, b: new Float32Array(bytesOf(biases)) };
  });
}

/** The outputs for one example: z = a · Wᵀ + b, a = σ(z), layer by layer. */
function forward(layers, inputs) {
  let a = inputs;
  for (const { activation, fanIn, fanOut, w, b } of layers) {
    const z = new Float32Array(fanOut);
    for (let unit = 0; unit < fanOut; unit++) {
      let sum = b[unit];
      for (let i = 0; i < fanIn; i++) sum += w[unit * fanIn + i] * a[i];
      z[unit] = sum;
    }
    a = ACTIVATIONS[activation](z);
  }
  return a;
}

const ACTIVATIONS = {
  sigmoid: (z) => z.map((z) => 1 / (1 + Math.exp(-z))),
  tanh: (z) => z.map(Math.tanh),
  relu: (z) => z.map((z) => Math.max(z, 0)),
  identity: (z) => z,
  softmax: (z) => {
    const max = z.reduce((max, z) => Math.max(max, z), -Infinity);
    const e = z.map((z) => Math.exp(z - max));
    const sum = e.reduce((sum, e) => sum + e, 0);
    return e.map((e) => e / sum);
  },
};

const argmax = (outputs) => outputs.reduce((best, output, i) => (output > outputs[best] ? i : best), 0);
