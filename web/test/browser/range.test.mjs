// The period chosen by two dates: in the address, moved by its own length, compared with a year earlier.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";

async function open(address, width = 1280) {
  const tab = await (await browser.newContext({ locale: "fr-FR", viewport: { width, height: 900 } })).newPage();
  await tab.goto(`${URL_BASE}/#/${address}`);
  await tab.waitForSelector("canvas");
  return tab;
}

test("two dates make a period that the address holds and the arrows move", async () => {
  const tab = await open("electricity");
  await tab.fill("input[name=from]", "2026-03-01");
  await tab.fill("input[name=to]", "2026-03-10");
  await tab.press("input[name=to]", "Enter");
  await tab.waitForFunction(() => location.hash.includes("from=2026-03-01&to=2026-03-10"));
  await tab.waitForFunction(() => document.querySelector(".sentence").textContent.includes("un an plus tôt"));
  await tab.click("button[data-move='-1']");
  await tab.waitForFunction(() => location.hash.includes("from=2026-02-19&to=2026-02-28"));
  await tab.click("button[aria-pressed='false'] >> text=Mois");
  await tab.waitForFunction(() => !location.hash.includes("from="));
  await tab.context().close();
});

for (const [name, dates, rows] of [["days", "from=2026-02-01&to=2026-03-20", 48], ["months", "from=2025-11-01&to=2026-10-31", 12]]) {
  test(`a free period by ${name}`, async () => {
    for (const width of [360, 1280]) {
      const tab = await open(`gas?${dates}`, width);
      await tab.waitForTimeout(300);
      await tab.screenshot({ path: `${SHOTS}gas-free-${name}-${width}.png`, fullPage: true });
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px`);
      await tab.click("section.card button >> nth=0");
      assert.equal(await tab.locator("section.card >> nth=0").locator("tbody tr").count(), rows);
      await tab.context().close();
    }
  });
}

test("a period that cuts its months counts only its own days", async () => {
  const [from, to] = ["2026-02-10", "2026-06-20"];
  const series = await (await fetch(`${URL_BASE}/api/v1/series`)).json();
  const { id } = series.find((one) => one.labels.role === "electricity.daily");
  const { value } = await (await fetch(`${URL_BASE}/api/v1/series/${id}/points?step=day&from=${from}&to=2026-06-21`)).json();
  const sum = Math.round(value.reduce((total, one) => total + (one ?? 0), 0));
  const tab = await open(`electricity?from=${from}&to=${to}`);
  const told = await tab.textContent(".sentence b");
  assert.equal(Number(told.replace(/[^0-9]/g, "")), sum);
  await tab.click("section.card button >> nth=0");
  assert.equal(await tab.locator("section.card >> nth=0").locator("tbody tr").count(), 5);
  await tab.context().close();
});
