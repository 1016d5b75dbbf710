// The Data page's closer look: what each series has day by day, how one spreads, what it lacks, what was corrected.
import assert from "node:assert/strict";
import { test } from "node:test";
import { analysed } from "../analysis.mjs";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";
import { decimals } from "../written.mjs";

const card = (name) => `section[aria-label='${name}']`;
const [LINES, CALENDAR, SPREAD, BOXES, GAPS, BETWEEN, REVISIONS] = ["Coverage by series", "Completeness", "Distribution", "By month", "Gaps", "Time between readings", "Corrections"].map(card);
const PERIOD = "from=2026-01-01&to=2026-06-30";

async function open({ address = `data?${PERIOD}`, width = 1280, language = "en", scheme = "light", routes = {}, ...options } = {}) {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  const given = await analysed(tab, options);
  for (const [path, json] of Object.entries(routes)) await tab.route(`**/api/v1${path}`, (route) => route.fulfill({ json }));
  await tab.goto(`${URL_BASE}/#/${address}`);
  await tab.waitForSelector(REVISIONS);
  await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
  return { tab, complaints, ...given, close: () => context.close() };
}

const words = async (tab, selector) => (await tab.innerText(selector)).replace(/[\s\u202f]+/g, " ");
const rowsOf = (tab, selector) => tab.$$eval(`${selector} tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.replace(/[\s\u202f]+/g, " "))));
const table = async (tab, selector) => {
  await tab.click(`${selector} button[aria-label=Table]`);
  return rowsOf(tab, selector);
};
const json = async (path) => (await fetch(`${URL_BASE}/api/v1${path}`)).json();

/** Ten days of a series: whole, but for one of half and one of nothing; the clock is put forward on the last. */
function tenDays(id) {
  const days = Array.from({ length: 10 }, (_, i) => ({ date: `2026-03-${20 + i}`, expected: 48, present: 48 }));
  days[3].present = 24;
  days[5].present = 0;
  Object.assign(days[9], { expected: 46, present: 46 });
  const reason = { code: "not_published_yet", en: "Enedis could not reach the meter.", fr: "Enedis n’a pas joint le compteur.", next_try: "2026-03-30T07:30:00Z" };
  return { id, step_seconds: 1800, ranges: [], gaps: [{ from: Date.parse("2026-03-24T23:00:00Z") / 1000, to: Date.parse("2026-03-25T23:00:00Z") / 1000, missing: 48, reason }], days };
}

for (const [width, scheme, language] of [[360, "dark", "fr"], [360, "light", "en"], [1280, "light", "fr"], [1280, "dark", "en"]]) {
  test(`the whole page, ${width} px, ${scheme}, ${language}`, async () => {
    const { tab, complaints, close } = await (async () => {
      const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme });
      const one = await context.newPage();
      const told = [];
      one.on("console", (message) => message.type() === "error" && told.push(message.text()));
      one.on("pageerror", (error) => told.push(String(error)));
      await analysed(one);
      await one.goto(`${URL_BASE}/#/data`);
      await one.waitForSelector("section.card canvas");
      await one.waitForFunction(() => !document.querySelector("[aria-busy]"));
      await one.waitForTimeout(300);
      return { tab: one, complaints: told, close: () => context.close() };
    })();
    await tab.screenshot({ path: `${SHOTS}data-closely-${width}-${scheme}.png`, fullPage: true });
    assert.deepEqual(complaints, []);
    assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.equal(await tab.$$eval(".plot", (plots) => plots.filter((plot) => !plot.querySelector("canvas")).length), 0);
    await close();
  });
}

test("each series has a line, with what it has of the period", async () => {
  const { tab, close } = await open();
  const kept = (await json("/series")).filter(({ points }) => points > 0);
  const rows = await table(tab, LINES);
  assert.equal(rows.length, kept.length);
  const curve = kept.findIndex(({ id }) => id === "linky.load_curve");
  const { days } = await json("/series/linky.load_curve/coverage?from=2026-01-01&to=2026-07-01");
  assert.equal(Number(rows[curve][2]), days.filter(({ expected, present }) => expected && present >= expected).length);
  await close();
});

