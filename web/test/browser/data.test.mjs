// The Data page: what is kept, what it costs the card, and the ways to take it along.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browser, URL_BASE } from "../chromium.mjs";

async function open(prepare) {
  const tab = await (await browser.newContext({ locale: "fr-FR", viewport: { width: 1280, height: 900 }, acceptDownloads: true })).newPage();
  await prepare?.(tab);
  await tab.goto(`${URL_BASE}/#/data`);
  await tab.waitForSelector("main h1");
  await tab.waitForSelector("section.card table");
  return tab;
}

/** What a link or a button downloads. */
async function downloaded(tab, selector) {
  const [download] = await Promise.all([tab.waitForEvent("download"), tab.click(selector)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

const json = async (path) => (await fetch(`${URL_BASE}/api/v1${path}`)).json();

test("the sentence and the table say what the daemon keeps", async () => {
  const tab = await open();
  const [store, series] = [await json("/store"), (await json("/series")).filter((one) => one.points > 0)];
  const sentence = (await tab.textContent(".sentence")).replace(/[\s\u202f]/g, " ");
  assert.match(sentence, new RegExp(`^${store.points.toLocaleString("fr-FR").replace(/[\s\u202f]/g, " ")} mesures en ${series.length} séries`));
  assert.equal(await tab.locator("section[aria-label='Séries'] tbody tr").count(), series.length);
  await tab.context().close();
});

test("what was written is shown by day and by series, and the parts make the whole", async () => {
  const days = [
    { date: "2026-03-28", bytes: 40_000, series: { "linky.load_curve": 9_000, "gas.energy": 1_000 } },
    { date: "2026-03-29", bytes: 20_000, series: { "linky.load_curve": 3_000 } },
    { date: "2026-03-30", bytes: 6_000, series: {} },
  ];
  const tab = await open((page) => page.route("**/api/v1/store", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), written: days } });
  }));
  const shares = await tab.locator("section[aria-label='Part de chaque série'] tbody tr").allTextContents();
  assert.deepEqual(shares.map((row) => row.replace(/\s/g, " ")), [
    "Courbe de charge418 %", "Énergie gaz0,32 %", "le reste : index, provenance, état17,780 %",
  ]);
  const card = "section[aria-label='Écrit sur la carte']";
  assert.match((await tab.textContent(card)).replace(/\s/g, " "), /Un jour ordinaire : 40 ko, soit 15 Mo par an/);
  await tab.click(`${card} button >> nth=0`);
  assert.deepEqual((await tab.locator(`${card} tbody tr`).allTextContents()).map((row) => row.replace(/\s/g, " ")), ["28 mars 202640", "29 mars 202620", "30 mars 20266"]);
  await tab.context().close();
});

test("a backup, an export and one series come as files", async () => {
  const tab = await open();
  const backup = await downloaded(tab, "a.button[href*=backup]");
  assert.match(backup.name, /^watteau-\d{4}-\d\d-\d\d\.redb$/);
  assert.equal(backup.bytes.subarray(0, 4).toString(), "redb");
  const metrics = await downloaded(tab, "a.button[href*=openmetrics]");
  assert.match(metrics.name, /\.om$/);
  assert.ok(metrics.bytes.toString().endsWith("# EOF\n"));
  const one = (await downloaded(tab, "a[href*='series=gas.energy']")).bytes.toString().trim().split("\n");
  const gas = (await json("/series")).find(({ id }) => id === "gas.energy");
  assert.equal(one.length, 1 + gas.points);
  assert.ok(one.slice(1).every((line) => line.startsWith("gas.energy,")));
  await tab.context().close();
});

test("a check says that all is well, or what is not", async () => {
  const tab = await open();
  await tab.click("text=Vérifier");
  await tab.waitForSelector(".found [role=status]");
  assert.match(await tab.textContent(".found"), /Tout est tel qu’écrit/);
  await tab.route("**/api/v1/verification", (route) => route.fulfill({ json: { sound: false, points: 1, blocks: 1, rows: 1, damaged: ["the block of <b>linky</b>"], set_aside: 2 } }));
  await tab.click("text=Vérifier");
  await tab.waitForSelector(".found [role=alert]");
  assert.match(await tab.textContent(".found"), /abîmées.*the block of <b>linky<\/b>.*auparavant\s: 2/s);
  await tab.context().close();
});
