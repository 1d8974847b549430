// JupyterLab, as a person uses it: menus, cells, outputs.

import { claim, shoot, until } from "./common.mjs";

/** Trainings, or all cells, on a slow and busy computer; nothing waits so long where all is well. */
const ALL_CELLS = 1_200_000;

export class Lab {
  constructor(page, url, token) {
    Object.assign(this, { page, url, token });
  }

  async open(path) {
    await this.page.goto(`${this.url}/lab/tree/${path}?token=${this.token}&reset`);
    await this.page.locator(".jp-Notebook .jp-Cell").first().waitFor();
    await this.page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
    // JupyterLab adds the cells of a long notebook one after the other, and runs only those that it has.
    const count = (await this.saved(path)).length;
    await until(`the ${count} cells to be there`, async () => (await this.page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell").count()) === count);
    await this.idle();
  }

  /** The cells that the file holds, once it can be read: while Jupyter writes it, it is no notebook for a moment. */
  saved(path) {
    return until(`${path} to be a notebook`, async () => {
      const answer = await fetch(`${this.url}/api/contents/${path}`, { headers: { Authorization: `token ${this.token}` } });
      return answer.ok && (await answer.json()).content.cells;
    });
  }

  idle() {
    return this.page.locator('.jp-NotebookPanel:visible [data-status="idle"]').first().waitFor();
  }

  /** Chooses a command by the names in the menu bar: `menu("Kernel", "Restart Kernel and Run All Cells…")`. */
  async menu(...names) {
    const { page } = this;
    await page.getByRole("menubar").getByRole("menuitem", { name: names[0], exact: true }).click();
    const label = (name) => page.locator(".lm-Menu-itemLabel").getByText(name, { exact: true }).last();
    // A submenu opens when the pointer rests on its name.
    for (const name of names.slice(1, -1)) await label(name).hover();
    await label(names.at(-1)).click();
  }

  cells() {
    return this.page.locator(".jp-NotebookPanel:visible .jp-CodeCell");
  }

  /** The first code cell that holds the text. */
  async cell(text) {
    const cell = this.cells().filter({ has: this.page.locator(".jp-InputArea-editor").getByText(text) }).first();
    await cell.waitFor({ state: "attached" }).catch(() => {
      throw new Error(`the notebook has no code cell with: ${text}`);
    });
    await cell.scrollIntoViewIfNeeded();
    return cell;
  }

  async restartAndRunAll() {
    await this.menu("Kernel", "Restart Kernel and Run All Cells…");
    await this.page.locator(".jp-Dialog .jp-mod-accept").click();
    await this.page.locator(".jp-Dialog").waitFor({ state: "detached" });
    await this.done();
  }

  /** Waits until no cell is running or waiting and the last one has run. */
  async done() {
    // The cells are marked as waiting a moment after the command.
    await until("the cells to start", async () => (await this.numbers()).includes("*"));
    await until("the cells to end", async () => !(await this.numbers()).includes("*"), ALL_CELLS);
  }

  /** Replaces a cell's code. */
  async write(cell, code) {
    const editor = cell.locator(".cm-content");
    await editor.click();
    await this.page.keyboard.press("Control+A");
    await editor.evaluate((element, code) => {
      const data = new DataTransfer();
      data.setData("text/plain", code);
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, code);
    await until("the code to be there", async () => (await this.code(cell)) === code);
  }

  async code(cell) {
    return (await cell.locator(".cm-line").allTextContents()).join("\n");
  }

  /** Runs a cell; returns its printed text and results once it has ended, without waiting if `end` is false. */
  async run(cell, end = true) {
    const before = await this.number(cell);
    const begun = async () => (await this.number(cell)) !== before;
    // A notebook that has just been opened may not hear the first key.
    for (let tries = 0; tries < 10 && !(await begun()); tries++) {
      await cell.locator(".cm-content").click();
      await this.page.keyboard.press("Control+Enter");
      await until("the cell to begin", begun, 5_000).catch(() => {});
    }
    await until("the cell to begin", begun);
    if (end) await this.ended(cell);
    return this.output(cell);
  }

  /** Waits until a cell that has begun has a number again. */
  ended(cell) {
    return until("the cell to end", async () => /^\d+$/.test(await this.number(cell)), ALL_CELLS);
  }

  /** Presses a key in the cell that is being edited and waits for what it opens. */
  async press(key, what) {
    await this.page.keyboard.press(key);
    await what.first().waitFor();
  }

  async number(cell) {
    return (await cell.locator(".jp-InputArea-prompt").textContent()).replace(/[^\d*]/g, "");
  }

  /** The code of each code cell. */
  codes() {
    return this.cells().evaluateAll((cells) => cells.map((cell) => [...cell.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n")));
  }

  /** Of each code cell: a number, `*` while one waits or runs, nothing where one has not run. */
  numbers() {
    return this.cells().locator(".jp-InputArea-prompt").evaluateAll((prompts) => prompts.map((prompt) => prompt.textContent.replace(/[^\d*]/g, "")));
  }

  async output(cell) {
    return (await cell.locator(".jp-OutputArea-output").allTextContents()).join("\n");
  }

  /** A new code cell at the end. */
  async append(code) {
    const last = this.page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell").last();
    await last.scrollIntoViewIfNeeded();
    // Beside the code: left of it stands what folds the cell.
    await last.click({ position: { x: 40, y: 12 } });
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("b");
    const cell = this.cells().last();
    await this.write(cell, code);
    return cell;
  }

  /** Claims that no cell left an error or anything on stderr. */
  async claimNoErrors() {
    const errors = this.page.locator('.jp-NotebookPanel:visible [data-mime-type$="stderr"], .jp-NotebookPanel:visible [data-mime-type$="error"]');
    const texts = await errors.allTextContents();
    claim(texts.length === 0, "no cell writes an error", texts.join("\n").slice(0, 2000));
  }

  /** Claims that all pictures in outputs are visible, and named for those who do not see them. */
  async claimFigures(least) {
    const pictures = this.page.locator(".jp-NotebookPanel:visible .jp-OutputArea-output img");
    const count = await pictures.count();
    claim(count >= least, `at least ${least} figures`, count);
    for (let i = 0; i < count; i++) {
      const picture = pictures.nth(i);
      await picture.scrollIntoViewIfNeeded();
      const [alt, drawn] = await picture.evaluate((img) => [img.alt, img.complete && img.naturalWidth > 0]);
      const box = await picture.boundingBox();
      if (!(drawn && alt.length > 10 && box?.width > 50 && box?.height > 50)) {
        claim(false, "every figure is visible and has a text alternative", `figure ${i + 1}: ${JSON.stringify({ alt, drawn, box })}`);
      }
    }
    claim(true, `${count} figures are visible and have a text alternative`);
  }

  async theme(name) {
    await this.menu("Settings", "Theme", name);
    await this.page.locator(`body[data-jp-theme-name="${name}"]`).waitFor({ state: "attached" });
  }

  /** Pictures of the cells with these texts, with their outputs. */
  async shootCells(prefix, texts) {
    for (const [name, text] of Object.entries(texts)) await shoot(await this.cell(text), `${prefix}-${name}`);
  }
}
