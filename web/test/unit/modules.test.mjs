// The dashboard's pure modules, by node's own runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, words } from "../../js/i18n/index.js";
import { format, parse } from "../../js/state.js";
import { clock, hourNames, period, shift, stride } from "../../js/time.js";
import { change, number, percent, quantity } from "../../js/units.js";

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
  assert.equal(percent(-27.4, "fr"), "27\u00a0%");
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

test("a period holds its date, from Monday or the first", () => {
  assert.deepEqual(period("2026-11-19", "day"), { from: "2026-11-19", to: "2026-11-20" });
  assert.deepEqual(period("2026-11-22", "week"), { from: "2026-11-16", to: "2026-11-23" });
  assert.deepEqual(period("2026-11-16", "week"), { from: "2026-11-16", to: "2026-11-23" });
  assert.deepEqual(period("2024-02-29", "month"), { from: "2024-02-01", to: "2024-03-01" });
  assert.deepEqual(period("2024-02-29", "year"), { from: "2024-01-01", to: "2025-01-01" });
  assert.equal(stride("2025-03-31", "month", -1), "2025-02-28");
  assert.equal(stride("2026-01-05", "week", -1), "2025-12-29");
});

test("the hour that comes twice has two names, the one that is skipped has none", () => {
  const hours = (from, count) => Array.from({ length: count }, (_, i) => Date.parse(from) / 1000 + 3600 * i);
  const paris = clock("fr", "Europe/Paris");
  const long = hourNames(hours("2025-10-25T22:00:00Z", 25), paris);
  assert.deepEqual(long.slice(1, 5), ["01 h", "02 h A", "02 h B", "03 h"]);
  assert.equal(long.at(-1), "23 h");
  assert.deepEqual(hourNames(hours("2025-03-29T23:00:00Z", 23), paris).slice(0, 4), ["00 h", "01 h", "03 h", "04 h"]);
});

test("dates put the day first in both languages", () => {
  const at = Date.parse("2026-11-19T12:00:00Z") / 1000;
  assert.equal(clock("en", "Europe/Paris").date(at), "19 Nov 2026");
  assert.equal(clock("fr", "Europe/Paris").date(at), "19 nov. 2026");
});

test("a half hour of the hour that comes twice is told apart", () => {
  const paris = clock("fr", "Europe/Paris");
  const at = (instant) => paris.hour(Date.parse(instant) / 1000);
  const told = {
    "2025-10-25T23:30:00Z": "01:30", "2025-10-26T00:00:00Z": "02:00 A", "2025-10-26T00:30:00Z": "02:30 A",
    "2025-10-26T01:00:00Z": "02:00 B", "2025-10-26T01:30:00Z": "02:30 B", "2025-10-26T02:00:00Z": "03:00", "2025-03-30T01:00:00Z": "03:00",
  };
  for (const [instant, hour] of Object.entries(told)) assert.equal(at(instant), hour, instant);
});

test("an interval names its day and both its ends", () => {
  const at = Date.parse("2026-03-03T06:00:00Z") / 1000;
  assert.equal(clock("fr", "Europe/Paris").interval(at, at + 1800), "mar. 3 mars, 07:00–07:30");
  assert.equal(clock("en", "Europe/Paris").hour(at + 39600), "18:00");
});

test("two dates in an address are a period only when both exist, in order", () => {
  assert.deepEqual(parse("#/gas?from=2026-01-05&to=2026-03-04"), { page: "gas", from: "2026-01-05", to: "2026-03-04" });
  for (const wrong of ["from=2026-01-05", "from=2026-03-04&to=2026-01-05", "from=2026-02-30&to=2026-03-04"]) assert.deepEqual(parse(`#/gas?${wrong}`), { page: "gas" }, wrong);
});
