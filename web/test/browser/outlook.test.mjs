// Tomorrow at home, with the daemon's forecasts given: on a meter's page, on the first page, and nowhere without a job.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shift } from "../../js/time.js";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";
import { forecasts, given } from "../forecasts.mjs";
import { decimals } from "../written.mjs";

const SECONDS = 1000;
/** The daemon's own day: what is to come stands beside the last period only. */
const now = Math.floor(Date.now() / SECONDS);

async function open(page, { width = 1280, language = "en", scheme = "light", ...options } = {}) {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  const { answer } = await given(tab, { now, household: true, ...options });
  await tab.goto(`${URL_BASE}/#/${page}`);
  await tab.waitForSelector("main canvas");
  return { tab, answer, complaints, close: () => context.close() };
}

const words = async (tab, selector) => (await tab.innerText(selector)).replace(/[\s\u202f]+/g, " ");
const tomorrow = () => shift(new Date(now * SECONDS).toLocaleDateString("en-CA", { timeZone: "Europe/Paris" }), { days: 1 });
const one = (value) => decimals(value, 1);

test("the electricity page has tomorrow's energy, its four parts, its hours and the rest of the month", async () => {
  const { tab, answer, complaints, close } = await open("electricity");
  const run = answer(`/forecasts?target=linky.load_curve&day=${tomorrow()}`).runs[0];
  const said = await words(tab, "section.outlook >> nth=0");
  assert.match(said, /^Tomorrow, \w+ \d+ \w+ Energy expected /);
  assert.ok(said.includes(`${one(run.total.value)} kWh 80%: ${one(run.total.lower)} to ${one(run.total.upper)}`), said);
  const parts = await tab.$$eval("section.outlook tbody tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(parts, run.blocks.map((block, i) => [`${6 * i}:00–${6 * i + 6}:00`, one(block.value), `${one(block.lower)} – ${one(block.upper)}`]));
  assert.match(said, /To the end of \w+ 185 kWh 80%: 155 to 220 All of \w+ 640 kWh 80%: 610 to 675, 455 kWh of it read already/);
  assert.match(said, /Made on .*, 10:00, with forecast temperatures\. Days like this one and a filter for each hour, mixed\. Only 9 days of the load curve are known yet: bands are wider\. Over the last 30 days, it was off by \d\.\d\d kW each hour on average; the same hour a week before would have been by \d\.\d\d kW\.$/);
  const curve = "section[aria-label='Tomorrow, hour by hour']";
  await tab.waitForSelector(`${curve} .plot[role=slider]`);
  await tab.focus(`${curve} .plot`);
  await tab.keyboard.press("Home");
  // A quarter of the chances lies halfway between two of the nine levels.
  const level = (...names) => decimals(names.reduce((sum, name) => sum + run.quantiles[name][0], 0) / names.length / 1000, 2);
  assert.ok((await words(tab, `${curve} .legend`)).includes(`00:00–01:00 median ${decimals(run.value[0] / 1000, 2)} 50% ${level("0.2", "0.3")} – ${level("0.7", "0.8")} 80% ${level("0.1")} – ${level("0.9")}`));
  assert.deepEqual(complaints, []);
  await close();
});

test("a meter that is read by the day has an energy and no hours", async () => {
  const { tab, answer, close } = await open("gas");
  const run = answer(`/forecasts?target=gas.energy&day=${tomorrow()}`).runs[0];
  assert.equal((await tab.$$("section.outlook")).length, 1);
  assert.ok((await words(tab, "section.outlook")).includes(`${one(run.total.value)} kWh`));
  await close();
});

test("the first page has tomorrow's energy, with the way to its meter", async () => {
  const { tab, answer, close } = await open("overview");
  const run = answer(`/forecasts?target=linky.load_curve&day=${tomorrow()}`).runs[0];
  assert.equal(await words(tab, ".beside >> nth=0"), `Electricity, tomorrow, expected ${one(run.total.value)} kWh 80%: ${one(run.total.lower)} to ${one(run.total.upper)}`);
  assert.match(await tab.getAttribute(".beside >> nth=0", "href"), /#\/electricity/);
  await close();
});

for (const [name, options] of [["without a job of the home's", { household: false }], ["when it is refused", { instead: () => [404, { title: "Not Found", status: 404, detail: "there is nothing at this path" }] }]]) {
  test(`nothing stands there ${name}, and the rest does`, async () => {
    for (const page of ["overview", "electricity", "gas"]) {
      const { tab, close } = await open(page, options);
      assert.equal((await tab.$$(".outlook, .beside")).length, 0);
      assert.equal(await tab.$(".unreachable"), null);
      await close();
    }
  });
}

test("before the first forecast the page says when it comes; of a past week it says nothing", async () => {
  const waiting = await open("electricity", { ready: false });
  assert.match(await words(waiting.tab, "section.outlook"), /^Tomorrow No forecast yet\. The next is expected \d+ \w+, 10:00\. Forecast now$/);
  await waiting.close();
  const past = await open("electricity?step=week&date=2026-03-11");
  assert.equal((await past.tab.$$(".outlook")).length, 0);
  await past.close();
});

test("when tomorrow is not forecast yet, today is", async () => {
  const all = forecasts({ now, household: true });
  const { tab, close } = await open("electricity", { instead: (address) => (address.includes(`day=${tomorrow()}`) ? [200, { ...all(address), runs: [] }] : null) });
  assert.match(await words(tab, "section.outlook >> nth=0"), /^Today, /);
  await close();
});

for (const width of [360, 1280]) {
  test(`tomorrow fits ${width} px`, async () => {
    for (const page of ["electricity", "gas", "overview"]) {
      const { tab, close } = await open(page, { width, language: "fr", scheme: width === 360 ? "dark" : "light" });
      await tab.waitForTimeout(200);
      await tab.screenshot({ path: `${SHOTS}${page}-tomorrow-${width}.png`, fullPage: true });
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), page);
      await close();
    }
  });
}
