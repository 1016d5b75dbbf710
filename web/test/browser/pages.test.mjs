// Every page of a running demo in a real Chromium: both languages, phone and desk, light and dark.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const URL_BASE = process.env.WATTEAU_URL;
const SHOTS = new URL("../shots/", import.meta.url).pathname;
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PAGES = ["overview", "electricity", "gas", "connectors", "import"];
let browser;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ARGS });
});
after(() => browser?.close());

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
          controls.filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label") || document.querySelector(`label[for="${one.id}"]`))).length);
        assert.equal(nameless, 0, "every control has a name");
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
