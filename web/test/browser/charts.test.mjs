// Charts by a real keyboard, wheel and mouse: the cursor, the zoom, what is taken along, the days of the clock changes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browser, URL_BASE } from "../chromium.mjs";

const WEEK = "electricity?step=week&date=2026-03-11";
const CURVE = "section.card >> nth=0";
const BARS = "section.card >> nth=1";

async function open(address, width = 1280) {
  const tab = await (await browser.newContext({ locale: "fr-FR", viewport: { width, height: 900 }, acceptDownloads: true })).newPage();
  await tab.goto(`${URL_BASE}/#/${address}`);
  await tab.waitForSelector(".plot[role=slider] canvas");
  return tab;
}

const readout = (tab, card) => tab.textContent(`${card} >> .legend`);
const first = async (tab, card) => (await readout(tab, card)).slice(0, 24);
/** What a chart draws, as one string that changes with it. */
const picture = (tab, card) => tab.$eval(`${card} >> canvas`, (canvas) => canvas.toDataURL());

async function middle(tab, card) {
  const box = await (await tab.waitForSelector(`${card} >> .u-over`)).boundingBox();
  return { ...box, cx: box.x + box.width / 2, cy: box.y + box.height / 2 };
}

test("the arrow keys walk the curve, Escape gives them back to the period", async () => {
  const tab = await open(WEEK);
  const address = tab.url();
  await tab.focus(`${CURVE} >> .plot`);
  const seen = [];
  for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"]) {
    await tab.keyboard.press(key);
    seen.push(await readout(tab, CURVE));
  }
  assert.match(seen[0], /^lun\. 9 mars, 00:00–00:30 ?\d/);
  assert.match(seen[1], /00:30–01:00/);
  assert.match(seen[2], /01:00–01:30/);
  assert.equal(seen[3], seen[1]);
  assert.match(await tab.getAttribute(`${CURVE} >> .plot`, "aria-valuetext"), /00:30–01:00, .*kW/);
  await tab.keyboard.press("End");
  assert.match(await readout(tab, CURVE), /^dim\. 15 mars, 23:30–00:00/);
  assert.equal(tab.url(), address, "the period stays");
  await tab.keyboard.press("Escape");
  assert.match(await readout(tab, CURVE), /^mesuré/);
  await tab.keyboard.press("ArrowLeft");
  await tab.waitForFunction(() => location.hash.includes("2026-03-04"));
  await tab.context().close();
});

test("the arrow keys walk the bars, and the curve follows", async () => {
  const tab = await open(WEEK);
  await tab.focus(`${BARS} >> .plot`);
  await tab.keyboard.press("ArrowRight");
  await tab.keyboard.press("ArrowRight");
  assert.match(await readout(tab, BARS), /^mar\. 10 mars/);
  assert.match(await readout(tab, CURVE), /^mar\. 10 mars, 12:00–12:30/);
  await tab.context().close();
});

test("the mouse over one card moves the cursor of the other, and leaves both", async () => {
  const tab = await open(WEEK);
  const { cx, cy } = await middle(tab, CURVE);
  await tab.mouse.move(cx, cy);
  await tab.waitForFunction(() => document.querySelectorAll(".legend")[1].textContent.startsWith("jeu. 12 mars"));
  assert.match(await readout(tab, CURVE), /^jeu\. 12 mars, 1[12]:/);
  await tab.mouse.move(cx, 5);
  await tab.waitForFunction(() => [...document.querySelectorAll(".legend")].every((row) => !/mars,|^jeu/.test(row.textContent)));
  await tab.context().close();
});

test("the wheel zooms with Ctrl only, around the pointer, and a double click returns", async () => {
  const tab = await open(WEEK);
  const { cx, cy } = await middle(tab, CURVE);
  await tab.mouse.move(cx, cy);
  const [whole, under] = [await picture(tab, CURVE), await first(tab, CURVE)];
  await tab.mouse.wheel(0, -120);
  await tab.waitForTimeout(50);
  assert.equal(await picture(tab, CURVE), whole, "a plain wheel scrolls");
  await tab.evaluate(() => scrollTo(0, 0));
  await tab.keyboard.down("Control");
  for (let i = 0; i < 6; i += 1) await tab.mouse.wheel(0, -120);
  await tab.keyboard.up("Control");
  await tab.waitForTimeout(50);
  assert.notEqual(await picture(tab, CURVE), whole);
  await tab.mouse.move(cx + 1, cy);
  await tab.waitForTimeout(50);
  assert.equal((await first(tab, CURVE)).slice(0, 15), under.slice(0, 15), "what was under the pointer still is");
  assert.equal(await tab.evaluate(() => visualViewport.scale), 1);
  await tab.mouse.dblclick(cx, cy);
  await tab.mouse.move(cx, 5);
  await tab.waitForTimeout(50);
  assert.equal(await picture(tab, CURVE), whole);
  await tab.context().close();
});

