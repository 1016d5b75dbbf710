// Days away, by mouse, by keys and by dates: what is sent to the daemon, what is shown, and the way back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { analysed } from "../analysis.mjs";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";

async function open({ address = "settings?date=2026-08-15", width = 1280, language = "en", scheme = "light", ...options } = {}) {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  const given = await analysed(tab, options);
  await tab.goto(`${URL_BASE}/#/${address}`);
  await tab.waitForSelector(".day, main [role=alert]");
  const sent = () => given.asked.filter(({ method }) => method === "PUT").map(({ body }) => body);
  return { tab, complaints, ...given, sent, close: () => context.close() };
}

const day = (date) => `.day[data-date='${date}']`;
const told = async (tab) => (await tab.innerText(".told [role=status]")).replace(/[\s\u202f]+/g, " ");
const saved = (tab) => tab.waitForFunction(() => /Stored\.$/.test(document.querySelector(".told [role=status]").textContent));
const pressed = (tab) => tab.$$eval(".day[aria-pressed=true]", (days) => days.map((one) => one.dataset.date));

for (const [width, scheme, language] of [[360, "dark", "fr"], [360, "light", "en"], [1280, "light", "fr"], [1280, "dark", "en"]]) {
  test(`the whole page, ${width} px, ${scheme}, ${language}`, async () => {
    const { tab, complaints, close } = await open({ width, scheme, language, away: ["2026-08-10", "2026-08-11"] });
    await tab.screenshot({ path: `${SHOTS}settings-${width}-${scheme}.png`, fullPage: true });
    assert.equal(await tab.locator(".month").count(), width === 360 ? 1 : 3);
    assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.deepEqual(complaints, []);
    await close();
  });
}

test("a click says that nobody is there, another takes it back, and undo does so too", async () => {
  const { tab, sent, close } = await open();
  await tab.click(day("2026-08-14"));
  await saved(tab);
  assert.equal(await told(tab), "14 Aug 2026: nobody there (1 day). Stored.");
  assert.deepEqual(await pressed(tab), ["2026-08-14"]);
  assert.equal(await tab.getAttribute(day("2026-08-14"), "aria-label"), "Friday 14 August, away");
  await tab.click("text=Undo");
  await tab.waitForFunction(() => /somebody/.test(document.querySelector(".told").textContent));
  await tab.click(day("2026-08-14"));
  await tab.waitForFunction(() => /nobody/.test(document.querySelector(".told").textContent));
  await tab.click(day("2026-08-14"));
  await tab.waitForFunction(() => /somebody/.test(document.querySelector(".told").textContent));
  const one = { from: "2026-08-14", to: "2026-08-15" };
  assert.deepEqual(sent(), [{ ...one, persons: 0 }, { ...one, persons: null }, { ...one, persons: 0 }, { ...one, persons: null }]);
  assert.deepEqual(await pressed(tab), []);
  await close();
});

