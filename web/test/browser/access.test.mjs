// The password and the tokens, asked of the daemon itself: to it a page with a forwarded address comes from the network.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { browser, SHOTS, URL_BASE } from "../chromium.mjs";

const PASSWORD = "correct horse";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Asks through the socket of the commands, where nobody has to sign in. */
const local = (method, path, body) => new Promise((resolve, reject) => {
  const sent = request({ socketPath: process.env.WATTEAU_SOCKET, method, path: `/api/v1${path}`, headers: { host: "localhost" } }, (answer) => {
    let text = "";
    answer.on("data", (part) => { text += part; });
    answer.on("end", () => resolve(JSON.parse(text)));
  });
  sent.on("error", reject);
  sent.end(body && JSON.stringify(body));
});

before(() => local("PUT", "/password", { password: PASSWORD }));
after(async () => {
  await local("DELETE", "/password");
  for (const { name } of await local("GET", "/tokens")) await local("DELETE", `/tokens/${name}`);
});

/** A page on the network, or on this machine. Each comes from an address of its own, so that none waits for another's tries. */
let last = 0;
async function open({ width = 1280, language = "en", scheme = "light", far = true } = {}) {
  last += 1;
  const extraHTTPHeaders = far ? { "X-Forwarded-For": `203.0.113.${last}` } : {};
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", viewport: { width, height: 900 }, colorScheme: scheme, extraHTTPHeaders });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("pageerror", (error) => complaints.push(String(error)));
  // A refusal that leads to the question is no fault of the page.
  tab.on("console", (message) => message.type() === "error" && !/ 40[13] /.test(message.text()) && complaints.push(message.text()));
  await tab.goto(`${URL_BASE}/#/settings?date=2026-08-15`);
  await tab.waitForSelector(".access");
  return { tab, context, complaints, close: () => context.close() };
}

const day = (date) => `.day[data-date='${date}']`;
const enter = async (tab, password) => {
  await tab.fill("dialog input[type=password]", password);
  await tab.keyboard.press("Enter");
};

