// The epoch scrubber: a slider over the networks of a training.

/** Milliseconds from one epoch to the next while it plays. */
const BEAT = 800;
/** Hidden neurons side by side. */
const ACROSS = 6;
const SIDE = 28;

const HTML = `
<h2>Training, epoch by epoch</h2>
<p class="subtitle"></p>
<div class="controls">
  <span class="what">loss</span>
  <div class="chart" aria-hidden="true"><svg viewBox="0 0 100 54" preserveAspectRatio="none"><path></path></svg><i></i></div>
  <button type="button">▶ Play</button>
  <input type="range" min="0" step="1" aria-label="Epoch">
</div>
<p class="now-line"></p>
<div class="panels">
  <div class="units">
    <h3></h3>
    <p class="note">Weights of the 784 pixels: blue where ink speaks for the neuron, orange where it speaks against it.</p>
    <canvas class="pixels" role="img" aria-label="Weights as pictures"></canvas>
  </div>
  <div class="matrix">
    <h3>Which digits are taken for which</h3>
    <p class="note">A row for each label, a column for each answer; test set.</p>
    <table></table>
  </div>
  <div class="digits">
    <h3>Digits about which it changes its mind</h3>
    <p class="note">Its answer to one test digit of each label, and the output for that answer.</p>
    <ul></ul>
  </div>
</div>`;

function startScrubber(root, data, style) {
  const card = openCard(root, style, HTML);
  const find = (selector) => card.querySelector(selector);
  const [range, play, table] = [find("input"), find("button"), find("table")];
  const [units, pictures] = [data.weights, data.pictures].map((text) => new Uint8Array(bytesOf(text)));
  const last = data.frames.length - 1;
  const count = units.length / (data.frames.length * SIDE * SIDE);
  find(".subtitle").textContent = data.summary;

  find(".units h3").textContent = `What ${count < data.units ? `${count} of ` : ""}${data.units} ${data.kind} look for`;

  const canvas = find(".units canvas");
  const [across, rows] = [Math.min(ACROSS, count), Math.ceil(count / ACROSS)];
  [canvas.width, canvas.height] = [across * (SIDE + 1) - 1, rows * (SIDE + 1) - 1];
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;

  const header = data.frames[0].counts.map((_, answer) => `<th scope="col">${answer}</th>`).join("");
  const row = (cells, label) => `<tr><th scope="row">${label}</th>${cells.map(() => "<td></td>").join("")}</tr>`;
  table.innerHTML = `<thead><tr><td></td>${header}</tr></thead><tbody>${data.frames[0].counts.map(row).join("")}</tbody>`;

  find("ul").innerHTML = data.labels.map(() => `<li><canvas class="pixels" width="28" height="28"></canvas><b></b><span></span></li>`).join("");
  card.querySelectorAll("li canvas").forEach((canvas, digit) => {
    paint(canvas, (i) => Array(3).fill(pictures[digit * SIDE * SIDE + i]));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `A ${data.labels[digit]}`);
  });

  const most = Math.max(...data.frames.map((frame) => frame.loss));
  const at = (frame, i) => [last > 0 ? (100 * i) / last : 0, 50 - (46 * frame.loss) / most];
  find("path").setAttribute("d", `M${data.frames.map((frame, i) => at(frame, i).join(" ")).join("L")}`);

  function show() {
    const now = Number(range.value);
    const frame = data.frames[now];
    const text = `accuracy ${frame.accuracy.toFixed(4)}, loss ${frame.loss.toFixed(4)}`;
    find(".now-line").innerHTML = `<b>${frame.name}</b>: ${text}`;
    range.setAttribute("aria-valuetext", `${frame.name}: ${text}`);
    const [right, down] = at(frame, now);
    Object.assign(find(".chart i").style, { left: `${right}%`, top: `${down}px` });

    const colors = card.classList.contains("dark") ? COLORS.dark : COLORS.light;
    const [zero, inFavour, against] = [colors.zero, colors.positive, colors.negative].map(channelsOf);
    const start = now * count * SIDE * SIDE;
    const context = canvas.getContext("2d");
    for (let unit = 0; unit < count; unit++) {
      const pixels = context.createImageData(SIDE, SIDE);
      for (let i = 0; i < SIDE * SIDE; i++) {
        const weight = (units[start + unit * SIDE * SIDE + i] - 128) / 127;
        const towards = weight < 0 ? against : inFavour;
        const strength = Math.min(Math.abs(weight), 1);
        for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = zero[c] + strength * (towards[c] - zero[c]);
        pixels.data[4 * i + 3] = 255;
      }
      context.putImageData(pixels, (unit % ACROSS) * (SIDE + 1), Math.floor(unit / ACROSS) * (SIDE + 1));
    }

    table.querySelectorAll("tbody tr").forEach((row, label) => {
      const counts = frame.counts[label];
      const all = Math.max(counts.reduce((sum, count) => sum + count, 0), 1);
      row.querySelectorAll("td").forEach((cell, answer) => {
        const share = counts[answer] / all;
        const color = channelsOf(colors[label === answer ? "right-cell" : "wrong-cell"]).join(" ");
        const strength = label === answer ? 0.55 * share : Math.min(1.6 * Math.sqrt(share) * 0.5, 0.62);
        cell.textContent = counts[answer] > 0 ? counts[answer] : "";
        cell.style.background = `rgb(${color} / ${strength.toFixed(3)})`;
      });
    });

    card.querySelectorAll("li").forEach((item, digit) => {
      const [answer, output] = frame.answers[digit];
      const isRight = answer === data.labels[digit];
      item.className = isRight ? "right" : "wrong";
      item.querySelector("b").textContent = `${answer} ${isRight ? "✓" : "✗"}`;
      item.querySelector("span").textContent = data.probabilities ? percent(output) : output.toFixed(2);
    });
  }

  let timer = null;
  const stop = () => {
    clearInterval(timer);
    [timer, play.textContent] = [null, "▶ Play"];
  };
  play.addEventListener("click", () => {
    if (timer !== null) return stop();
    if (Number(range.value) === last) range.value = 0;
    play.textContent = "❚❚ Pause";
    show();
    timer = setInterval(() => {
      range.value = Number(range.value) + 1;
      show();
      if (Number(range.value) === last) stop();
    }, BEAT);
  });
  range.addEventListener("input", () => {
    if (timer !== null) stop();
    show();
  });
  new MutationObserver(show).observe(card, { attributes: true, attributeFilter: ["class"] });
  range.max = last;
  range.value = last;
  show();
}

function paint(canvas, color) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) pixels.data.set([...color(i), 255], 4 * i);
  context.putImageData(pixels, 0, 0);
}
