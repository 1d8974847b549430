// The README's pictures: elements of the exported page as a reader sees them, small enough for a repository.

import { pathToFileURL } from "node:url";
import { openBrowser, openPage, padOf, run, setting, shoot } from "./common.mjs";

const browser = await openBrowser();
const page = await openPage(browser, { viewport: { width: 1100, height: 1000 } });

/** The output of the first code cell that holds the text. */
const output = (text) => page.locator(".jp-CodeCell", { has: page.locator(".jp-InputArea").getByText(text) }).first().locator(".jp-OutputArea-output > *").first();

async function pictures() {
  await page.goto(pathToFileURL(setting("NN_PAGE")).href);
  await page.evaluate(() => document.fonts.ready);
  // The picture itself: the element around it is as low as a line of text.
  await shoot(output("history.plot()").locator("img"), "loss");
  const pad = padOf(page);
  await pad.draw("7");
  // As wide as its card, without the page beside it.
  await output("drawing_pad()").evaluate((element) => (element.style.maxWidth = "738px"));
  await shoot(output("drawing_pad()"), "pad");
  await shoot(output("network.mistakes("), "mistakes");
}

await run(browser, page, [["pictures", pictures]]);