test("a lost day and a half one are told by the keys, and Enter leads to their series", async () => {
  const { tab, complaints, close } = await open({ address: "data?from=2026-03-20&to=2026-03-29&series=gas.energy", routes: { "/series/linky.load_curve/coverage**": tenDays("linky.load_curve") } });
  const rows = await table(tab, LINES);
  const line = rows.findIndex(([name]) => name === "Load curve");
  assert.deepEqual(rows[line], ["Load curve", "84.9%", "8", "1", "1"]);
  await tab.focus(`${LINES} .plot`);
  for (let i = 0; i < line; i += 1) await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("ArrowDown");
  for (let i = 0; i < 3; i += 1) await tab.keyboard.press("ArrowRight");
  assert.match(await words(tab, `${LINES} .legend`), /^Load curve, 23 Mar 2026 24 of 48$/);
  for (let i = 0; i < 2; i += 1) await tab.keyboard.press("ArrowRight");
  assert.match(await words(tab, `${LINES} .legend`), /^Load curve, 25 Mar 2026 0 of 48$/);
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => location.hash.includes("series=linky.load_curve"));
  await tab.waitForFunction(() => document.querySelector(".choice select")?.value === "linky.load_curve");
  await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
  assert.match(await words(tab, CALENDAR), /84\.9% of what was expected: 1 day in part, 1 day with nothing\./);
  assert.deepEqual(await rowsOf(tab, GAPS), [["25 Mar, 00:00 – 26 Mar, 00:00", "Enedis could not reach the meter.", "48", "30 Mar, 09:30"]]);
  assert.deepEqual(complaints, []);
  await close();
});

test("the calendar tells each day, and lists those that are not whole", async () => {
  const { tab, close } = await open({ address: "data?from=2026-03-20&to=2026-03-29&series=linky.load_curve", routes: { "/series/linky.load_curve/coverage**": tenDays("linky.load_curve") } });
  assert.deepEqual(await table(tab, CALENDAR), [["23 Mar 2026", "24", "48"], ["25 Mar 2026", "0", "48"]]);
  // The period begins on a Friday: the keys find the first day that there is, and go no further than the last.
  await tab.focus(`${CALENDAR} .plot`);
  await tab.keyboard.press("ArrowRight");
  assert.match(await words(tab, `${CALENDAR} .legend`), /^Monday,? 23 March 2026 24 of 48$/);
  for (let i = 0; i < 9; i += 1) await tab.keyboard.press("ArrowDown");
  assert.match(await words(tab, `${CALENDAR} .legend`), /^Sunday,? 29 March 2026 46 of 46$/);
  await tab.keyboard.press("Escape");
  const over = await (await tab.waitForSelector(`${CALENDAR} .u-over`)).boundingBox();
  // The second column is the week of Monday 23 March.
  await tab.mouse.move(over.x + over.width * 0.75, over.y + over.height * (2.5 / 7));
  await tab.waitForFunction(() => /25 March 2026/.test(document.querySelector("section[aria-label='Completeness'] .legend").textContent));
  assert.match(await words(tab, `${CALENDAR} .legend`), /^Wednesday,? 25 March 2026 0 of 48$/);
  await close();
});

test("a histogram counts all values, its median and mean are told", async () => {
  const { tab, answer, asked, close } = await open({ address: `data?${PERIOD}&series=gas.energy` });
  const told = answer(asked.find(({ path }) => path.startsWith("/series/gas.energy/distribution") && !path.includes("bins")).path);
  const rows = await table(tab, SPREAD);
  assert.equal(rows.reduce((sum, row) => sum + Number(row[1].replace(",", "")), 0), told.count);
  assert.match(await words(tab, SPREAD), new RegExp(`Median ${Number(decimals(told.box.median, told.box.median < 10 ? 2 : 1))} kWh, mean`));
  await tab.click(`${SPREAD} >> text=month`);
  await tab.waitForFunction(() => location.hash.includes("by=month"));
  await close();
});

test("each month has its box, and one without values is a gap", async () => {
  const { tab, close } = await open({ address: `data?${PERIOD}&series=gas.energy`, instead: (path, method, answer) => (path.includes("from=2026-02-01") && path.includes("bins=1") && path.includes("to=2026-03-01") ? [200, { ...answer(path), count: 0, box: null, histogram: { edges: [], counts: [] } }] : null) });
  const rows = await table(tab, BOXES);
  assert.equal(rows.length, 6);
  assert.deepEqual(rows[1], ["Feb 2026", "–", "–", "–", "–"]);
  assert.notEqual(rows[2][1], "–");
  await close();
});