test("a drag zooms to what it spans", async () => {
  const tab = await open(WEEK);
  const { x, width, cy } = await middle(tab, CURVE);
  const day = width / 7;
  await tab.mouse.move(x + day * 2 + 1, cy);
  await tab.mouse.down();
  await tab.mouse.move(x + day * 2.5, cy, { steps: 4 });
  await tab.mouse.move(x + day * 3 - 1, cy, { steps: 4 });
  await tab.mouse.up();
  await tab.mouse.move(x + 4, cy);
  await tab.waitForFunction(() => document.querySelector(".legend").textContent.startsWith("mer. 11 mars, 00:"));
  await tab.mouse.move(x + width - 4, cy);
  await tab.waitForFunction(() => document.querySelector(".legend").textContent.startsWith("mer. 11 mars, 23:"));
  await tab.context().close();
});

test("the table's data comes as CSV, the picture as PNG", async () => {
  const tab = await open(WEEK);
  const save = async (label) => {
    const [download] = await Promise.all([tab.waitForEvent("download"), tab.click(`${CURVE} >> button[aria-label='${label}']`)]);
    return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
  };
  const csv = await save("CSV");
  assert.match(csv.name, /\.csv$/);
  const lines = csv.content.toString("utf8").replace(/^\ufeff/, "").split("\r\n");
  assert.equal(lines.length, 1 + 7 * 48);
  assert.match(lines[1], /^"lun\. 9 mars, 00:00–00:30";"\d+,\d{3}"$/);
  const png = await save("Image");
  assert.match(png.name, /\.png$/);
  assert.equal(png.content.toString("latin1", 1, 4), "PNG");
  const [width, height] = [png.content.readUInt32BE(16), png.content.readUInt32BE(20)];
  assert.ok(width > 600 && height > 264, `${width} x ${height}`);
  assert.ok(png.content.length > 5000, "something is drawn");
  await tab.context().close();
});

test("the whole screen holds one card, larger, and gives it back", async () => {
  const tab = await open(WEEK);
  const before = (await middle(tab, CURVE)).height;
  const button = `${CURVE} >> button[aria-label='Plein écran']`;
  await tab.click(button);
  await tab.waitForFunction((was) => document.fullscreenElement?.querySelector(".u-over")?.clientHeight > was, before);
  await tab.click(button);
  await tab.waitForFunction((was) => !document.fullscreenElement && document.querySelector(".u-over").clientHeight === was, before);
  await tab.context().close();
});

for (const [date, hours, third, fourth] of [["2025-10-26", 25, "02 h A", "02 h B"], ["2026-03-29", 23, "03 h", "04 h"]]) {
  test(`the ${hours} hours of ${date} each have one name`, async () => {
    const tab = await open(`electricity?step=day&date=${date}`);
    await tab.click(`${BARS} >> button >> nth=0`);
    const names = await tab.$$eval("section.card:nth-of-type(2) tbody tr td:first-child", (cells) => cells.map((cell) => cell.textContent));
    assert.equal(names.length, hours);
    assert.equal(new Set(names).size, hours);
    await tab.focus(`${BARS} >> .plot`);
    for (let i = 0; i < 3; i += 1) await tab.keyboard.press("ArrowRight");
    assert.ok((await readout(tab, BARS)).startsWith(third), await readout(tab, BARS));
    await tab.keyboard.press("ArrowRight");
    assert.ok((await readout(tab, BARS)).startsWith(fourth), await readout(tab, BARS));
    await tab.context().close();
  });
}

test("an estimated stretch is hatched, named under the cursor, and changes nothing beside it", async () => {
  const tab = await open(WEEK);
  const columns = () => tab.$eval(`${CURVE} >> canvas`, (canvas) => {
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: width }, (_, x) => Array.from({ length: height }, (_, y) => data.slice(4 * (y * width + x), 4 * (y * width + x) + 4).join()).join(" "));
  });
  const measured = await columns();
  const [from, to] = ["2026-03-11T06:00:00+01:00", "2026-03-11T18:00:00+01:00"].map((text) => Date.parse(text) / 1000);
  await tab.route(/load_curve\/points/, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    const quality = json.quality.map((kept, i) => (json.start[i] >= from && json.end[i] <= to ? "estimated" : kept));
    await route.fulfill({ response: answer, json: { ...json, quality } });
  });
  await tab.reload();
  await tab.waitForSelector(".plot[role=slider] canvas");
  assert.match(await readout(tab, CURVE), /estimé/);
  const now = await columns();
  const changed = now.flatMap((column, x) => (column === measured[x] ? [] : [x / now.length]));
  // Wednesday is the third of seven days; the hours are those of the second and third quarter of it.
  const plot = await tab.$eval(`${CURVE} >> .u-over`, (over) => [over.offsetLeft / over.parentElement.offsetWidth, over.offsetWidth / over.parentElement.offsetWidth]);
  const [start, end] = [2.25, 2.75].map((day) => plot[0] + (plot[1] * day) / 7);
  assert.ok(changed.length > 20, `${changed.length} columns are hatched`);
  assert.ok(changed[0] > start - 0.004 && changed.at(-1) < end + 0.004, `${start}..${end} but ${changed[0]}..${changed.at(-1)}`);
  await tab.focus(`${CURVE} >> .plot`);
  for (let i = 0; i < 2 * 48 + 13; i += 1) await tab.keyboard.press("ArrowRight");
  assert.match(await readout(tab, CURVE), /^mer\. 11 mars, 06:00–06:30.*estimé.*kW/);
  await tab.context().close();
});
