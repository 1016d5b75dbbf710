// The dashboard's pure modules, by node's own runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, words } from "../../js/i18n/index.js";
import { format, parse } from "../../js/state.js";
import { ago, clock, hourNames, nextOf, period, shift, stride } from "../../js/time.js";
import { change, fixed, number, percent, quantity, signed } from "../../js/units.js";

test("both languages have the same keys, of the same shape", () => {
  const [fr, en] = [words("fr"), words("en")];
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  const alike = (one, other, where) => {
    assert.equal(typeof one, typeof other, where);
    if (typeof one !== "object") return;
    assert.deepEqual(Object.keys(one).sort(), Object.keys(other).sort(), where);
    for (const key of Object.keys(one)) alike(one[key], other[key], `${where}.${key}`);
  };
  alike(fr, en, "words");
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
  assert.equal(change(-0.04, "en"), "0%");
  assert.equal(percent(-27.4, "fr"), "27\u00a0%");
});

test("numbers of a table have as many decimals in every row, and a sign where it counts", () => {
  assert.equal(fixed(1.5, "fr", 2), "1,50");
  assert.equal(fixed(9240, "en", 0), "9,240");
  assert.equal(signed(0.639, "fr", 2), "+0,64");
  assert.equal(signed(-0.17, "en", 2), "−0.17");
  assert.equal(percent(1.84, "fr", 1), "1,8\u00a0%");
  assert.equal(percent(1.5, "en", 2), "1.50%");
});

test("an address holds page, date and step, and nothing that is not one", () => {
  assert.deepEqual(parse("#/gas?date=2026-11-20&step=month"), { page: "gas", date: "2026-11-20", step: "month" });
  assert.deepEqual(parse("#/nowhere?date=yesterday&step=age"), { page: "overview" });
  const state = { page: "electricity", date: "2025-10-26", step: "week" };
  assert.deepEqual(parse(format(state)), state);
});

test("an address holds the stretch of days, the time of issue and what the curve shows", () => {
  const state = { page: "grid", step: "30d", at: "20:00", sight: "gap" };
  assert.deepEqual(parse(format(state)), state);
  assert.deepEqual(parse("#/grid?step=31d&at=25:00&sight=far"), { page: "grid" });
});

test("so many days end with their date, and move by as many", () => {
  assert.deepEqual(period("2026-03-31", "7d"), { from: "2026-03-25", to: "2026-04-01" });
  assert.equal(stride("2026-03-31", "30d", -1), "2026-03-01");
});

test("the next of some times of day is on the home's clock, today or tomorrow", () => {
  const paris = clock("fr", "Europe/Paris");
  const next = (now, times = ["10:00", "20:00"]) => new Date(1000 * nextOf(times, Date.parse(now) / 1000, paris)).toISOString();
  const told = {
    "2026-01-10T08:59:00Z": "2026-01-10T09:00:00.000Z", "2026-01-10T09:00:00Z": "2026-01-10T19:00:00.000Z", "2026-01-10T19:00:00Z": "2026-01-11T09:00:00.000Z",
    // The clock is put forward on 29 March and back on 25 October.
    "2026-03-28T20:00:00Z": "2026-03-29T08:00:00.000Z", "2026-03-29T00:30:00Z": "2026-03-29T08:00:00.000Z", "2026-10-25T00:30:00Z": "2026-10-25T09:00:00.000Z",
  };
  for (const [now, then] of Object.entries(told)) assert.equal(next(now), then, now);
});

test("an age is told in its largest unit that is not one", () => {
  assert.equal(ago(14 * 60, "fr"), "il y a 14\u00a0min");
  assert.equal(ago(3 * 3600, "en"), "3 hr ago");
  assert.equal(ago(3 * 86400, "en"), "3 days ago");
  assert.match(ago(0, "en"), /^0 min|^in 0 min/);
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
