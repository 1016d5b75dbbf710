// The grid's page, with the daemon's forecasts given: what it says is what they say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { digitsFor } from "../../js/forecast.js";
import { shift } from "../../js/time.js";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";
import { given, invented, NOW } from "../forecasts.mjs";
import { decimals } from "../written.mjs";

const CURVE = "section[aria-label='Load']";
const TODAY = "2026-03-31";
const SCORE = "/forecasts/score?target=rte.load&at=10:00";

async function open({ address = "grid", language = "en", width = 1280, scheme = "light", series, ...options } = {}) {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme, acceptDownloads: true, permissions: ["clipboard-read", "clipboard-write"] });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  const { asked, answer } = await given(tab, options);
  if (series) await tab.route("**/api/v1/series", async (route) => route.fulfill({ json: series(await (await route.fetch()).json()) }));
  await tab.goto(`${URL_BASE}/#/${address}`);
  await tab.waitForSelector("main h1");
  return { tab, asked, answer, complaints, close: () => context.close() };
}

const text = async (tab, selector) => (await tab.textContent(selector)).replace(/[\s\u202f]+/g, " ");
/** The scoreboard as rows of words. */
const board = async (tab) => {
  await tab.waitForSelector("table.scores");
  return Object.fromEntries(await tab.$$eval("table.scores tbody tr", (rows) => rows.map((row) => [row.querySelector("th").innerText.trim(), [...row.querySelectorAll("td")].slice(0, 5).map((cell) => cell.innerText.replace(/\s+/g, " ").trim())])));
};
const mape = (score, model) => score.models.find((one) => one.model === model).mape;

for (const width of [360, 1280]) {
  for (const scheme of ["light", "dark"]) {
    const language = scheme === "light" ? "fr" : "en";
    test(`the whole page, ${width} px, ${scheme}, ${language}`, async () => {
      const { tab, complaints, close } = await open({ width, scheme, language });
      await tab.waitForSelector("table.scores");
      await tab.waitForTimeout(300);
      await tab.screenshot({ path: `${SHOTS}grid-given-${width}-${scheme}.png`, fullPage: true });
      assert.equal((await tab.$$("main canvas")).length, 4);
      assert.deepEqual(complaints, []);
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await close();
    });
  }
}

test("the sentence says who was nearer yesterday, a loss as plainly as a win", async () => {
  const won = await open();
  const score = won.answer(`${SCORE}&from=2026-03-30&to=${TODAY}`);
  const errors = [mape(score, "watteau"), mape(score, "official")];
  const [ours, theirs] = errors.map((one) => `${decimals(one, digitsFor(...errors))}%`);
  assert.match(await text(won.tab, ".sentence"), new RegExp(`^We did better than RTE yesterday: ${ours} of error against ${theirs}\\. Of 30 days, we were ahead on \\d+\\.$`));
  await won.close();
  const lost = await open({ official: (at) => invented(at) * 1.002 });
  const other = lost.answer(`${SCORE}&from=2026-03-30&to=${TODAY}`);
  assert.match(await text(lost.tab, ".sentence"), new RegExp(`^RTE did better than us yesterday: 0\\.2% of error against ${decimals(mape(other, "watteau"), 1)}%\\. Of 30 days, we were never ahead\\.$`));
  const rows = await board(lost.tab);
  for (const cell of rows["ours minus RTE"]) assert.match(cell, /^lost \+\d\.\d\d$/);
  assert.deepEqual(rows["the best"], ["RTE", "RTE", "RTE", "RTE", "RTE"]);
  await lost.close();
});