test("a series without values in the period says so, with no picture", async () => {
  const nothing = { id: "gas.energy", unit: "kWh", step: "raw", timezone: "Europe/Paris", from: "2026-01-01", to: "2026-07-01", count: 0, mean: null, standard_deviation: null, histogram: { edges: [], counts: [] }, box: null, between: null };
  const { tab, complaints, close } = await open({ address: `data?${PERIOD}&series=gas.energy`, routes: { "/series/gas.energy/distribution**": nothing } });
  assert.match(await words(tab, SPREAD), /No value in this period/);
  assert.match(await words(tab, BETWEEN), /No two readings in this period/);
  assert.deepEqual(complaints, []);
  await close();
});

test("the time between readings is told in its own units", async () => {
  const { tab, close } = await open({ address: `data?${PERIOD}&series=gas.energy` });
  const rows = await rowsOf(tab, BETWEEN);
  assert.deepEqual(rows.map(([length]) => length), ["1 d", "23 h", "3 d"]);
  await close();
});

test("a correction has both its values, their difference, when and from where", async () => {
  const start = Date.parse("2026-03-10T06:00:00Z") / 1000;
  const revisions = {
    id: "linky.load_curve", unit: "W",
    revisions: [
      { start, end: start + 1800, old: { value: 3804, quality: "estimated", batch: 1 }, new: { value: 3912, quality: "measured", batch: 2 }, replaced_at: start + 260000, kept: "new" },
      { start: start + 1800, end: start + 3600, old: { value: 50, quality: "measured", batch: 2 }, new: { value: 40.5, quality: "measured", batch: 3 }, replaced_at: start + 270000, kept: "old" },
    ],
    batches: { 2: { id: 2, connector: "linky", version: "1", source: "<b>gateway</b>, load curve", sha256: `a3f19c07${"0".repeat(52)}5e2b`, fetched_at: "2026-03-13T06:13:20Z", as_of: null } },
  };
  revisions.batches[2].version = "1.3.0";
  const origin = { id: "linky.load_curve", start, end: start + 1800, value: 3912, quality: "measured", batch: revisions.batches[2] };
  const { tab, close } = await open({ address: `data?${PERIOD}&series=linky.load_curve`, routes: { "/series/linky.load_curve/revisions**": revisions, "/series/linky.load_curve/points/*/origin": origin } });
  assert.deepEqual(await rowsOf(tab, REVISIONS), [
    ["Tue 10 Mar, 07:00–07:30", "3,804 W estimated", "3,912 W", "+108", "13 Mar, 07:13"],
    ["Tue 10 Mar, 07:30–08:00", "50 W", "40.5 W older, not kept", "−9.50", "13 Mar, 10:00"],
  ]);
  await tab.focus(`${REVISIONS} td button >> nth=0`);
  await tab.keyboard.press("Enter");
  await tab.waitForSelector(".origin dl");
  assert.equal((await words(tab, ".origin")).trim(), "Where this value comes from: Tue 10 Mar, 07:00–07:30 value 3,912 W connector linky 1.3.0 source <b>gateway</b>, load curve received 13 Mar, 07:13 before 3,804 W estimated fingerprint a3f19c07 … 5e2b");
  await close();
});

test("a series is chosen by the keyboard, which keeps the focus", async () => {
  const { tab, close } = await open();
  await tab.focus(".choice select");
  await tab.selectOption(".choice select", "gas.energy");
  await tab.waitForFunction(() => location.hash.includes("series=gas.energy"));
  await tab.waitForFunction(() => document.querySelector("section[aria-label='Completeness'] .swatch.gas"));
  assert.equal(await tab.evaluate(() => document.activeElement.tagName), "SELECT");
  await close();
});

test("a refused distribution takes nothing else with it", async () => {
  const { tab, close } = await open({ instead: () => [422, { title: "Unprocessable", status: 422, detail: "this series has one point" }] });
  assert.match(await words(tab, SPREAD), /no answer\. this series has one point/);
  assert.ok(await tab.$(`${CALENDAR} canvas`));
  assert.ok(await tab.$("section[aria-label='Series'] table"));
  await close();
});
