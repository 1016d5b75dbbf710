// An import, with the daemon's answers given: what the page says is what the daemon said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, URL_BASE } from "../chromium.mjs";

const REPORT = {
  file: "a.xlsx", status: "imported", format: "grdf", connector: "gas", error: null, meter: "0011", from: "2026-01-01", to: "2026-01-02", exported: null,
  new: 2, unchanged: 0, corrected: 0, refused: [], absent: 0, dry_run: true, other_meters: [], remarks: [], changes: [],
};
const FAILED = { ...REPORT, status: "error", new: 0, error: { code: "unreadable", message: "Cannot be read.", message_fr: "Illisible." } };
const ANSWERS = [
  { name: "kept", status: 200, json: [{ ...REPORT, dry_run: false }], says: /^Enregistré\.$/ },
  { name: "refused", status: 422, json: { title: "Refused", status: 422, detail: "Cannot be read.", reports: [FAILED] }, says: /échoué\u00a0: Illisible/ },
  { name: "failed, told in French", status: 507, json: { title: "Full", status: 507, detail: "The disk is full.", detail_fr: "Le disque est plein." }, says: /échoué\u00a0: Le disque est plein/ },
  { name: "failed, told in English only", status: 507, json: { title: "Full", status: 507, detail: "The disk is full." }, says: /échoué\u00a0: The disk is full/ },
];

async function open() {
  const tab = await (await browser.newContext({ locale: "fr-FR" })).newPage();
  await tab.goto(`${URL_BASE}/#/import`);
  await tab.waitForSelector(".drop");
  return tab;
}

for (const { name, status, json, says } of ANSWERS) {
  test(`an import says it is kept only when it is: ${name}`, async () => {
    const tab = await open();
    await tab.route(/\/api\/v1\/import\?/, (route) => route.fulfill(route.request().url().includes("dry_run=true") ? { json: [REPORT] } : { status, json }));
    await tab.setInputFiles("#file", { name: "a.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("x") });
    await tab.click(".preview button.main");
    const said = await tab.waitForSelector(".preview .actions p");
    assert.match(await said.textContent(), says);
    await tab.context().close();
  });
}

test("files dropped on the page are each shown", async () => {
  const tab = await open();
  const data = await tab.evaluateHandle(() => {
    const files = new DataTransfer();
    for (const name of ["a.xlsx", "b.csv"]) files.items.add(new File(["<html>login</html>"], name));
    return files;
  });
  await tab.dispatchEvent(".drop", "dragover", { dataTransfer: data });
  assert.ok(await tab.$(".drop.over"));
  await tab.dispatchEvent(".drop", "drop", { dataTransfer: data });
  await tab.waitForFunction(() => document.querySelectorAll(".preview").length === 2);
  assert.equal(await tab.$(".drop.over"), null);
  assert.equal((await tab.$$(".preview .state.bad")).length, 2);
  await tab.context().close();
});

test("a refusal of the daemon is not a daemon that is away", async () => {
  const tab = await open();
  await tab.route("**/api/v1/year-to-date*", (route) => route.fulfill({ status: 400, json: { title: "Bad", detail: "No such day.", detail_fr: "Ce jour n’existe pas." } }));
  await tab.evaluate(() => { location.hash = "#/overview"; });
  const said = await (await tab.waitForSelector("[role=alert]")).textContent();
  assert.match(said, /refuse cette demande.*Ce jour n’existe pas/);
  await tab.context().close();
});
