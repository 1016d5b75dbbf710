// What the first page of the dashboard weighs, compressed, and that it asks its own daemon only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { browser, URL_BASE } from "../chromium.mjs";

const MOST = 150_000;

test("all files of the first page together are light, and from one origin", async () => {
  const tab = await browser.newPage();
  const asked = [];
  tab.on("request", (request) => asked.push(request.url()));
  await tab.goto(URL_BASE);
  await tab.waitForSelector("canvas");
  const { origin } = new URL(URL_BASE);
  assert.deepEqual(asked.filter((url) => new URL(url).origin !== origin), []);
  const files = [...new Set(asked)].filter((url) => !new URL(url).pathname.startsWith("/api/"));
  assert.ok(files.length > 20, "its modules are among them");
  const sizes = await Promise.all(files.map(async (url) => gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`${files.length} files, ${total} bytes compressed`);
  assert.ok(total < MOST, `${total} bytes`);
});
