// The exported page, opened as a file: no network, formulas, figures, a pad that reads, accessible.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { claim, openBrowser, openPage, padOf, run, setting, shoot } from "./common.mjs";

const file = setting("NN_PAGE");
const browser = await openBrowser();
const pages = {};
for (const colorScheme of ["light", "dark"]) pages[colorScheme] = await openPage(browser, { colorScheme });
const page = pages.light;

async function opens() {
  for (const page of Object.values(pages)) {
    await page.goto(pathToFileURL(file).href);
    await page.evaluate(() => document.fonts.ready);
    claim(page.elsewhere.length === 0, "the page asks no other computer for anything", page.elsewhere.join("\n"));
    claim(page.problems.length === 0, "no request fails, no script errs", page.problems.join("\n"));
  }
  claim((await page.title()).length > 10, "the page has a title", await page.title());
  claim(await page.locator("html").getAttribute("lang"), "the page names its language");
  const keys = await page.locator("kbd").allTextContents();
  claim(keys.length > 0 && keys.every((key) => key !== ""), "keys to press have their names inside", keys);
}

async function formulas() {
  const found = await page.evaluate(() => {
    const formulas = [...document.querySelectorAll("math")];
    const text = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : node.matches("pre, code, math, script, style") ? "" : [...node.childNodes].map(text).join(""));
    return {
      count: formulas.length,
      empty: formulas.filter((formula) => formula.getBoundingClientRect().height < 5).length,
      raw: [...document.querySelectorAll(".jp-RenderedMarkdown")].map(text).filter((text) => /\$[^$\n]*[\\_^{][^$\n]*\$|\\frac|\\partial/.test(text)),
      fonts: [...document.fonts].filter((font) => font.family.includes("Math")).map((font) => font.status),
    };
  });
  claim(found.count > 30, "formulas are MathML", found.count);
  claim(found.empty === 0, "all of them are drawn", `${found.empty} that are not`);
  claim(found.raw.length === 0, "no formula is left as text", found.raw.join("\n"));
  claim(found.fonts.every((status) => status === "loaded") && found.fonts.length > 0, "their font is there", found.fonts);
}

async function figures() {
  const bad = await page.evaluate(() =>
    [...document.querySelectorAll("img")]
      .filter((img) => !(img.alt.length > 10 && img.naturalWidth > 0 && img.getBoundingClientRect().width > 50))
      .map((img) => `${img.alt.slice(0, 60)} ${img.naturalWidth}×${img.naturalHeight}`));
  const count = await page.locator("img").count();
  claim(count >= 20 && bad.length === 0, "all figures are visible and have a text alternative", `${count}, of them wrong: ${bad.join("; ")}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  claim(wide <= 0, "the page does not scroll sideways", `${wide} pixels`);
}

async function pads() {
  for (const [scheme, page] of Object.entries(pages)) {
    const pad = padOf(page);
    for (const digit of ["7", "0", "1"]) claim((await pad.draw(digit)) === digit, `the pad reads a ${digit}`);
    await pad.draw("7");
    await shoot(page, `page-${scheme}-pad`);
  }
}

async function accessible() {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  for (const [scheme, page] of Object.entries(pages)) {
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    const words = serious.map(({ id, nodes }) => `${id}, ${nodes.length}×: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.any[0]?.message ?? ""} ${node.html.slice(0, 100)}`).join(" | ")}`);
    claim(serious.length === 0, `axe-core finds nothing serious, ${scheme}`, words.join("\n"));
  }
}

/** The whole page in pictures that a person can look at. */
async function looks() {
  const tall = 2400;
  for (const [scheme, page] of Object.entries(pages)) {
    const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight }));
    for (let i = 0; i * tall < height; i++) {
      const clip = { x: 0, y: i * tall, width, height: Math.min(tall, height - i * tall) };
      await shoot(page, `page-${scheme}-${String(i + 1).padStart(2, "0")}`, { fullPage: true, clip });
    }
  }
  const narrow = await openPage(browser, { viewport: { width: 390, height: 844 } });
  await narrow.goto(pathToFileURL(file).href);
  await narrow.locator("img").nth(4).scrollIntoViewIfNeeded();
  await shoot(narrow, "page-narrow");
  const wide = await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  claim(wide <= 0, "on a telephone the page does not scroll sideways either", `${wide} pixels`);
}

await run(browser, page, [
  ["opens from a file", opens],
  ["formulas", formulas],
  ["figures", figures],
  ["the drawing pad", pads],
  ["axe-core", accessible],
  ["looks", looks],
]);