test("the scoreboard holds the daemon's scores, the best in bold and in words", async () => {
  const { tab, answer, close } = await open();
  const rows = await board(tab);
  const periods = [["2026-03-30"], ["2026-03-24"], ["2026-03-01"], ["2026-01-01"], ["2025-01-01"]].map(([from]) => answer(`${SCORE}&from=${from}&to=${TODAY}`));
  const names = { watteau: "Ours", adaptive: "adaptive linear", chronos: "Chronos", official: "RTE", naive_d1: "As the day before", naive_d2: "As two days before", naive_d7: "As 7 days before" };
  assert.deepEqual(Object.keys(rows).slice(0, 8), ["Ours", "adaptive linear", "Chronos", "RTE", "ours minus RTE", "As the day before", "As two days before", "As 7 days before"]);
  for (const [model, name] of Object.entries(names)) {
    // What only a screen reader is told stands behind the number.
    assert.deepEqual(rows[name].map((cell) => cell.split(",")[0].trim()), periods.map((score) => decimals(mape(score, model), 2)), name);
  }
  const bold = await tab.$$eval("table.scores td b", (cells) => cells.map((cell) => cell.textContent));
  const least = periods.map((score) => decimals(Math.min(...score.models.map((one) => Number(decimals(one.mape, 2)))), 2));
  assert.deepEqual([...new Set(bold)].sort(), [...new Set(least)].sort());
  assert.deepEqual(rows["hours scored"], periods.map((score) => score.common_hours.toLocaleString("en-GB")));
  assert.deepEqual(rows["80% interval, held"], periods.map((score) => `${decimals(score.models[0].coverage_80, 1)}%`));
  assert.deepEqual(rows.temperatures, ["forecast", "forecast", "forecast", "mixed", "mixed"]);
  assert.match(await text(tab, "section[aria-label='Scoreboard'] > .note"), /measured temperatures stand in for forecasts/);
  const [download] = await Promise.all([tab.waitForEvent("download"), tab.click("section[aria-label='Scoreboard'] button[aria-label='CSV']")]);
  const csv = readFileSync(await download.path(), "utf8").split("\r\n");
  assert.match(csv[0], /"yesterday";"7 days";"30 days";"2026";"since 1 Jan 2025";"made"$/);
  assert.equal(csv.length, 1 + Object.keys(rows).length);
  await close();
});

test("the numbers are the last hour's, tomorrow's peak and the error of 30 days", async () => {
  const { tab, answer, close } = await open();
  const [load, peak, error] = await tab.$$eval("section.figure", (cards) => cards.map((card) => card.innerText.replace(/[\s\u202f]+/g, " ")));
  const last = Math.floor(NOW / 3600) * 3600 - 3600;
  assert.match(load, new RegExp(`^Load, 13:00–14:00 ${decimals(invented(last) / 1000, 1)} GW measured by RTE, 20 min ago RTE expected \\d\\d\\.\\d, we \\d\\d\\.\\d$`));
  const run = answer("/forecasts?target=rte.load&day=2026-04-01").runs[0];
  const most = Math.max(...run.value);
  const i = run.value.indexOf(most);
  const hour = String((new Date(run.start[i] * 1000).getUTCHours() + 2) % 24).padStart(2, "0");
  assert.ok(peak.startsWith(`Peak expected tomorrow, ${hour}:00–`), peak);
  assert.ok(peak.includes(` ${decimals(most / 1000, 1)} GW 80%: ${decimals(run.quantiles["0.1"][i] / 1000, 1)} to ${decimals(run.quantiles["0.9"][i] / 1000, 1)} RTE: not published yet`), peak);
  const score = answer(`${SCORE}&from=2026-03-01&to=${TODAY}`);
  assert.match(error, new RegExp(`^Error over 30 days ${Number(decimals(mape(score, "watteau"), 2))}\\d* % RTE .*, as the day before .* 80% interval: held .* with forecast temperatures$`));
  await close();
});

