// The site, opened as files: both languages, light and dark, wide and narrow, accessible, its pads alive.

import { readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { claim, openBrowser, openPage, padOf, run, setting, shoot } from "./common.mjs";

const folder = setting("NN_SITE");
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const names = (await readdir(folder)).filter((name) => name.endsWith(".html")).sort();
const browser = await openBrowser();
const WIDE = { width: 1280, height: 900 }, NARROW = { width: 390, height: 844 };
const page = await openPage(browser, { viewport: WIDE });
const at = (name) => pathToFileURL(path.join(folder, name)).href;
const isChinese = (name) => name.includes(".zh-CN.");

async function open(page, name) {
  await page.goto(at(name));
  await page.evaluate(() => document.fonts.ready);
}

async function serious(page) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return found.map(({ id, nodes }) => `${id}, ${nodes.length}×: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 100)}`).join(" | ")}`);
}

/** What is wrong with the page in view. */
async function faults(page, name) {
  const lang = await page.locator("html").getAttribute("lang");
  const found = await page.evaluate(() => {
    const text = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : node.matches("pre, code, math, script, style") ? "" : [...node.childNodes].map(text).join(""));
    const prose = [...document.querySelectorAll(".jp-RenderedMarkdown")].map(text);
    return {
      open: [...document.querySelectorAll(".jp-RenderedMarkdown details")].filter((node) => node.children.length < 2).length,
      sideways: document.documentElement.scrollWidth - innerWidth,
      raw: prose.flatMap((text) => text.match(/.{0,20}(\*\*|\$[^$\n]*[\\_^{][^$\n]*\$|\]\().{0,20}/g) ?? []),
      gaps: [...document.querySelectorAll(".jp-RenderedMarkdown :is(p, li, td)")].flatMap((node) => [...node.childNodes])
        .filter((node) => node.nodeType === Node.TEXT_NODE).flatMap((node) => node.data.match(/.{0,10}[\u3001-\u9fff]\n[\u3001-\u9fff].{0,10}/g) ?? []),
    };
  });
  return [
    ...(lang === (isChinese(name) ? "zh-CN" : "en") ? [] : [`its language is ${lang}`]),
    ...(found.open > 0 ? [`${found.open} answers stand outside of what opens them`] : []),
    ...(found.sideways > 0 ? [`it scrolls sideways by ${found.sideways} pixels`] : []),
    ...found.raw.map((text) => `Markdown left as text: ${text}`),
    ...found.gaps.map((text) => `a gap between Chinese characters: ${text}`),
    ...page.elsewhere.map((address) => `it asks another computer for ${address}`),
    ...page.problems,
  ];
}

/** Every page in light and dark, wide and narrow; pictures of the indexes and of each page's beginning. */
async function everyPage() {
  for (const colorScheme of ["light", "dark"]) {
    const page = await openPage(browser, { colorScheme });
    for (const name of names) {
      const found = [];
      for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
        await page.setViewportSize(viewport);
        await open(page, name);
        found.push(...(await faults(page, name)));
        await shoot(page, `site-${name.replace(/\.html$/, "")}-${colorScheme}-${size}`, { fullPage: name.startsWith("index") });
      }
      found.push(...(await serious(page)));
      claim(found.length === 0, `${name}, ${colorScheme}: nothing wrong, wide and narrow, axe-core finds nothing serious`, found.join("\n"));
      [page.elsewhere.length, page.problems.length] = [0, 0];
    }
    await page.close();
  }
}

/** From the index to a notebook, to its other language, and back. */
async function links() {
  for (const index of ["index.html", "index.zh-CN.html"]) {
    await open(page, index);
    const broken = await page.evaluate(() => [...document.images].filter((img) => img.naturalWidth === 0).map((img) => img.src));
    claim(broken.length === 0, `${index}: all pictures are there`, broken.join("\n"));
    await page.locator("h3 a").first().click();
    const first = page.url();
    await page.locator("nav.home a").click();
    claim(page.url() === at(isChinese(first) ? "index.zh-CN.html" : "index.html"), `${index}: a notebook leads back to its index`, page.url());
  }
  for (const name of names.filter(isChinese).filter((name) => !name.startsWith("index"))) {
    await open(page, name);
    await page.getByRole("link", { name: "English", exact: true }).first().click();
    claim(page.url() === at(name.replace(".zh-CN", "")), `${name} leads to its original`, page.url());
    await page.getByRole("link", { name: "简体中文", exact: true }).first().click();
    claim(page.url() === at(name), "and that leads back", page.url());
  }
}

/** A click in the contents brings its heading to the top: also a heading in Chinese. */
async function contents() {
  for (const name of names.filter((name) => !name.startsWith("index"))) {
    await open(page, name);
    const entries = page.locator('.jp-RenderedMarkdown').first().locator('a[href^="#"]:not(.anchor-link)');
    const count = await entries.count();
    const missed = [];
    for (let i = 0; i < count; i++) {
      await page.evaluate(() => scrollTo(0, 0));
      await entries.nth(i).click();
      const place = await page.evaluate(() => {
        const heading = document.querySelector(":target");
        const end = document.documentElement.scrollHeight - innerHeight - scrollY;
        return heading ? { top: heading.getBoundingClientRect().top, end } : null;
      });
      if (!place || (Math.abs(place.top) > 40 && place.end > 1)) missed.push(await entries.nth(i).textContent());
    }
    claim(missed.length === 0, `${name}: each of ${count} entries of the contents leads to its heading`, missed.join(", "));
  }
}

/** Each exercise has its card, with a sign of how it stands, which a narrow page shows whole. */
async function cards() {
  await page.setViewportSize(NARROW);
  for (const name of names.filter((name) => !name.startsWith("index"))) {
    await open(page, name);
    const asked = await page.locator(".jp-CodeCell .jp-InputArea").filter({ hasText: /\bcheck\("/ }).count();
    const cards = page.getByRole("group", { name: /^Exercise: / });
    const wrong = [];
    for (const card of await cards.all()) {
      const [box, text] = [await card.boundingBox(), await card.innerText()];
      if (!box || box.x < 0 || box.x + box.width > NARROW.width || box.height < 30 || !/^(…|✓|✗) /.test(text)) wrong.push(`${text}: ${JSON.stringify(box)}`);
    }
    const count = await cards.count();
    claim(count === asked && wrong.length === 0, `${name}: ${asked} exercises that check themselves, each with its card`, `${count} cards; ${wrong.join("\n")}`);
  }
  await page.setViewportSize(WIDE);
}

/** A hosting page shows no file that is larger than a few megabytes. */
async function sizes() {
  for (const name of names) {
    const { size } = await stat(path.join(folder, name));
    claim(size < 4e6, `${name}: less than 4 MB`, `${size} bytes`);
  }
}

async function pads() {
  for (const name of names.filter((name) => name.startsWith("mnist."))) {
    await open(page, name);
    const pad = padOf(page);
    for (const digit of ["7", "0"]) claim((await pad.draw(digit)) === digit, `${name}: the pad reads a ${digit}`);
  }
}

await run(browser, page, [
  ["every page", everyPage],
  ["links", links],
  ["contents", contents],
  ["the cards", cards],
  ["sizes", sizes],
  ["the drawing pads", pads],
]);
