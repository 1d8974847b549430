// What the browser tests share: a browser that reaches this computer alone, claims, screenshots, a pen.

import { chromium } from "playwright-core";
import { mkdir } from "node:fs/promises";
import path from "node:path";

export const setting = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`the variable ${name} is not set; these scripts are started by cargo xtask test`);
  return value;
};

const SCREENSHOTS = setting("NN_SCREENSHOTS");
/** Long enough for a slow, busy computer; nothing waits so long where all is well. */
export const PATIENCE = 120_000;

/** Opens Chromium with all names but this computer's unknown. */
export async function openBrowser() {
  await mkdir(SCREENSHOTS, { recursive: true });
  return chromium.launch({
    executablePath: setting("NN_BROWSER"),
    args: [
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-gpu", "--disable-quic", "--no-first-run",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}

/** A new page; `page.elsewhere` and `page.problems` collect requests to other computers, failed requests and script errors. */
export async function openPage(browser, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  page.setDefaultTimeout(PATIENCE);
  [page.elsewhere, page.problems] = [[], []];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["file:", "data:", "blob:"].includes(url.protocol) && url.hostname !== "127.0.0.1") page.elsewhere.push(request.url());
  });
  page.on("requestfailed", (request) => page.problems.push(`${request.failure()?.errorText} ${request.url()}`));
  page.on("pageerror", (error) => page.problems.push(`script error: ${error.message}`));
  return page;
}

let claims = 0;

/** Throws unless `holds`. */
export function claim(holds, what, found = "") {
  if (!holds) throw new Error(`not so: ${what}${found === "" ? "" : `; found ${found}`}`);
  claims += 1;
  console.log(`   ok: ${what}`);
}

/** Waits until `value()` is truthy and returns it. */
export async function until(what, value, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await value();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** A picture of the page, or of one element, for people to look at; returns its bytes. */
export async function shoot(target, name, options = {}) {
  // JupyterLab lays out cells that come into view a frame later.
  const page = target.page?.() ?? target;
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 200)))));
  return target.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), animations: "disabled", ...options });
}

/** Runs the tests of a script one after the other; the first that fails ends it, with a picture of what was seen. */
export async function run(browser, page, tests) {
  let failed = false;
  try {
    for (const [name, test] of tests) {
      console.log(`-- ${name}`);
      await test().catch(async (error) => {
        await shoot(page, "failed").catch(() => {});
        throw new Error(`${name}: ${error.message}\n   the page at that moment: ${path.join(SCREENSHOTS, "failed.png")}`);
      });
    }
    console.log(`${tests.length} tests, ${claims} claims`);
  } catch (error) {
    failed = true;
    console.error(`error: ${error.message}`);
  } finally {
    await browser.close();
  }
  process.exitCode = failed ? 1 : 0;
}

/** The strokes of some digits, in parts of the paper's side. */
export const STROKES = {
  1: [[[0.42, 0.3], [0.53, 0.2], [0.52, 0.5], [0.51, 0.8]]],
  7: [[[0.28, 0.25], [0.5, 0.24], [0.72, 0.25], [0.62, 0.45], [0.5, 0.8]]],
  0: [Array.from({ length: 21 }, (_, i) => {
    const turn = (2 * Math.PI * i) / 20 - Math.PI / 2;
    return [0.5 + 0.2 * Math.cos(turn), 0.5 + 0.29 * Math.sin(turn)];
  })],
};

/** The drawing pad of a page: its parts by what a screen reader would call them. */
export function padOf(page) {
  const paper = page.getByRole("img", { name: /paper to draw/i }).first();
  return {
    paper,
    button: (name) => page.getByRole("button", { name, exact: true }).first(),
    /** Clears the paper, draws the digit with the mouse, and returns what the pad reads. */
    async draw(digit) {
      await paper.scrollIntoViewIfNeeded();
      const clear = this.button("Clear");
      if (await clear.isEnabled()) await clear.click();
      const box = await paper.boundingBox();
      const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
      for (const stroke of STROKES[digit]) {
        await page.mouse.move(...at(stroke[0]));
        await page.mouse.down();
        for (const point of stroke.slice(1)) await page.mouse.move(...at(point), { steps: 6 });
        await page.mouse.up();
      }
      const verdict = page.locator(".verdict b").first();
      return until("the pad's answer", async () => {
        const text = (await verdict.textContent()).trim();
        return /^\d$/.test(text) && (await this.button("Save as PNG").isEnabled()) && this.settled(verdict, text);
      });
    },
    /** The answer, once it stays the same for a while: the pad answers while the pen still moves. */
    async settled(verdict, text) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return (await verdict.textContent()).trim() === text ? text : null;
    },
  };
}
