// A cell that is run before the kernel is built: it shows how far that is, and then runs.

import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { claim, shoot, until } from "./common.mjs";

/** What the set-up would write each second (`xtask/kernel/src/progress.rs`), written in its place. */
class SetUp {
  constructor(root) {
    this.file = path.join(root, "set-up.json");
    this.crates = 213;
    this.timer = setInterval(() => this.write(), 1000);
  }

  write() {
    this.crates += 1;
    return writeFile(this.file, JSON.stringify({ line: `Rust kernel: ${this.crates} of 336 crates, about 4 minutes` }));
  }

  async end() {
    clearInterval(this.timer);
    await rm(this.file, { force: true });
  }
}

export function earlyTests(lab, served, root) {
  async function earlyCell() {
    const setUp = new SetUp(root);
    await setUp.write();
    try {
      await lab.open(`${served}/early.ipynb`);
      const cell = await lab.cell("it has run");
      await lab.run(cell, false);
      const said = async () => /Rust kernel: (\d+) of 336 crates, about 4 minutes/.exec(await lab.output(cell))?.[1];
      const first = await until("the cell to say how far the kernel is", said);
      claim(Number(first) > 213, "a cell run too early says how far the kernel is", first);
      const later = await until("the number to grow", async () => Number(await said()) > Number(first) && said());
      claim((await lab.number(cell)) === "*", "it goes on saying so while the kernel is built", `${first}, then ${later}`);
      await shoot(cell, "lab-early-building");
    } finally {
      await setUp.end();
    }
    const cell = await lab.cell("it has run");
    await lab.ended(cell);
    const output = await lab.output(cell);
    claim(output.trim() === "it has run", "then it runs, and the progress is gone", output);
    await shoot(cell, "lab-early-run");
    claim(await readFile(setUp.file).then(() => false, () => true), "nothing is left of the set-up");
  }

  return [["a cell before the kernel is built", earlyCell]];
}
