// Electricity and gas: why it was so much, with the daemon's analysis given. What the page says is what it says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { analysed, FOUND } from "../analysis.mjs";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";
import { decimals } from "../written.mjs";

const card = (name) => `section[aria-label='${name}']`;
const [MODEL, KNOWN, YEARS, WEEK, BASE, PEAKS, COMPARE] = ["What the weather explains", "Worth knowing", "Electricity, months by year", "Usual week", "Base load", "Peaks", "Compare two periods"].map(card);

async function open({ address = "electricity", width = 1280, language = "en", scheme = "light", ...options } = {}) {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  const given = await analysed(tab, { ...FOUND, ...options });
  await tab.goto(`${URL_BASE}/#/${address}`);
  await tab.waitForSelector("section.compare, main [role=alert]");
  await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
  return { tab, complaints, ...given, close: () => context.close() };
}

const words = async (tab, selector) => (await tab.innerText(selector)).replace(/[\s\u202f]+/g, " ");
const table = async (tab, selector) => {
  await tab.click(`${selector} button[aria-label=Table]`);
  return tab.$$eval(`${selector} .plot + .scroll tbody tr`, (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/[\s\u202f]+/g, " "))));
};
const picture = (tab, selector) => tab.$eval(`${selector} canvas`, (canvas) => canvas.toDataURL());

for (const page of ["electricity", "gas"]) {
  for (const [width, scheme, language] of [[360, "dark", "fr"], [1280, "light", "en"], [1280, "dark", "fr"], [360, "light", "en"]]) {
    test(`${page}, ${width} px, ${scheme}, ${language}`, async () => {
      const { tab, complaints, close } = await open({ address: page, width, scheme, language, outside: { "2026-10": 1.68 } });
      await tab.waitForTimeout(300);
      await tab.screenshot({ path: `${SHOTS}${page}-why-${width}-${scheme}.png`, fullPage: true });
      assert.deepEqual(complaints, []);
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      const empty = await tab.$$eval(".plot", (plots) => plots.filter((plot) => !plot.querySelector("canvas")).length);
      assert.equal(empty, 0, "each plot is drawn");
      await close();
    });
  }
}

test("the months stand beside their model, what is outside is named with its size", async () => {
  const { tab, answer, close } = await open({ outside: { "2026-10": 1.68 } });
  assert.match(await words(tab, MODEL), /October 2026: 68% more than the weather explains\. Of the last 12 months, 1 is outside its 95% interval\./);
  const { months } = answer("/regressions/electricity_weather");
  const rows = await table(tab, MODEL);
  assert.equal(rows.length, months.length);
  const october = months.findIndex(({ month }) => month === "2026-10");
  const whole = (value) => Math.round(value).toLocaleString("en-GB");
  assert.deepEqual(rows[october], ["Oct 2026", `${whole(months[october].actual)} kWh`, `${whole(months[october].predicted)} kWh`, `${whole(months[october].lower)} – ${whole(months[october].upper)}`, whole(months[october].degree_days), ""]);
  assert.match(rows.at(-1)[1], /\(incomplete\)$/);
  await tab.focus(`${MODEL} .plot`);
  for (const key of ["End", "ArrowLeft"]) await tab.keyboard.press(key);
  assert.match(await words(tab, `${MODEL} .legend`), new RegExp(`^Oct 2026 ${whole(months[october].actual)} kWh model ${whole(months[october].predicted)} kWh 95%: ${rows[october][3]}$`));
  await tab.click(`${MODEL} summary`);
  assert.match(await words(tab, `${MODEL} .learnt`), /Constant, by day 1\.74 kWh\/d ± 0\.53 By degree below the base 9\.95 kWh\/d\/°C ± 0\.33 Heats below 17 °C R² 0\.972 .* 10\.4%/);
  await close();
});

