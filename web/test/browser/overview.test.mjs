// The first page, with what the daemon knows of the weather: degree-days, equal weather, what is out of the ordinary.
import assert from "node:assert/strict";
import { test } from "node:test";
import { analysed, degreeDays, FOUND } from "../analysis.mjs";
import { browser, URL_BASE } from "../chromium.mjs";

const MONTHS = "section[aria-label='Gas by month']";

/** `change`: by how many % the electricity of this year differs from last year's. */
async function open({ width = 1280, change, ...options } = {}) {
  const tab = await (await browser.newContext({ locale: "en-GB", viewport: { width, height: 900 } })).newPage();
  const given = await analysed(tab, options);
  if (change !== undefined) await tab.route(`**/api/v1/year-to-date?series=${given.meters.electricity.id}`, async (route) => {
    const told = await (await route.fetch()).json();
    told.years.at(-2).delta_percent = change;
    await route.fulfill({ json: told });
  });
  await tab.goto(`${URL_BASE}/#/overview`);
  await tab.waitForSelector("main canvas");
  return { tab, ...given, close: () => tab.context().close() };
}

const words = async (tab, selector) => (await tab.innerText(selector)).replace(/[\s\u202f]+/g, " ");
/** The last column of the months' table: degree-days. */
async function column(tab) {
  await tab.click(`${MONTHS} button >> nth=0`);
  return tab.$$eval(`${MONTHS} tbody tr`, (rows) => rows.map((row) => row.cells[3].textContent));
}

test("the months carry their degree-days, and the cursor tells them", async () => {
  const { tab, answer, today, close } = await open();
  const year = Number(today.slice(0, 4));
  const { value, coverage } = answer(`/degree-days?step=month&from=${year}-01-01&to=${year + 1}-01-01`);
  const month = Number(today.slice(5, 7));
  const told = value.map((one, i) => (one !== null && (coverage[i] >= 0.98 || i + 1 === month) ? Math.round(one).toLocaleString("en-GB") : "–"));
  assert.deepEqual(await column(tab), told);
  await tab.focus(`${MONTHS} .plot`);
  await tab.keyboard.press("Home");
  assert.match(await words(tab, `${MONTHS} .legend`), new RegExp(`^Jan .*HDD ${told[0]}$`));
  await close();
});

test("a month that lacks temperatures has no degree-days, rather than too few", async () => {
  const year = new Date().getFullYear();
  const missing = Array.from({ length: 20 }, (_, i) => `${year}-02-${String(i + 1).padStart(2, "0")}`);
  const { tab, close } = await open({ missing });
  const told = await column(tab);
  assert.equal(told[1], "–");
  assert.notEqual(told[0], "–");
  assert.match(await words(tab, ".trio >> nth=2"), /– HDD too many days without temperature/);
  await close();
});

test("the winter so far stands beside the meters, and what they would have used in equal weather", async () => {
  const { tab, today, close } = await open();
  const cards = await Promise.all([0, 1, 2].map((i) => words(tab, `.trio >> nth=${i}`)));
  for (const card of cards.slice(0, 2)) assert.match(card, /in equal weather: −8%, −13% to −3% \(95%\)/);
  assert.match(cards[2], /^Degree-days, 1 Jan to \d+ \w+ \d{4} [\d,]+ HDD [+−][\d.]+% against [\d,]+ HDD heating, base 18 °C$/);
  const until = cards[2].match(/to (\d+ \w+ \d{4})/)[1];
  const last = new Date(`${until} 12:00Z`);
  let all = 0;
  for (let day = new Date(`${today.slice(0, 4)}-01-01T12:00Z`); day <= last; day = new Date(day.getTime() + 86400000)) all += degreeDays(day.toISOString().slice(0, 10));
  assert.ok(cards[2].includes(`${Math.round(all).toLocaleString("en-GB")} HDD`), cards[2]);
  await close();
});

test("the sentence says what the weather has to do with a change: some of it, all of it, or the contrary", async () => {
  const cases = [[12, 1.04, / than to the same date last year \(the weather explains 4%\);/], [2, 1.04, /2% more .*?\(the weather explains it\);/], [-6, 1.08, /6% less .*?\(the weather would have made it 8% more\);/], [5, 1.001, /5% more than to the same date last year;/]];
  for (const [delta, share, said] of cases) {
    const { tab, close } = await open({
      change: delta,
      instead: (path, method, answer) => {
        if (!path.startsWith("/compare")) return null;
        const told = answer(path);
        return [200, { ...told, corrected: { ...told.corrected, expected_first: 1000 * share, expected_second: 1000 } }];
      },
    });
    assert.match(await words(tab, ".sentence"), said);
    await close();
  }
});

test("what is out of the ordinary of late is told, with the way to its day; what is silenced is not", async () => {
  const today = new Date().toISOString().slice(0, 10);
  const anomalies = [{ ...FOUND.anomalies[0], date: today }];
  // The newest reading is of the day before, or the one before that.
  const day = new Date(Date.parse(today) - 3 * 86400000).toISOString().slice(0, 10);
  anomalies[0].date = day;
  const loud = await open({ anomalies });
  const card = "section[aria-label='Worth knowing']";
  assert.match(await words(loud.tab, card), /Unusual day: 12 November 2026: 88 kWh, where the weather explains 20 to 63\./);
  assert.ok((await loud.tab.getAttribute(`${card} a >> nth=0`, "href")).includes(`date=${day}`));
  const { meters } = loud;
  await loud.close();
  const quiet = await open({ anomalies, muted: Object.values(meters).map(({ id }) => id) });
  assert.equal(await quiet.tab.$(card), null);
  await quiet.close();
});

test("a daemon that knows nothing of the weather leaves the rest as it is", async () => {
  const { tab, close } = await open({ instead: () => [404, { title: "Not Found", status: 404, detail: "there is nothing at this path" }] });
  assert.equal((await tab.$$(".number-card")).length >= 2, true);
  assert.equal((await tab.$$("main canvas")).length, 4);
  assert.deepEqual([await tab.$(".unreachable"), await tab.$("section[aria-label='Worth knowing']")], [null, null]);
  assert.doesNotMatch(await words(tab, `${MONTHS} .legend`), /HDD/);
  await close();
});
