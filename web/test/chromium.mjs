// One Chromium for all the tests of a file, and where the daemon under test is.
import { mkdirSync } from "node:fs";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const URL_BASE = process.env.WATTEAU_URL;
/** Where pictures go, for people to look at. */
export const SHOTS = new URL("shots/", import.meta.url).pathname;

// It asks nothing of its own: the tests count what a page asks.
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export let browser;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ARGS });
});
after(() => browser?.close());
