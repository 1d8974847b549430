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
    for (let neuron = 0; neuron < fanOut; neuron++) {
      let sum = b[neuron];
      for (let i = 0; i < fanIn; i++) sum += w[neuron * fanIn + i] * a[i];
      z[neuron] = sum;
    }
    a = ACTIVATIONS[activation](z);
  }
  return a;
}

/**
 * What each input adds to the logit of `digit`: Network::evidence in JavaScript, sums in its order. Null for a network whose
 * hidden layers are no relus: its logits are no sums over pixels.
 */
function evidenceOf(layers, inputs, digit) {
  const [hidden, last] = [layers.slice(0, -1), layers[layers.length - 1]];
  if (!hidden.every(({ activation }) => activation === "relu" || activation === "identity")) return null;
  const active = [];
  let a = inputs;
  for (const layer of hidden) {
    a = forward([layer], a);
    active.push(a.map((a) => (layer.activation === "identity" || a > 0 ? 1 : 0)));
  }
  let slopes = Float64Array.from(last.w.subarray(digit * last.fanIn, (digit + 1) * last.fanIn));
  for (const [l, { fanIn, w }] of [...hidden.entries()].reverse()) {
    const before = new Float64Array(fanIn);
    slopes.forEach((slope, neuron) => {
      if (!active[l][neuron]) return;
      for (let i = 0; i < fanIn; i++) before[i] += slope * w[neuron * fanIn + i];
    });
    slopes = before;
  }
  return Float32Array.from(inputs, (x, i) => x * slopes[i]);
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
