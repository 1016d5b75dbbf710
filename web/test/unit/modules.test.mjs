// The dashboard's pure modules, by node's own runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, words } from "../../js/i18n/index.js";
import { format, parse } from "../../js/state.js";
import { clock, shift } from "../../js/time.js";
import { change, number, quantity } from "../../js/units.js";

test("both languages have the same keys, of the same shape", () => {
  const [fr, en] = [words("fr"), words("en")];
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  for (const key of Object.keys(fr)) assert.equal(typeof fr[key], typeof en[key], key);
});

test("the language is the address's, else the browser's", () => {
  assert.equal(chooseLanguage("en", "fr-FR"), "en");
  assert.equal(chooseLanguage(undefined, "fr-CA"), "fr");
  assert.equal(chooseLanguage("xx", "de"), "en");
});

test("numbers are written as the language writes them", () => {
  assert.equal(quantity(3214.5, "kWh", "fr"), "3\u202f215\u00a0kWh");
  assert.equal(number(3214.5, "en", 1), "3,214.5");
  assert.equal(number(12.34, "fr"), "12,3");
  assert.equal(change(-3.2, "fr"), "−3\u00a0%");
  assert.equal(change(0.4, "en"), "+0.4%");
});

test("an address holds page, date and step, and nothing that is not one", () => {
  assert.deepEqual(parse("#/gas?date=2026-11-20&step=month"), { page: "gas", date: "2026-11-20", step: "month" });
  assert.deepEqual(parse("#/nowhere?date=yesterday&step=age"), { page: "overview" });
  const state = { page: "electricity", date: "2025-10-26", step: "week" };
  assert.deepEqual(parse(format(state)), state);
});

test("dates move by days, months and years, within the month", () => {
  assert.equal(shift("2024-02-29", { years: 1 }), "2025-02-28");
  assert.equal(shift("2025-01-31", { months: 1 }), "2025-02-28");
  assert.equal(shift("2025-03-30", { days: 1 }), "2025-03-31");
});

test("days are the home's, on the days of the clock changes too", () => {
  const paris = clock("fr", "Europe/Paris");
  assert.equal(paris.iso(Date.parse("2025-03-30T21:59:00Z") / 1000), "2025-03-30");
  assert.equal(paris.iso(Date.parse("2025-03-30T22:00:00Z") / 1000), "2025-03-31");
  assert.equal(paris.iso(Date.parse("2025-10-26T22:59:00Z") / 1000), "2025-10-26");
});
