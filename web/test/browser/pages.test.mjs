// Every page of a running demo in a real Chromium: both languages, phone and desk, light and dark.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";

const PAGES = ["overview", "electricity", "gas", "grid", "data", "connectors", "import", "settings"];

async function open(page, { language = "fr", width = 1280, scheme = "light" }) {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  tab.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(URL_BASE) && !url.startsWith("blob:") && !url.startsWith("data:")) complaints.push(`asked ${url}`);
  });
  await tab.goto(`${URL_BASE}/#/${page}`);
  await tab.waitForSelector("main h1");
  await tab.waitForTimeout(400);
  return { tab, complaints, close: () => context.close() };
}

for (const page of PAGES) {
  for (const width of [360, 1280]) {
    for (const scheme of ["light", "dark"]) {
      const language = scheme === "light" ? "fr" : "en";
      test(`${page}, ${width} px, ${scheme}, ${language}`, async () => {
        const { tab, complaints, close } = await open(page, { language, width, scheme });
        await tab.screenshot({ path: `${SHOTS}${page}-${width}-${scheme}.png`, fullPage: true });
        assert.deepEqual(complaints, []);
        const overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide`);
        assert.equal(await tab.getAttribute("html", "lang"), language);
        const nameless = await tab.$$eval("button, a, input", (controls) =>
          controls.filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label") || one.labels?.length)).length);
        assert.equal(nameless, 0, "every control has a name");
        await tab.waitForFunction(() => !document.querySelector("[aria-busy]"));
        assert.deepEqual(await tab.$$eval("main [role=alert]", (all) => all.map((one) => one.textContent)), [], "no part of it is refused");
        if (["overview", "electricity", "gas"].includes(page)) assert.ok((await tab.$$("canvas")).length > 0, "there is a chart");
        await close();
      });
    }
  }
}

test("a file that is no export is refused with a reason, in words", async () => {
  const { tab, close } = await open("import", {});
  await tab.setInputFiles("#file", { name: "<img src=x onerror=alert(1)>.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("<html>login</html>") });
  const card = await tab.waitForSelector(".preview");
  const text = await card.textContent();
  assert.match(text, /<img src=x onerror=alert\(1\)>\.xlsx/);
  assert.match(text, /page web/);
  await close();
});

test("the table of a chart holds its data, and the keyboard moves the period", async () => {
  const { tab, close } = await open("electricity", {});
  await tab.click("section.card button >> nth=0");
  assert.ok((await tab.$$("section.card table tbody tr")).length > 3);
  const before = await tab.evaluate(() => location.hash);
  await tab.keyboard.press("ArrowLeft");
  await tab.waitForFunction((old) => location.hash !== old, before);
  await close();
});

test("a good file is shown before anything is stored", async () => {
  const connectors = await (await fetch(`${URL_BASE}/api/v1/connectors`)).json();
  const folder = connectors.find((one) => one.watch).watch;
  const file = readdirSync(folder, { recursive: true }).find((name) => name.endsWith(".xlsx"));
  assert.ok(file, `no workbook in ${folder}`);
  const { tab, complaints, close } = await open("import", { language: "en", width: 360 });
  await tab.setInputFiles("#file", join(folder, file));
  await tab.waitForSelector(".preview .counts");
  const counts = await tab.$$eval(".preview .counts dd", (cells) => cells.map((cell) => Number(cell.textContent.replaceAll(",", ""))));
  assert.equal(counts.length, 4);
  assert.ok(counts[0] + counts[1] > 0, "its rows are new or known");
  await tab.screenshot({ path: `${SHOTS}import-preview-360.png`, fullPage: true });
  assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(complaints, []);
  await close();
});

for (const step of ["day", "month", "year"]) {
  test(`electricity by ${step}`, async () => {
    for (const width of [360, 1280]) {
      const { tab, complaints, close } = await open(`electricity?step=${step}`, { width });
      assert.ok((await tab.$$("canvas")).length > 0);
      assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await tab.screenshot({ path: `${SHOTS}electricity-${step}-${width}.png`, fullPage: true });
      assert.deepEqual(complaints, []);
      await close();
    }
  });
}

test("a daemon that goes away is told, and what was shown stays", async () => {
  const { tab, close } = await open("overview", { language: "en" });
  await tab.route("**/api/v1/**", (route) => route.abort());
  await tab.evaluate(() => { location.hash = "#/gas"; });
  await tab.waitForSelector("[role=alert]");
  assert.equal(await tab.textContent("main h1"), "Overview");
  await close();
});

test("what moves the period keeps the keyboard's focus", async () => {
  const { tab, close } = await open("electricity", {});
  await tab.focus("button[data-move='-1']");
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => location.hash.includes("date="));
  await tab.waitForFunction(() => document.activeElement.dataset.move === "-1");
  await close();
});

test("a week to come is empty, and not a daemon that is away", async () => {
  const { tab, complaints, close } = await open("electricity?date=2030-01-07&step=week", {});
  assert.match(await tab.textContent(".sentence"), /aucune mesure/);
  assert.equal(await tab.$(".unreachable"), null);
  assert.deepEqual(complaints, []);
  await close();
});

for (const page of ["overview", "electricity", "gas"]) {
  test(`${page} without data says what it will show, and how to get there`, async () => {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 360, height: 700 } });
    const tab = await context.newPage();
    await tab.route("**/api/v1/series", (route) => route.fulfill({ json: [] }));
    await tab.goto(`${URL_BASE}/#/${page}`);
    await tab.waitForSelector("main h1");
    assert.match(await tab.textContent(".sentence"), /will stand here/);
    assert.match(await tab.getAttribute("main a", "href"), /#\/import/);
    await tab.screenshot({ path: `${SHOTS}${page}-empty-360.png`, fullPage: true });
    await context.close();
  });
}
