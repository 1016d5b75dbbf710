// No page breaks a rule of WCAG A or AA that a machine can check, in either language, light or dark, wide or narrow.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { analysed, FOUND } from "../analysis.mjs";
import { browser, URL_BASE } from "../chromium.mjs";
import { given } from "../forecasts.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
const PAGES = ["overview", "electricity", "gas", "grid", "data", "connectors", "import", "settings"];

async function violations(tab) {
  await tab.evaluate(AXE);
  const found = await tab.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }), TAGS);
  assert.ok(found.passes.length > 10, "the rules were run");
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target} ${node.any.concat(node.all, node.none).map((check) => check.message).join("; ")}`).join(" | ")}`);
}

for (const page of PAGES) {
  for (const colorScheme of ["light", "dark"]) {
    for (const language of ["fr", "en"]) {
      test(`${page}, ${colorScheme}, ${language}`, async () => {
        const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width: 1280, height: 900 }, colorScheme });
        const tab = await context.newPage();
        // The home's forecasts are of the days that its readings end with, the grid's of any.
        await given(tab, page === "grid" ? {} : { now: Date.now() / 1000, household: true });
        await analysed(tab, FOUND);
        await tab.goto(`${URL_BASE}/#/${page}`);
        await tab.waitForSelector("main h1");
        if (["overview", "electricity", "gas", "grid"].includes(page)) await tab.waitForSelector("canvas");
        if (page === "grid") await tab.waitForSelector("table.scores");
        await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
        assert.equal(await tab.getAttribute("html", "lang"), language);
        assert.deepEqual(await violations(tab), []);
        // The tables too: they hold what the pictures show.
        // A page that is drawn again has other buttons.
        const closed = tab.locator("button.tool[aria-pressed=false], main details:not([open]) > summary");
        for (let left = 100; left && await closed.count(); left--) await closed.first().click();
        assert.deepEqual(await violations(tab), [], "with the tables open");
        await tab.setViewportSize({ width: 360, height: 740 });
        await tab.waitForTimeout(100);
        if (page === "grid") await tab.click(".more summary");
        assert.deepEqual(await violations(tab), [], "on a phone");
        await context.close();
      });
    }
  }
}
