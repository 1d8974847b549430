// What our kernel does in JupyterLab that Rust's kernels did not: errors that stop, ■ that keeps, a curve that grows, help.

import { claim, shoot, until } from "./common.mjs";

/** In seconds, on a slow and busy computer: how soon ■ ends a training. */
const MOMENT = 5;
const WHOLE = "&mut whole";
const CUT = "&mut cut";

/** The tests of `failure.ipynb` and `interrupt.ipynb`, to be run in their order; `served` is the notebooks' folder. */
export function kernelTests(lab, served) {
  const { page } = lab;

  /** Claims that *Run All* ends at the cell with `text`, whose error is shown with an arrow at the line with `line`. */
  async function claimStopsAt(text, kind, line, shot) {
    await lab.restartAndRunAll();
    const failed = await lab.cell(text);
    const numbers = await lab.numbers();
    const at = (await lab.codes()).findIndex((code) => code.includes(text));
    claim(numbers[at] === String(at + 1), `the cell that fails has run: ${kind}`, numbers.join(", "));
    claim(numbers.slice(at + 1).every((number) => number === ""), "no cell below it has run", numbers.join(", "));
    const error = await failed.locator(".jp-OutputArea-output").last().innerText();
    claim(error.startsWith(`${kind}: `), `its error begins with ${kind}`, error);
    const arrows = error.split("\n").filter((line) => line.includes("---->"));
    claim(arrows.length === 1 && arrows[0].includes(line), "an arrow is at its line", error);
    for (const theme of ["Dark", "Light"]) {
      await lab.theme(`JupyterLab ${theme}`);
      await shoot(page, `lab-${theme.toLowerCase()}-${shot}`);
    }
  }

  async function stopsAtFailures() {
    await lab.open(`${served}/failure.ipynb`);
    await claimStopsAt("numbers[kept]", "Panic", "numbers[kept]", "panic");
    const asked = await lab.run(await lab.append('println!("kept {kept}");'));
    claim(asked === "kept 42\n", "after a panic the variables are there", asked);
    const panicked = await lab.cell("so far so good");
    await lab.write(panicked, (await lab.code(panicked)).replace("[kept]", "[1]"));
    await claimStopsAt("read_to_string", "Error", "read_to_string(name)?", "error");
  }

  /** The picture below a cell while it runs, as soon as it is another one than `before`. */
  async function growing(cell, before) {
    const picture = cell.locator(".jp-OutputArea-output img").first();
    const source = await until("another picture of the curve", async () => {
      // The cell may draw the next one just now.
      const source = (await picture.count()) === 0 ? null : await picture.getAttribute("src", { timeout: 5_000 }).catch(() => null);
      return source !== before && source;
    });
    claim((await lab.number(cell)) === "*", "the curve is there while the cell runs");
    return source;
  }

  /** Of each output of a cell, from top to bottom, whether it is a figure or text. */
  const outputs = (cell) =>
    cell.locator(".jp-OutputArea-output").evaluateAll((outputs) => outputs.map((output) => (output.querySelector("img") ? "figure" : "text")).join(", "));

  let fingerprint;

  async function curveGrows() {
    await lab.open(`${served}/interrupt.ipynb`);
    for (const text of [":dep", "let mnist"]) await lab.run(await lab.cell(text));
    const whole = await lab.cell(WHOLE);
    await lab.run(whole, false);
    const one = await growing(whole, null);
    const first = await shoot(whole, "lab-light-curve-grows-1");
    await growing(whole, one);
    const second = await shoot(whole, "lab-light-curve-grows-2");
    claim(!first.equals(second), "two pictures of the cell that runs differ");
    claim((await outputs(whole)) === "text, figure", "the figure stands below the lines", await outputs(whole));
    claim((await lab.number(whole)) === "*", "all of that in the middle of the cell");
    await lab.ended(whole);
    const text = await lab.output(whole);
    claim((await outputs(whole)) === "text, figure", "at the end too, one figure below the lines", `${await outputs(whole)}: ${text}`);
    fingerprint = /fingerprint [0-9a-f]{8}/.exec(text)?.[0];
    claim(fingerprint && text.includes("Epoch 79:"), "the training comes to its end, with a fingerprint", text);
    const last = whole.locator(".jp-OutputArea-output img");
    const alt = await last.getAttribute("alt");
    claim(/Loss/.test(alt), "the last figure is the history's", alt);
    for (const theme of ["Dark", "Light"]) {
      await lab.theme(`JupyterLab ${theme}`);
      await shoot(last, `lab-${theme.toLowerCase()}-curve-whole`);
    }
    await page.keyboard.press("Control+S");
    const kept = await until("the cell to be saved", async () => {
      const cell = (await lab.saved(`${served}/interrupt.ipynb`)).find(({ source }) => source.includes(WHOLE));
      return cell.execution_count && cell.outputs;
    });
    claim(kept.map((output) => output.output_type).join(", ") === "stream, display_data", "the file holds the lines and one figure", JSON.stringify(kept).slice(0, 2000));
    claim(JSON.stringify(kept[1].data).includes(alt.split("\n")[0]), "which is the last one", JSON.stringify(kept[1].data).slice(0, 2000));
  }

  async function interruptKeepsEverything() {
    const cut = await lab.cell(CUT);
    await lab.run(cut, false);
    const behind = await lab.cell("queued behind");
    await lab.run(behind, false);
    await until("the third epoch", async () => (await lab.output(cut)).includes("Epoch 2:"));
    const start = Date.now();
    await page.getByTitle(/^Interrupt the kernel/).locator("visible=true").first().click();
    await lab.ended(cut);
    const seconds = (Date.now() - start) / 1000;
    claim(seconds < MOMENT, `■ stops the training within a moment: ${seconds} s`, `${seconds} s`);
    const said = await lab.output(cut);
    claim(/stopped in epoch \d+ of 80/.test(said), "it says in which epoch", said);
    claim(!said.includes("Epoch 79:") && !said.includes(fingerprint), "which is not the last one", said);
    claim(/fingerprint [0-9a-f]{8}/.test(said), "the cell goes on with the network so far", said);
    await until("what is queued behind it to be dropped", async () => (await lab.number(behind)) === "");
    claim((await lab.output(behind)) === "", "what was queued behind the cell does not run", await lab.output(behind));
    await shoot(page, "lab-light-interrupted");
    await shoot(cut, "lab-light-interrupted-cell");

    const answer = await lab.run(await lab.cell("cut.evaluate"));
    claim(Number(/accuracy (0\.\d+)/.exec(answer)?.[1]) > 0.7, "the next cell uses what the network has learned", answer);
    claim(answer.includes(fingerprint), "the variables from before are there", answer);
    const resumed = await lab.run(await lab.cell("training.resume"));
    claim(/Resum/.test(resumed), "the training says that it goes on from the checkpoint", resumed);
    claim(resumed.includes(fingerprint), "and ends with the same fingerprint", resumed);
    await shoot(page, "lab-light-resumed");
  }

  /** Tab and Shift+Tab, in a new cell of the notebook whose `network` has been trained. */
  async function help() {
    const cell = await lab.append("Network::new(");
    const tip = page.locator(".jp-Tooltip");
    await lab.press("Shift+Tab", tip);
    // JupyterLab fills it a moment later.
    const shown = await until("the documentation", async () => (await tip.innerText()).trim());
    claim(/fn new\(/.test(shown) && shown.includes("seed"), "Shift+Tab shows the signature", shown);
    claim(/sizes/.test(shown) && shown.length > 200, "with its documentation", shown);
    await shoot(page, "lab-light-shift-tab");
    await page.keyboard.press("Escape");
    await tip.waitFor({ state: "detached" });

    await lab.write(cell, "network.");
    const list = page.locator(".jp-Completer:visible");
    await lab.press("Tab", list);
    const names = (await list.locator(".jp-Completer-item .jp-Completer-match").allTextContents()).map((name) => name.trim());
    await shoot(page, "lab-light-tab");
    await page.keyboard.press("Escape");
    claim(names.includes("forward("), "Tab lists forward(", names.join(" "));
    claim(!names.some((name) => /recipe|logits_of|to_safetensors/.test(name)), "and nothing private", names.join(" "));
    const [own, general] = ["forward(", "clone("].map((name) => names.indexOf(name));
    claim(own < general || general === -1, "a network's own names come before everybody's", names.join(" "));
  }

  return [
    ["Run All stops at a cell that fails", stopsAtFailures],
    ["the curve grows while the cell runs", curveGrows],
    ["■ keeps everything", interruptKeepsEverything],
    ["Tab and Shift+Tab", help],
  ];
}
