// mnist.ipynb in a real JupyterLab: run, change, draw; then cells that fail, are interrupted, ask for help.

import path from "node:path";
import { claim, openBrowser, openPage, padOf, run, setting, shoot, until } from "./common.mjs";
import { earlyTests } from "./early.mjs";
import { Lab } from "./jupyterlab.mjs";
import { kernelTests } from "./kernel.mjs";

const [url, token] = [setting("NN_LAB_URL"), setting("NN_LAB_TOKEN")];
const [served, folder] = [setting("NN_NOTEBOOKS_SERVED"), setting("NN_NOTEBOOKS")];

// Of section 6 and 7; the notebook's first cells hold nearly the same.
const TRAINING = "let training = Training::new";
const CURVE = "history.plot().size(";
// A matrix, so that a wrong answer is shown beside the card.
const EXERCISE = "∂loss/∂W of the last layer, for ten pictures";

const browser = await openBrowser();
const page = await openPage(browser);
const lab = new Lab(page, url, token);

/** The text alternative of the first picture below the cell with this text. */
const alt = async (text) => (await lab.cell(text)).locator(".jp-OutputArea-output img").first().getAttribute("alt");

async function runAll() {
  await lab.open(`${served}/mnist.ipynb`);
  await shoot(page, "lab-opened");
  // As committed, before any kernel has answered.
  await lab.claimFigures(20);
  await lab.restartAndRunAll();
  await lab.claimNoErrors();
  await lab.claimFigures(20);
  const training = await lab.output(await lab.cell(TRAINING));
  claim(/Epoch 9: accuracy: 0\.9/.test(training), "the training cell shows ten epochs", training);
}

async function looks() {
  for (const theme of ["Light", "Dark"]) {
    await lab.theme(`JupyterLab ${theme}`);
    const cells = { training: TRAINING, curve: CURVE, table: "mnist_train.csv.gz", digit: 'data::handwriting("../' };
    await lab.shootCells(`lab-${theme.toLowerCase()}`, cells);
    await page.locator(".jp-Notebook .jp-Cell").first().scrollIntoViewIfNeeded();
    await shoot(page, `lab-${theme.toLowerCase()}-top`);
    await lab.cell(CURVE);
    await shoot(page, `lab-${theme.toLowerCase()}-middle`);
  }
  await lab.theme("JupyterLab Light");
}

async function drawOnThePad() {
  const pad = padOf(page);
  for (const digit of ["1", "7", "0"]) {
    claim((await pad.draw(digit)) === digit, `the pad reads a ${digit} that the mouse drew`);
    const download = page.waitForEvent("download");
    await pad.button("Save as PNG").click();
    await (await download).saveAs(path.join(folder, `drawn-${digit}.png`));
    if (digit === "7") await shoot(page, "lab-light-pad");
  }
  const cell = await lab.append(
    'for digit in [1, 7, 0] {\n    println!("{digit} {}", network.classify(data::handwriting(format!("drawn-{digit}.png"))?.view())?);\n}',
  );
  const answers = await lab.run(cell);
  claim(answers.startsWith("1 1\n7 7\n0 0\n"), "the saved pictures are read to the same digits in a cell", answers);
}

/** An exercise as somebody meets it: asked, answered wrongly, answered, put back. */
async function cards() {
  const path = `${served}/mnist.ipynb`;
  const { source, metadata } = (await lab.saved(path)).find(({ source, metadata }) => metadata.exercise && source.includes(EXERCISE));
  const cell = await lab.cell(EXERCISE);
  const card = cell.getByRole("group", { name: `Exercise: ${EXERCISE}` });
  // What is out of sight has no inner text.
  const said = async () => (await card.textContent()).replace(/\s+/g, " ");
  claim((await said()).includes("your turn"), "an exercise that nobody has answered says: your turn", await said());
  let pictures = 0;
  for (const { source, says } of metadata.exercise.wrong) {
    await lab.write(cell, source);
    await lab.run(cell);
    claim((await said()).includes("✗") && (await said()).includes(says), `a wrong answer gets: ${says}`, await said());
    if ((await card.getByRole("img").count()) === 0) continue;
    pictures += 1;
    await card.scrollIntoViewIfNeeded();
    await shoot(card, "lab-light-card-wrong");
  }
  claim(pictures > 0, "and, where its shape is right, a picture of where it is off", `${pictures} pictures`);
  await lab.write(cell, metadata.exercise.solution);
  await lab.run(cell);
  await card.scrollIntoViewIfNeeded();
  claim((await said()).includes("✓"), "the solution gets a ✓", await said());
  await shoot(card, "lab-light-card-right");
  await lab.write(cell, source);
  await lab.run(cell);
  claim((await said()).includes("your turn"), "and without an answer it asks again", await said());
}

async function changeTheLearningRate() {
  const before = await alt(CURVE);
  const cell = await lab.cell(TRAINING);
  const code = await lab.code(cell);
  claim(code.includes(".learning_rate(0.01)"), "the training cell holds .learning_rate(0.01)", code);
  await lab.write(cell, code.replace(".learning_rate(0.01)", ".learning_rate(0.1)"));
  await lab.menu("Run", "Run Selected Cell and All Below");
  await lab.done();
  const after = await alt(CURVE);
  claim(after !== before, "with another learning rate the curve is another one", after);
  const accuracy = (text) => Number(/Epoch 9: accuracy: ([\d.]+)/.exec(text)?.[1]);
  const found = accuracy(await lab.output(await lab.cell(TRAINING)));
  claim(found > 0.95, "and the accuracy after ten epochs exceeds 0.95", found);
  await shoot(await lab.cell(CURVE), "lab-light-curve-of-other-rate");
}

/** JupyterLab follows no link to a heading in Chinese, so the contents lead to names in ASCII. */
async function chineseContents() {
  await lab.open(`${served}/mnist.zh-CN.ipynb`);
  const prose = page.locator(".jp-NotebookPanel:visible .jp-RenderedMarkdown");
  await prose.getByRole("link", { name: "6 训练", exact: true }).first().click();
  const heading = prose.getByRole("heading", { name: "6 训练" });
  await until("the heading to come into view", async () => (await heading.boundingBox())?.y < 800);
  claim(true, "an entry of the Chinese contents leads to its heading");
  await shoot(page, "lab-light-chinese");
}

async function quietNetwork() {
  claim(page.elsewhere.length === 0, "JupyterLab asked no other computer for anything", page.elsewhere.join("\n"));
}

await run(browser, page, [
  ...earlyTests(lab, served, setting("NN_LAB_ROOT")),
  ["restart and run all", runAll],
  ["light and dark", looks],
  ["the drawing pad", drawOnThePad],
  ["an exercise", cards],
  ["another learning rate", changeTheLearningRate],
  ...kernelTests(lab, served),
  ["contents in Chinese", chineseContents],
  ["no other computer", quietNetwork],
]);
await fetch(`${url}/api/shutdown`, { method: "POST", headers: { Authorization: `token ${token}` } }).catch(() => {});
