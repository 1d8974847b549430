// The drawing pad: paper, pen, and the network's answer while the pen moves.

/** Pixels per side of the paper, and the pen's width on it: what is saved, and what the network is shown. */
const PAPER = 400;
const PEN = 28;
/** Milliseconds from one answer to the next while the pen moves, and until an answer is spoken. */
const [PAUSE, SILENCE] = [30, 700];

const HTML = `
<h2>Draw a digit</h2>
<p class="subtitle"></p>
<div class="parts">
  <div class="draw">
    <div class="paper">
      <canvas width="${PAPER}" height="${PAPER}" role="img" aria-label="Paper to draw a digit on, with mouse, finger or pen"></canvas>
      <p class="hint" aria-hidden="true">Draw one digit here,<br>with mouse, finger or pen.</p>
    </div>
    <div class="buttons">
      <button type="button" class="undo" disabled>Undo</button>
      <button type="button" class="clear" disabled>Clear</button>
      <button type="button" class="save" disabled>Save as PNG</button>
    </div>
  </div>
  <div class="answer">
    <div class="read">
      <figure>
        <canvas class="pixels" width="28" height="28" role="img" aria-label="What the network sees, 28 by 28 pixels"></canvas>
        <figcaption>what it sees</figcaption>
      </figure>
      <figure class="why">
        <canvas class="pixels" width="28" height="28" role="img"></canvas>
        <figcaption></figcaption>
      </figure>
      <p class="verdict none"><b>?</b><span>waiting for a digit</span></p>
    </div>
    <ol aria-label="Output for each digit">${Array.from({ length: 10 }, (_, digit) =>
      `<li><span class="digit">${digit}</span><span class="track"><i></i></span><span class="value">–</span></li>`).join("")}</ol>
    <p class="warnings"></p>
  </div>
</div>
<p class="unseen" role="status" aria-live="polite"></p>`;