test("a model is worked out again on a button, and a refusal of it is said", async () => {
  let refuse = true;
  const { tab, asked, close } = await open({ instead: (path) => (path.endsWith("/fit") && refuse ? [422, { title: "Unprocessable", status: 422, detail: "no temperature is known" }] : null) });
  await tab.click(`${MODEL} summary`);
  await tab.click("text=Work it out again");
  await tab.waitForFunction(() => /no temperature is known/.test(document.querySelector(".learnt").textContent));
  refuse = false;
  await tab.click("text=Work it out again");
  await tab.waitForFunction(() => !/no temperature/.test(document.querySelector(".learnt").textContent));
  assert.deepEqual(asked.filter(({ method }) => method === "POST").map(({ path }) => path), Array(2).fill("/regressions/electricity_weather/fit"));
  await tab.waitForSelector(`${MODEL} canvas`);
  await close();
});

test("a finding of another series is silenced with its meter", async () => {
  const night = { ...FOUND.anomalies[0], kind: "base_load", series: "linky.load_curve" };
  const { tab, asked, close } = await open({ anomalies: [night] });
  await tab.click(`${KNOWN} .mute`);
  await tab.waitForSelector(`${KNOWN} .mute[aria-pressed=true]`);
  assert.deepEqual(asked.filter(({ method }) => method === "PUT").map(({ path }) => path), ["/series/linky.daily_energy/muted", "/series/linky.load_curve/muted"]);
  await close();
});

test("the days carry their degree-days, a day without temperatures is a gap", async () => {
  const { tab, answer, close } = await open({ address: "gas?step=month&date=2026-03-15", missing: ["2026-03-04"] });
  const days = card("Gas by day");
  const rows = await table(tab, days);
  const { value } = answer("/degree-days?step=day&from=2026-03-01&to=2026-04-01");
  assert.deepEqual(rows.map((row) => row[3]), value.map((one) => (one === null ? "–" : decimals(one, 1))));
  assert.equal(rows[3][3], "–");
  await tab.focus(`${days} .plot`);
  await tab.keyboard.press("Home");
  assert.match(await words(tab, `${days} .legend`), new RegExp(`HDD ${decimals(value[0], 1)}$`));
  await close();
});

test("a month without a reading has no bar, and none is said of it", async () => {
  const { tab, close } = await open({ instead: (path, method, answer) => {
    if (path !== "/regressions/electricity_weather") return null;
    const model = answer(path);
    return [200, { ...model, months: model.months.map((month) => (month.month === "2026-09" ? { ...month, actual: null, coverage: 0 } : month)) }];
  } });
  const rows = await table(tab, MODEL);
  assert.equal(rows.find(([month]) => month === "Sept 2026" || month === "Sep 2026")[1], "–");
  await close();
});

for (const [model, said] of [
  ["waiting", /Not enough heating days yet to tell heating from the rest\. 19 heating days read of the 60 it takes\./],
  ["refused", /The weather has no temperatures for these days\./],
  ["none", /No model links this meter to the weather yet.*\[jobs\.electricity_model\] kind = "regression" target = "linky\.daily_energy" temperature = \["weather\.temperature"\]/],
  ["provisional", /Provisional: the winter is still too short for a sure verdict\./],
]) {
  test(`a model that is ${model} says so in words`, async () => {
    const message = model === "refused" ? { en: "The weather has no temperatures for these days.", fr: "Pas de température." } : null;
    const { tab, complaints, close } = await open({ model, message });
    assert.match(await words(tab, MODEL), said);
    assert.equal((await tab.$$(`${MODEL} canvas`)).length, model === "provisional" ? 1 : 0);
    assert.equal(Boolean(await tab.$(KNOWN)), model === "provisional");
    assert.deepEqual(complaints, []);
    await close();
  });
}

