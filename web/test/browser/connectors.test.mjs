// What went wrong is told with whose move it is, since when and what happens next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browser, URL_BASE } from "../chromium.mjs";

const trouble = (kind, party, next) => ({
  kind, party, message: { en: "It does not work.", fr: "Cela ne marche pas." }, since: "2026-03-03T08:00:00Z", tries: 3,
  next_try: next ? "2026-03-04T08:30:00Z" : null, what_to_do: { en: "Do this.", fr: "Faites ceci." },
});
const CASES = [
  [trouble("consent", "Enedis", false), "your_turn", /^Your turn: It does not work\..*Do this\..*since 3 Mar, 09:00 · 3 tries$/],
  [trouble("quota", "Conso API", true), "waiting", /^Waiting for Conso API: .*next try 4 Mar, 09:30$/],
  [trouble("unavailable", "Enedis", true), "their_fault", /^Enedis: It does not work/],
  [trouble("stopped", null, true), "our_fault", /^Watteau: It does not work/],
];

for (const [error, mark, words] of CASES) {
  test(`${error.kind} says whose move it is`, async () => {
    const context = await browser.newContext({ locale: "en-GB" });
    const tab = await context.newPage();
    await tab.route("**/api/v1/connectors", async (route) => {
      const answer = await route.fetch();
      const states = await answer.json();
      await route.fulfill({ json: states.map((state) => ({ ...state, state: "failed", error, feeds: state.feeds.map((feed) => ({ ...feed, error })) })) });
    });
    await tab.goto(`${URL_BASE}/#/connectors`);
    const notices = await tab.waitForSelector(`.connector .notice.${mark}`).then(() => tab.$$(".connector .notice"));
    const cards = await tab.$$(".connector");
    assert.equal(notices.length, cards.length, "feeds that fail alike are told once");
    assert.match(await notices[0].textContent(), words);
    await context.close();
  });
}