test("the keys walk the curve to tomorrow, where there is a forecast and nothing measured", async () => {
  const { tab, close } = await open();
  await tab.waitForSelector(`${CURVE} .plot[role=slider] canvas`);
  await tab.focus(`${CURVE} .plot`);
  await tab.keyboard.press("ArrowRight");
  assert.match(await text(tab, `${CURVE} .legend`), /^Thu 26 Mar, 00:00–01:00 ?measured \d\d\.\d ?ours \d\d\.\d ?RTE \d\d\.\d ?50% \d\d\.\d – \d\d\.\d ?80% \d\d\.\d – \d\d\.\d$/);
  await tab.keyboard.press("End");
  assert.match(await text(tab, `${CURVE} .legend`), /^Wed 1 Apr, 23:00–00:00 ?ours \d\d\.\d ?50% \d\d\.\d – \d\d\.\d ?80% \d\d\.\d – \d\d\.\d$/);
  assert.match(await tab.getAttribute(`${CURVE} .plot`, "aria-valuetext"), /^Wed 1 Apr, 23:00–00:00, ours/);
  await tab.click(`${CURVE} button[aria-label='Table']`);
  const rows = await tab.$$eval(`${CURVE} tbody tr`, (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.equal(rows.length, 7 * 24 - 1, "the clock is put forward on the 29th");
  assert.deepEqual(rows.at(-1).slice(1, 2).concat(rows.at(-1).slice(3, 4)), ["–", "–"], "neither measured nor RTE's yet");
  assert.match(await text(tab, `${CURVE} > .note`), /The axis does not start at zero\. Our forecast for tomorrow: made on 31 Mar, 10:00, with forecast temperatures\. RTE’s is not published yet\./);
  await close();
});

test("the curve shows how far the forecasts were off, in the address too", async () => {
  const { tab, answer, close } = await open();
  await tab.click(`${CURVE} button >> text=Difference from measured`);
  const card = "section[aria-label='Difference from measured']";
  await tab.waitForSelector(`${card} .plot[role=slider] canvas`);
  assert.match(tab.url(), /sight=gap/);
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), "Difference from measured", "the focus stays where it was");
  await tab.focus(`${card} .plot`);
  await tab.keyboard.press("ArrowRight");
  const curve = answer("/forecasts/curve?target=rte.load&from=2026-03-26&to=2026-03-27");
  const gap = (curve.value[0] - curve.actual[0]) / 1000;
  assert.ok((await text(tab, `${card} .legend`)).includes(`ours ${gap < 0 ? "−" : "+"}${decimals(Math.abs(gap), 2)}`));
  assert.match(await text(tab, `${card} > .note`), /above zero is too high/);
  await close();
});

test("the stretch of days and the time of issue are in the address, and asked for", async () => {
  const { tab, asked, close } = await open();
  await tab.click(".picker button >> text=30 d");
  await tab.waitForFunction(() => location.hash.includes("step=30d"));
  await tab.waitForFunction(() => /3 Mar – 1 Apr/.test(document.querySelector(".picker .spoken").textContent));
  assert.ok(asked.includes("/forecasts/curve?target=rte.load&at=10:00&from=2026-03-03&to=2026-04-02"));
  await tab.click(".options button >> text=20:00");
  await tab.waitForFunction(() => location.hash.includes("at=20"));
  await tab.waitForSelector(".options button[aria-pressed=true] >> text=20:00");
  assert.ok(asked.includes(`/forecasts/score?target=rte.load&at=20:00&from=2026-03-30&to=${TODAY}`));
  await tab.keyboard.press("ArrowLeft");
  await tab.waitForFunction(() => location.hash.includes("date=2026-03-02"));
  await tab.waitForFunction(() => /^1 Feb – 2 Mar/.test(document.querySelector(".picker .spoken").textContent));
  await tab.fill("input[name=from]", "2024-01-01");
  await tab.fill("input[name=to]", "2026-03-10");
  await tab.press("input[name=to]", "Enter");
  await tab.waitForFunction(() => document.querySelector("main").textContent.includes("Only the last 366 days"));
  await close();
});

test("what was replayed is marked, and its temperatures are named", async () => {
  const { tab, close } = await open({ live: "2026-03-29" });
  assert.match(await text(tab, `${CURVE} .legend`), /replayed/);
  assert.match(await text(tab, `${CURVE} > .note`), /measured temperatures stand in for forecasts/);
  await tab.waitForSelector(`${CURVE} .plot[role=slider] canvas`);
  await tab.focus(`${CURVE} .plot`);
  await tab.keyboard.press("ArrowRight");
  assert.match(await text(tab, `${CURVE} .legend`), /replayed$/);
  await tab.keyboard.press("End");
  assert.doesNotMatch(await text(tab, `${CURVE} .legend`), /replayed/);
  const [, , error] = await tab.$$eval("section.figure", (cards) => cards.map((card) => card.textContent));
  assert.match(error, /measured ones for replayed hours/);
  await close();
});

test("a hole of the load has its reason", async () => {
  const from = Date.parse("2026-03-27T06:00:00Z") / 1000;
  const load = (at) => (at >= from && at < from + 5 * 3600 ? null : invented(at));
  const { tab, close } = await open({ load, official: invented, gaps: [{ from, to: from + 5 * 3600, missing: 20, reason: { code: "absent", en: "RTE published nothing.", fr: "RTE n’a rien publié.", next_try: null } }] });
  assert.match(await text(tab, `${CURVE} .hole`), /^27 Mar, 07:00 – 27 Mar, 12:00: RTE published nothing\.$/);
  assert.match(await text(tab, `${CURVE} .legend`), /no reading/);
  await close();
});