test("a drag chooses a span, over the end of a month and backwards too", async () => {
  const { tab, sent, close } = await open();
  const at = async (date) => { const box = await (await tab.$(day(date))).boundingBox(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  for (const [from, to] of [["2026-07-30", "2026-08-02"], ["2026-08-20", "2026-08-18"]]) {
    await tab.mouse.move(...await at(from));
    await tab.mouse.down();
    await tab.mouse.move(...await at(to), { steps: 6 });
    assert.ok((await tab.$$(".day.chosen")).length >= 3, "the span is seen while it is drawn");
    await tab.mouse.up();
    await saved(tab);
  }
  assert.deepEqual(sent(), [{ from: "2026-07-30", to: "2026-08-03", persons: 0 }, { from: "2026-08-18", to: "2026-08-21", persons: 0 }]);
  assert.equal((await pressed(tab)).length, 7);
  await close();
});

test("Shift with the mouse goes on from the day before", async () => {
  const { tab, sent, close } = await open();
  await tab.click(day("2026-08-03"));
  await saved(tab);
  await tab.click(day("2026-08-07"), { modifiers: ["Shift"] });
  await tab.waitForFunction(() => /\(5 days\)/.test(document.querySelector(".told").textContent));
  assert.deepEqual(sent().at(-1), { from: "2026-08-03", to: "2026-08-08", persons: 0 });
  await close();
});

test("the keys do all of it: arrows walk, Shift spans, Enter chooses, Escape leaves", async () => {
  const { tab, sent, close } = await open();
  const address = tab.url();
  await tab.focus(day("2026-08-12"));
  for (const key of ["ArrowRight", "ArrowDown", "Enter"]) await tab.keyboard.press(key);
  await saved(tab);
  assert.ok(await tab.evaluate(() => document.activeElement.dataset.date === "2026-08-20"), "the focus stays on its day");
  for (const key of ["Shift+ArrowRight", "Shift+ArrowRight", "Escape", "ArrowLeft", "ArrowLeft", "Shift+ArrowDown", "Enter"]) await tab.keyboard.press(key);
  await tab.waitForFunction(() => /\(8 days\)|somebody/.test(document.querySelector(".told").textContent));
  assert.deepEqual(sent(), [{ from: "2026-08-20", to: "2026-08-21", persons: 0 }, { from: "2026-08-20", to: "2026-08-28", persons: null }]);
  assert.equal(tab.url(), address, "the months stay");
  assert.equal(await tab.locator(".day[tabindex='0']").count(), 1, "one day is reached by Tab");
  await close();
});

test("two dates note an absence, the list has it and takes it back", async () => {
  const { tab, sent, close } = await open({ away: ["2026-05-01"] });
  await tab.fill("input[name=away-from]", "2026-08-17");
  await tab.fill("input[name=away-to]", "2026-08-02");
  await tab.click("text=Note an absence");
  await saved(tab);
  const rows = await tab.$$eval(".away tbody tr", (all) => all.map((row) => [...row.cells].slice(0, 2).map((cell) => cell.textContent.replace(/[\s\u2009\u202f]+/g, " "))));
  assert.equal(rows.length, 2);
  assert.match(rows[0][0], /^2 ?– ?17 Aug 2026$/);
  assert.deepEqual([rows[0][1], rows[1]], ["16 days", ["1 May 2026", "1 day"]]);
  await tab.click(".away tbody tr >> nth=0 >> button");
  await tab.waitForFunction(() => document.querySelectorAll(".away tbody tr").length === 1);
  assert.deepEqual(sent(), [{ from: "2026-08-02", to: "2026-08-18", persons: 0 }, { from: "2026-08-02", to: "2026-08-18", persons: null }]);
  await close();
});

test("the arrows move the months, and the address holds them", async () => {
  const { tab, close } = await open();
  await tab.click("button[data-move='1']");
  await tab.waitForFunction(() => location.hash.includes("date=2026-09-01"));
  await tab.waitForSelector(day("2026-10-31"));
  await close();
});

test("what is not stored is said, and the day stays as it was", async () => {
  const { tab, close } = await open({ instead: (path, method) => (method === "PUT" ? [403, { title: "Forbidden", status: 403, detail: "this address may only read" }] : null) });
  await tab.click(day("2026-08-14"));
  await tab.waitForFunction(() => /may only read/.test(document.querySelector(".told").textContent));
  assert.match(await told(tab), /^Storing failed: this address may only read$/);
  assert.deepEqual(await pressed(tab), []);
  await close();
});

test("a daemon without occupancy says why, in words", async () => {
  const { tab, close } = await open({ instead: () => [404, { title: "Not Found", status: 404, detail: "there is nothing at this path" }] });
  assert.match(await tab.textContent("[role=alert]"), /no answer.*nothing at this path/);
  await close();
});

test("a finger touches one day after the other", async () => {
  const context = await browser.newContext({ ...{ locale: "fr-FR", viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true } });
  const tab = await context.newPage();
  const { asked } = await analysed(tab);
  await tab.goto(`${URL_BASE}/#/settings?date=2026-08-15`);
  await tab.waitForSelector(".day");
  for (const date of ["2026-08-04", "2026-08-06"]) {
    await tab.tap(day(date));
    await tab.waitForSelector(`${day(date)}[aria-pressed=true]`);
  }
  assert.deepEqual(asked.filter(({ method }) => method === "PUT").map(({ body }) => body.from), ["2026-08-04", "2026-08-06"]);
  await context.close();
});