async function violations(tab) {
  await tab.evaluate(AXE);
  const found = await tab.evaluate(() => globalThis.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" | ")}`);
}

test("a change asks for the password, and is made once it is given", async () => {
  const { tab, context, complaints, close } = await open();
  assert.match(await tab.innerText(".access"), /every change takes the password/);
  await tab.click(day("2026-08-12"));
  await tab.waitForSelector("dialog[open]");
  assert.ok(await tab.evaluate(() => document.activeElement.type === "password"), "the keys go to the password");
  await enter(tab, "wrong horse");
  await tab.waitForFunction(() => /not the password/.test(document.querySelector("dialog [role=alert]").textContent));
  await enter(tab, PASSWORD);
  await tab.waitForFunction(() => /Stored\.$/.test(document.querySelector(".told [role=status]").textContent));
  assert.equal(await tab.locator("dialog").count(), 0);
  assert.ok(await tab.evaluate((selector) => document.activeElement === document.querySelector(selector), day("2026-08-12")), "the focus is back on the day");
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.sameSite], ["watteau_session", true, "Strict"]);
  assert.equal(await tab.evaluate(() => document.cookie), "", "no script reads it");
  // The next one is made without a question, and taken back.
  await tab.click(day("2026-08-12"));
  await tab.waitForFunction(() => /somebody is there/.test(document.querySelector(".told [role=status]").textContent));
  assert.deepEqual(complaints, []);
  await close();
});

test("whoever leaves the question changes nothing, and is told so", async () => {
  const { tab, close } = await open();
  await tab.click(day("2026-08-13"));
  await tab.waitForSelector("dialog[open]");
  await tab.keyboard.press("Escape");
  await tab.waitForFunction(() => /Storing failed/.test(document.querySelector(".told [role=status]").textContent));
  assert.equal(await tab.getAttribute(day("2026-08-13"), "aria-pressed"), "false");
  assert.equal(await tab.locator("dialog").count(), 0);
  await close();
});

test("a token is made, shown once, listed and revoked; signing out ends it all", async () => {
  const { tab, context, complaints, close } = await open();
  assert.equal(await tab.locator("input[name=token-name]").count(), 0, "tokens are for whoever has signed in");
  await tab.click(".access >> text=Sign in");
  await enter(tab, PASSWORD);
  await tab.fill("input[name=token-name]", "grafana");
  await tab.selectOption("select[name=token-days]", "90");
  await tab.click("text=Create a token");
  await tab.waitForSelector(".access .snippet");
  const token = await tab.innerText(".access .snippet");
  assert.match(token, /^watteau_[0-9a-f]{12}_[\w-]{43}$/);
  const row = await tab.$$eval(".access tbody tr", (all) => all.map((one) => [...one.cells].slice(0, 2).map((cell) => cell.textContent)));
  assert.deepEqual(row, [["grafana", "read"]]);
  const backup = async () => (await context.request.get(`${URL_BASE}/api/v1/backup`, { headers: { cookie: "", authorization: `Bearer ${token}` } })).status();
  assert.equal(await backup(), 200);
  await tab.reload();
  await tab.waitForSelector(".access tbody tr");
  assert.equal(await tab.locator(".access .snippet").count(), 0, "it is never shown again");
  await tab.click("button[aria-label='Revoke, grafana']");
  await tab.waitForFunction(() => /is revoked/.test(document.querySelector(".access .told").textContent));
  assert.equal(await tab.locator(".access tbody tr").count(), 0);
  assert.equal(await (await fetch(`${URL_BASE}/api/v1/backup`, { headers: { authorization: `Bearer ${token}`, "x-forwarded-for": "203.0.113.200" } })).status, 401);
  await tab.click("text=Sign out");
  await tab.waitForSelector(".access >> text=Sign in");
  assert.deepEqual([await context.cookies(), complaints], [[], []]);
  await close();
});

test("on this machine nothing is asked", async () => {
  const { tab, complaints, close } = await open({ far: false });
  assert.match(await tab.innerText(".access"), /open to this machine alone/);
  await tab.waitForSelector("input[name=token-name]");
  assert.deepEqual(complaints, []);
  await close();
});

test("without a password the page says how to choose one", async () => {
  await local("DELETE", "/password");
  try {
    const { tab, close } = await open({ language: "fr" });
    assert.match(await tab.innerText(".access"), /Aucun mot de passe[\s\S]*\s:\swatteau password set$/, "a demo is nobody's service");
    await tab.click(day("2026-08-14"));
    await tab.waitForFunction(() => /échoué[\s\S]*mot de passe/.test(document.querySelector(".told [role=status]").textContent));
    assert.equal(await tab.locator("dialog").count(), 0, "there is nothing to type");
    await close();
  } finally {
    await local("PUT", "/password", { password: PASSWORD });
  }
});

for (const [width, scheme, language] of [[360, "dark", "fr"], [360, "light", "en"], [1280, "light", "fr"], [1280, "dark", "en"]]) {
  test(`the question and the card, ${width} px, ${scheme}, ${language}`, async () => {
    const { tab, complaints, close } = await open({ width, scheme, language });
    await tab.click(".access .actions button");
    await tab.waitForSelector("dialog[open]");
    await tab.screenshot({ path: `${SHOTS}signin-${width}-${scheme}.png` });
    const box = await (await tab.$("dialog")).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= width, "it fits");
    assert.deepEqual(await violations(tab), []);
    await enter(tab, PASSWORD);
    await tab.waitForSelector("input[name=token-name]");
    await tab.fill("input[name=token-name]", `t${width}-${scheme}`);
    await tab.click(".access form button");
    await tab.waitForSelector(".access .snippet");
    assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.deepEqual(await violations(tab), []);
    await (await tab.$(".access")).screenshot({ path: `${SHOTS}access-${width}-${scheme}.png` });
    assert.deepEqual(complaints, []);
    await close();
  });
}