test("errors by hour, by month and by day are in their tables", async () => {
  const { tab, answer, close } = await open();
  await tab.waitForSelector("table.scores");
  const rows = async (title) => {
    await tab.click(`section[aria-label='${title}'] button[aria-label='Table']`);
    return tab.$$eval(`section[aria-label='${title}'] tbody tr`, (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  };
  const hours = await rows("Error by hour");
  const groups = answer(`${SCORE}&from=2026-03-01&to=${TODAY}&by=hour`).groups;
  assert.equal(hours.length, 24);
  const seven = groups.find((one) => one.group === "7");
  assert.deepEqual(hours[7], ["07:00–08:00", decimals(mape(seven, "watteau"), 2), decimals(mape(seven, "official"), 2), "30"]);
  const months = await rows("Error by month");
  assert.deepEqual([months.length, months[0][0], months.at(-1)[0]], [15, "Jan 2025", "Mar 2026"]);
  const days = await rows("Gap to RTE, day by day");
  assert.deepEqual([days.length, days[0][0], days.at(-1)[0]], [30, "1 Mar 2026", "30 Mar 2026"]);
  const ahead = days.filter(([, gap]) => gap.startsWith("+")).length;
  assert.ok((await text(tab, ".sentence")).endsWith(`ahead on ${ahead}.`));
  await close();
});

test("the job says what it did last and when it runs next", async () => {
  const fine = await open();
  const facts = await text(fine.tab, "section[aria-label='The computation']");
  for (const word of ["31 Mar, 10:00", "stored, for 1 Apr", "31 Mar, 20:00", "to 1 h before", "The adaptive model", "grid_forecast"]) assert.ok(facts.includes(word), word);
  await fine.close();
  const broken = await open({ message: { en: "No temperature is known.", fr: "Aucune température." } });
  assert.match(await text(broken.tab, ".notice.our_fault"), /^The last forecast failed: No temperature is known\..*Next try 31 Mar, 20:00\.$/);
  await broken.close();
  const old = await open({ instead: (address) => (address.includes("/targets") ? [200, { targets: [{ ...targetOf(), last_run: null, last_day: "2026-03-20" }] }] : null) });
  assert.match(await text(old.tab, ".notice.waiting"), /^The forecasts end on 20 Mar 2026\./);
  await old.close();
});

const targetOf = () => ({ target: "rte.load", job: "grid_forecast", unit: "MW", official: "rte.forecast_d1", at: ["10:00", "20:00"], lag: "1h", models: ["watteau"], first_day: "2025-01-01", last_day: "2026-04-01", last_run: null });

test("without a job the page gives the lines to add, and copies them", async () => {
  const { tab, complaints, close } = await open({ national: false });
  const lines = await tab.textContent(".snippet");
  assert.match(lines, /\[jobs\.grid_forecast\]\nkind = "forecast"\ntarget = "rte\.load"/);
  assert.doesNotMatch(lines, /\[connectors/, "the demo has both connectors");
  await tab.click("button >> text=Copy");
  await tab.waitForSelector("text=Copied.");
  assert.equal(await tab.evaluate(() => navigator.clipboard.readText()), lines);
  await tab.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await tab.click("button >> text=Copy");
  assert.equal(await tab.evaluate(() => getSelection().toString().trim()), lines, "without a clipboard the lines are selected");
  assert.deepEqual(complaints, []);
  await close();
});

test("a series without a reading is told, with the way to its connector", async () => {
  const { tab, close } = await open({ series: (all) => all.map((one) => (one.id === "rte.load" ? { ...one, points: 0, latest: null } : one)) });
  assert.match(await text(tab, ".notice.waiting"), /rte\.load is empty/);
  assert.equal(await tab.getAttribute("main a", "href"), "#/connectors");
  await close();
});

test("before the first forecast the load is there with RTE's, and the time of the first", async () => {
  const { tab, complaints, close } = await open({ ready: false });
  assert.match(await text(tab, ".sentence"), /^No forecast yet\. The first is expected 31 Mar, 20:00\.$/);
  assert.match(await text(tab, `${CURVE} .legend`), /^measured ?RTE$/);
  assert.match(await text(tab, "section[aria-label='Scoreboard']"), /Nothing is scored yet/);
  assert.deepEqual(complaints, []);
  await close();
});

test("a score that is refused takes its own card only; one that is slow says so", async () => {
  const refusal = { type: "about:blank", title: "Busy", status: 500, detail: "The store is busy." };
  const refused = await open({ instead: (address) => (address.includes("by=month") ? [500, refusal] : null) });
  assert.match(await text(refused.tab, "section[aria-label='Scoreboard'] .notice"), /^Scoreboard: no answer\. ?The store is busy\.$/);
  assert.equal((await refused.tab.$$("main canvas")).length, 3);
  await refused.close();
  const curveless = await open({ instead: (address) => (address.includes("/curve") ? [500, refusal] : null) });
  assert.match(await text(curveless.tab, `${CURVE} .notice`), /The store is busy/);
  await curveless.tab.waitForSelector("table.scores");
  await curveless.close();
  const { tab, answer, close } = await open({ address: "data" });
  let let_go;
  const held = new Promise((done) => { let_go = done; });
  await tab.route("**/api/v1/forecasts/score?**by=month", async (route) => { await held; await route.fulfill({ json: answer(route.request().url().split("/api/v1")[1]) }); });
  await tab.evaluate(() => { location.hash = "#/grid"; });
  await tab.waitForSelector("section[aria-label='Scoreboard'][aria-busy=true]");
  assert.match(await text(tab, "section[aria-label='Scoreboard']"), /Loading…/);
  let_go();
  await tab.waitForSelector("section[aria-label='Error by month'] canvas");
  assert.equal((await tab.$$("[aria-busy]")).length, 0);
  await close();
});

test("a page that is long in coming says so at once", async () => {
  const { tab, close } = await open({ address: "data" });
  let let_go;
  const held = new Promise((done) => { let_go = done; });
  await tab.route("**/api/v1/forecasts/targets", async (route) => { await held; await route.fallback(); });
  await tab.evaluate(() => { location.hash = "#/grid"; });
  assert.equal(await (await tab.waitForSelector(".loading[role=status]")).textContent(), "Loading…");
  let_go();
  await tab.waitForSelector("table.scores");
  assert.equal(await tab.$(".loading"), null);
  await close();
});

test("a phone keeps four pages at hand and the others behind one entry", async () => {
  const { tab, close } = await open({ width: 360 });
  assert.equal(await tab.isVisible(".pages > li > a >> text=Import"), false);
  await tab.click(".more summary");
  await tab.click(".more li a >> text=Data");
  await tab.waitForFunction(() => location.hash.startsWith("#/data"));
  await tab.waitForFunction(() => !document.querySelector(".more details").open);
  await close();
});

test("the demo's own forecasts are what the page says of them", async (context) => {
  const ask = async (path) => (await fetch(`${URL_BASE}/api/v1/${path}`)).json();
  const target = (await ask("forecasts/targets")).targets?.find((one) => one.target === "rte.load");
  if (!target?.first_day) return context.skip("the demo has not forecast the load");
  const today = new Date().toLocaleDateString("en-CA", { timeZone: "Europe/Paris" });
  const day = (days) => shift(today, { days });
  const tab = await (await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 900 } })).newPage();
  await tab.goto(`${URL_BASE}/#/grid`);
  const rows = await board(tab);
  const score = (from) => ask(`forecasts/score?target=rte.load&at=${target.at[0]}&from=${from}&to=${day(0)}`);
  const scores = await Promise.all([day(-1), day(-7), day(-30), `${day(0).slice(0, 4)}-01-01`, target.first_day].map(score));
  for (const [model, name] of [["watteau", "Ours"], ["official", "RTE"], ["naive_d7", "As 7 days before"]]) {
    assert.deepEqual(rows[name].map((cell) => cell.split(",")[0].trim()), scores.map((one) => decimals(mape(one, model), 2)), name);
  }
  const [run] = (await ask(`forecasts?target=rte.load&day=${day(1)}`)).runs.filter((one) => one.role === "served" && one.at === target.at[0]);
  if (run) assert.ok((await text(tab, "section.figure >> nth=1")).includes(`${decimals(Math.max(...run.value) / 1000, 1)} GW`));
  assert.equal((await tab.$$("main canvas")).length, 4);
  await tab.context().close();
});