test("what was found is told newest first, and unusual days can be silenced and heard again", async () => {
  const { tab, asked, meters, close } = await open();
  const lines = () => tab.$$eval(`${KNOWN} li`, (all) => all.map((one) => one.innerText.replace(/[\s\u202f]+/g, " ").slice(0, 23)));
  assert.deepEqual(await lines(), ["Unusual day: 12 Novembe", "Change: Since 14 March ", "Frozen sensor: From 3 t", "Works: Insulation of 10"]);
  assert.ok((await tab.getAttribute(`${KNOWN} a >> nth=0`, "href")).includes("date=2026-11-12&step=day"));
  await tab.focus(`${KNOWN} .mute`);
  await tab.keyboard.press("Enter");
  await tab.waitForSelector(`${KNOWN} .mute[aria-pressed=true]`);
  assert.deepEqual(asked.filter(({ method }) => method === "PUT"), [{ method: "PUT", path: `/series/${meters.electricity.id}/muted`, body: { muted: true } }]);
  assert.match(await words(tab, KNOWN), /no longer reported/);
  assert.equal((await lines()).length, 2, "changes and works are still told");
  assert.ok(await tab.evaluate(() => document.activeElement.matches(".mute")), "the focus stays");
  await tab.keyboard.press("Enter");
  await tab.waitForSelector(`${KNOWN} .mute[aria-pressed=false]`);
  assert.equal((await lines()).length, 4);
  await close();
});

test("silencing that is refused says why, and changes nothing", async () => {
  const { tab, close } = await open({ instead: (path, method) => (method === "PUT" ? [403, { title: "Forbidden", status: 403, detail: "this address may only read" }] : null) });
  await tab.click(`${KNOWN} .mute`);
  await tab.waitForFunction(() => /may only read/.test(document.querySelector(".findings").textContent));
  assert.equal(await tab.getAttribute(`${KNOWN} .mute`, "aria-pressed"), "false");
  await close();
});

test("the same months of the years stand side by side", async () => {
  const { tab, meters, close } = await open();
  const rows = await table(tab, YEARS);
  assert.equal(rows.length, 12);
  const titles = await tab.$$eval(`${YEARS} thead th`, (cells) => cells.map((cell) => cell.textContent));
  assert.deepEqual(titles, ["Month", "2023", "2024", "2025", "2026"]);
  let march = 0;
  for (const [date, value] of meters.electricity.days) if (date.startsWith("2026-03")) march += value;
  assert.equal(rows[2][4], `${Math.round(march).toLocaleString("en-GB")} kWh`);
  assert.equal(rows[2][1], "–", "before the readings begin there is a gap");
  await tab.focus(`${YEARS} .plot`);
  await tab.keyboard.press("Home");
  assert.match(await words(tab, `${YEARS} .legend`), /^January 2023 – 2024 \d+ kWh/);
  await close();
});

test("the usual week is walked by the four arrows, and a cell without a reading is a gap", async () => {
  const { tab, answer, asked, close } = await open({ hole: [1, 2] });
  const { path } = asked.find((one) => one.path.includes("/profile"));
  const { values } = answer(path);
  const plain = await picture(tab, WEEK);
  await tab.focus(`${WEEK} .plot`);
  await tab.keyboard.press("ArrowRight");
  assert.match(await words(tab, `${WEEK} .legend`), new RegExp(`^Mon 0:00–1:00 ${Number(decimals(values[0][0] / 1000, 2))} kW mean of 4 days`));
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await tab.keyboard.press(key);
  assert.match(await words(tab, `${WEEK} .legend`), /^Tue 2:00–3:00 – no reading/);
  assert.equal(await tab.getAttribute(`${WEEK} .plot`, "aria-valuetext"), "Tue 2:00–3:00, –, no reading");
  assert.equal(await tab.isVisible(`${WEEK} .cell`), true);
  assert.equal((await table(tab, WEEK))[1][3], "–");
  await tab.click(`${WEEK} >> text=90 d`);
  await tab.waitForFunction(() => location.hash.includes("span=90d"));
  await tab.waitForFunction(() => document.querySelector("section[aria-label='Usual week'] .segments [aria-pressed=true]")?.textContent === "90 d");
  assert.notEqual(plain, "");
  await close();
});

