// Runs the drawing pad's own functions outside a page: node pad.js SCRIPT FOLDER
//
// FOLDER/inputs.f32: n rows of 784 numbers → FOLDER/outputs.f32: n rows of 10, and FOLDER/evidence.f32: of each row 784 numbers
// for the first digit, the second, …, if the network is one of relus
// FOLDER/pages/*.rgba: width and height as u32, then the pixels → FOLDER/digits/*.f32: 784 numbers, then 10 outputs, with
// the warnings in *.txt; no numbers for a blank page
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [script, folder] = process.argv.slice(2);
const pad = require(path.resolve(script));
const layers = pad.layersOf(pad.DATA.layers);
const floats = (file) => {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const write = (file, arrays) => {
  fs.writeFileSync(file, Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))));
};

const inputs = floats(path.join(folder, "inputs.f32"));
const outputs = [];
for (let start = 0; start < inputs.length; start += 784) {
  outputs.push(pad.forward(layers, inputs.subarray(start, start + 784)));
}
write(path.join(folder, "outputs.f32"), outputs);
const evidence = [];
for (let start = 0; start < inputs.length; start += 784) {
  for (let digit = 0; digit < 10; digit++) {
    evidence.push(pad.evidenceOf(layers, inputs.subarray(start, start + 784), digit) ?? new Float32Array(0));
  }
}
write(path.join(folder, "evidence.f32"), evidence);

const [pages, digits] = [path.join(folder, "pages"), path.join(folder, "digits")];
fs.mkdirSync(digits);
let milliseconds = 0;
for (const page of fs.readdirSync(pages)) {
  const bytes = fs.readFileSync(path.join(pages, page));
  const [width, height] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  const start = performance.now();
  const { digit, warnings } = pad.prepare(pad.greyOf(bytes.subarray(8), height, width));
  const answer = digit === null ? [] : [digit, pad.forward(layers, digit)];
  milliseconds += performance.now() - start;
  write(path.join(digits, page.replace(".rgba", ".f32")), answer);
  fs.writeFileSync(path.join(digits, page.replace(".rgba", ".txt")), warnings.join("\n"));
}
if (fs.readdirSync(pages).length > 0) console.log(`${fs.readdirSync(pages).length} pages, ${milliseconds.toFixed(0)} ms`);