function startPad(root, network, style) {
  const card = openCard(root, style, HTML);
  const find = (selector) => card.querySelector(selector);
  const [canvas, seen, why] = [find(".paper canvas"), ...["figure canvas", ".why canvas"].map((selector) => find(selector).getContext("2d"))];
  const pen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const layers = layersOf(network.layers);
  find(".subtitle").textContent = network.summary;
  find(".why").hidden = evidenceOf(layers, new Float32Array(layers[0].fanIn), 0) === null;

  const strokes = [];
  let [pointer, answering, speaking] = [null, null, null];

  function redraw() {
    pen.fillStyle = COLORS.light.sheet;
    pen.fillRect(0, 0, PAPER, PAPER);
    [pen.strokeStyle, pen.lineCap, pen.lineJoin] = [COLORS.light.pen, "round", "round"];
    strokes.forEach((stroke) => drawStroke(pen, stroke));
    find(".hint").hidden = strokes.length > 0;
    for (const button of card.querySelectorAll("button")) button.disabled = strokes.length === 0;
    answering ??= setTimeout(answer, PAUSE);
  }

  function answer() {
    answering = null;
    const grey = greyOf(pen.getImageData(0, 0, PAPER, PAPER).data, PAPER, PAPER);
    const { digit, warnings } = strokes.length > 0 ? prepare(grey) : { digit: null, warnings: [] };
    const outputs = digit && forward(layers, digit);
    show(digit, outputs, warnings);
    showWhy(digit, outputs && argmax(outputs));
  }

  /** Over what the network sees, in its colours for positive and negative weights: what each pixel adds to the answer's logit. */
  function showWhy(digit, best) {
    const evidence = digit && evidenceOf(layers, digit, best);
    // Its place is kept, so that nothing moves when the first answer comes.
    find(".why").style.visibility = evidence ? "" : "hidden";
    if (!evidence) return;
    const largest = evidence.reduce((largest, e) => Math.max(largest, Math.abs(e)), 1e-9);
    const [positive, negative] = [COLORS.dark.positive, COLORS.dark.negative].map(channelsOf);
    const pixels = why.createImageData(28, 28);
    evidence.forEach((e, i) => {
      const [ink, share] = [255 * digit[i], Math.sqrt(Math.abs(e) / largest)];
      const channels = (e < 0 ? negative : positive).map((channel) => Math.round(0.3 * ink * (1 - share) + channel * share));
      pixels.data.set([...channels, 255], 4 * i);
    });
    why.putImageData(pixels, 0, 0);
    find(".why figcaption").innerHTML = `ink <b class="for">for ${best}</b>, <b class="against">against</b>`;
    why.canvas.setAttribute("aria-label", `Which ink says ${best}: blue speaks for it, orange against it`);
  }

  function show(digit, outputs, warnings) {
    const pixels = seen.createImageData(28, 28);
    for (let i = 0; i < 784; i++) {
      const ink = digit ? Math.round(255 * digit[i]) : 0;
      pixels.data.set([ink, ink, ink, 255], 4 * i);
    }
    seen.putImageData(pixels, 0, 0);
    const best = outputs && argmax(outputs);
    const text = (output) => (network.probabilities ? percent(output) : output.toFixed(2));
    const largest = outputs && (network.probabilities ? 1 : Math.max(...outputs.map(Math.abs), 1e-9));
    card.querySelectorAll("li").forEach((row, i) => {
      row.classList.toggle("best", i === best);
      row.querySelector("i").style.width = outputs ? `${100 * Math.max(outputs[i] / largest, 0)}%` : "0";
      row.querySelector(".value").textContent = outputs ? text(outputs[i]) : "–";
    });
    find(".verdict").classList.toggle("none", !outputs);
    find(".verdict b").textContent = outputs ? best : "?";
    find(".verdict span").textContent = outputs ? `read with ${text(outputs[best])}` : "waiting for a digit";
    find(".warnings").textContent = warnings.map((warning) => warning[0].toUpperCase() + warning.slice(1)).join(". ");
    clearTimeout(speaking);
    const spoken = outputs ? `The network reads ${best}, ${text(outputs[best])}. ${find(".warnings").textContent}` : "";
    speaking = setTimeout(() => (find("[role=status]").textContent = spoken), SILENCE);
  }

  function add(event) {
    const { left, top, width } = canvas.getBoundingClientRect();
    const [x, y] = [((event.clientX - left) * PAPER) / width, ((event.clientY - top) * PAPER) / width];
    const stroke = strokes[strokes.length - 1];
    const last = stroke[stroke.length - 1];
    // Smaller steps than this are a hand's trembling.
    if (last && Math.hypot(x - last.x, y - last.y) < 2) return;
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? 0.55 + 0.9 * event.pressure : 1;
    stroke.push({ x, y, width: PEN * pressure });
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    event.preventDefault();
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    strokes.push([]);
    add(event);
    redraw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const between = event.getCoalescedEvents?.() ?? [];
    (between.length > 0 ? between : [event]).forEach(add);
    redraw();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
  find(".undo").addEventListener("click", () => {
    strokes.pop();
    redraw();
  });
  find(".clear").addEventListener("click", () => {
    strokes.length = 0;
    redraw();
  });
  find(".save").addEventListener("click", () => {
    canvas.toBlob((file) => {
      const link = document.createElement("a");
      [link.href, link.download] = [URL.createObjectURL(file), "digit.png"];
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  });
  redraw();
}

/** A smooth line through the middles between the points, each piece as wide as its point says. */
function drawStroke(pen, points) {
  if (points.length === 1) {
    pen.fillStyle = pen.strokeStyle;
    pen.beginPath();
    pen.arc(points[0].x, points[0].y, points[0].width / 2, 0, 2 * Math.PI);
    pen.fill();
    return;
  }
  const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  points.forEach((point, i) => {
    const from = i === 0 ? point : middle(points[i - 1], point);
    const to = i === points.length - 1 ? point : middle(point, points[i + 1]);
    pen.lineWidth = point.width;
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.quadraticCurveTo(point.x, point.y, to.x, to.y);
    pen.stroke();
  });
}