test("a week of too few days is refused in the daemon's words, and the rest stands", async () => {
  const { tab, close } = await open({ instead: (path) => (path.includes("/profile") ? [422, { title: "Unprocessable", status: 422, detail: "a profile needs seven days" }] : null) });
  assert.match(await words(tab, WEEK), /no answer\. a profile needs seven days/);
  assert.ok(await tab.$(`${BASE} canvas`));
  await close();
});

test("the base load is a level with its drift; in winter it is not known, and that is said", async () => {
  const mild = await open({ missing: ["2026-10-05"] });
  assert.match(await words(mild.tab, BASE), /At its lowest, the home uses 88 W \(\+4 W in four weeks\)\./);
  assert.deepEqual((await table(mild.tab, BASE)).find(([date]) => date === "5 Oct 2026"), ["5 Oct 2026", "–", "–"]);
  await mild.close();
  const winter = await open({ mild: false });
  assert.match(await words(winter.tab, BASE), /Heating is on: the nights say nothing about the base load\./);
  await winter.close();
});

test("the peaks come highest first, each with the way to its day", async () => {
  const { tab, answer, asked, close } = await open();
  const { peaks } = answer(asked.find((one) => one.path.includes("/peaks")).path);
  const rows = await tab.$$eval(`${PEAKS} tbody tr`, (all) => all.map((row) => row.cells[1].textContent.split(/\s/)[0]));
  assert.deepEqual(rows, peaks.map(({ value }) => decimals(value / 1000, 2)));
  await tab.click(`${PEAKS} a >> nth=0`);
  await tab.waitForFunction(() => location.hash.includes("step=day"));
  await close();
});

test("two periods are compared by dates, in equal weather too, and the address holds them", async () => {
  const { tab, asked, answer, close } = await open();
  await tab.fill(`${COMPARE} input[name=one]`, "2026-03-01");
  await tab.fill(`${COMPARE} input[name=end]`, "2026-03-31");
  await tab.fill(`${COMPARE} input[name=other]`, "2025-03-01");
  await tab.click(`${COMPARE} button[type=submit]`);
  await tab.waitForFunction(() => location.hash.includes("one=2026-03-01&end=2026-03-31&other=2025-03-01"));
  await tab.waitForFunction(() => /1\s*–\s*31 Mar/.test(document.querySelector(".verdict")?.textContent));
  const { path } = asked.findLast((one) => one.path.startsWith("/compare"));
  assert.match(path, /from=2026-03-01&to=2026-04-01&with_from=2025-03-01/);
  const { first, second, delta_percent: delta } = answer(path);
  const whole = (value) => Math.round(value).toLocaleString("en-GB");
  const share = Math.abs(delta) < 1 ? decimals(Math.abs(delta), 1) : Math.round(Math.abs(delta));
  assert.match(await words(tab, `${COMPARE} .verdict`), new RegExp(`: ${whole(first.total)} kWh, ${share}% (more|less) than in .* \\(${whole(second.total)} kWh\\)\\.$`));
  assert.match(await words(tab, COMPARE), /In equal weather: −8% \(95%: −13% to −3%\)\./);
  await close();
});

test("periods without readings, or with some missing, are not compared as if they were whole", async () => {
  const empty = await open({ address: "electricity?one=2026-03-01&end=2026-03-31&other=2019-03-01" });
  assert.match(await words(empty.tab, COMPARE), /No reading in 1 ?– ?31 Mar 2019: choose other dates\./);
  await empty.close();
  const partial = await open({ address: "gas?one=2026-11-01&end=2026-11-30", model: "none" });
  assert.match(await words(partial.tab, COMPARE), /Days are missing \(\d+% and 100% read\).*Without a model of this meter/s);
  await partial.close();
});
