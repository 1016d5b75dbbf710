// What the pages work out of degree-days, models and periods.
import assert from "node:assert/strict";
import { test } from "node:test";
import { absences, byYear, found, monthlyDegrees, outside, pairOf, spanOf } from "../../js/analysis.js";
import { paired } from "../../js/charts/scale.js";
import { format, parse } from "../../js/state.js";
import { clock } from "../../js/time.js";

const paris = clock("fr", "Europe/Paris");
const at = (text) => Date.parse(text) / 1000;

test("two axes have the same number of steps, of a round size, and hold their values", () => {
  for (const [most, steps, last] of [[285, 5, 300], [500, 5, 500], [430, 4, 600], [0.9, 5, 1], [12.6, 6, 15]]) {
    const ticks = paired(most, steps);
    assert.deepEqual([ticks.length, ticks[0], ticks.at(-1)], [steps + 1, 0, last], `${most} in ${steps}`);
  }
});

test("a month without enough temperatures has no degree-days; the one that runs has what it has", () => {
  const answer = { start: [at("2025-12-31T23:00Z"), at("2026-01-31T23:00Z"), at("2026-02-28T23:00Z"), at("2026-03-31T22:00Z")], value: [400, 120, 90, null], coverage: [1, 0.6, 0.4, 0] };
  assert.deepEqual(monthlyDegrees(answer, { today: "2026-03-12", year: 2026, clock: paris }).slice(0, 5), [400, null, 90, null, null]);
  assert.deepEqual(monthlyDegrees(answer, { today: "2026-03-12", year: 2025, clock: paris }), Array(12).fill(null));
});

test("a month is judged when it is nearly whole and its interval is known", () => {
  const month = { actual: 150, predicted: 100, lower: 80, upper: 120, coverage: 1 };
  assert.equal(outside(month), 50);
  assert.equal(outside({ ...month, actual: 60 }), -40);
  assert.equal(outside({ ...month, coverage: 0.97 }), 50);
  for (const more of [{ actual: 110 }, { coverage: 0.8 }, { actual: null }, { lower: null }, { predicted: 0 }]) assert.equal(outside({ ...month, ...more }), null, JSON.stringify(more));
});

test("what was found comes newest first; what is silenced does not, changes and works do", () => {
  const model = { changes: [{ since: "2026-03-14" }], events: [{ date: "2025-09-10" }], anomalies: [{ date: "2026-05-01", kind: "odd_day", muted: false }, { date: "2026-05-02", kind: "frozen", muted: true }] };
  assert.deepEqual(found(model, false).map(({ kind, date }) => [kind, date]), [["odd_day", "2026-05-01"], ["change", "2026-03-14"], ["event", "2025-09-10"]]);
  assert.deepEqual(found(model, true).map(({ kind }) => kind), ["change", "event"]);
});

test("months are sorted by year, a month without a reading is a gap", () => {
  const points = { start: [at("2024-12-31T23:00Z"), at("2025-01-31T23:00Z"), at("2025-12-31T23:00Z"), at("2026-01-31T23:00Z")], value: [300, null, 310, 280], coverage: [1, 0, 1, 0.5] };
  const years = byYear(points, paris);
  assert.deepEqual(years.map(({ year }) => year), [2025, 2026]);
  assert.deepEqual(years[0].months.slice(0, 2), [{ value: 300, incomplete: false }, { value: null, incomplete: false }]);
  assert.deepEqual(years[1].months[1], { value: 280, incomplete: true });
});

test("a usual week is made of the page's days when they are a week at least, else of the last ones", () => {
  const page = { latest: "2026-11-20", first: "2025-01-01" };
  assert.deepEqual(spanOf({ span: "page" }, { ...page, from: "2026-11-01", to: "2026-12-01" }), { span: "page", from: "2026-11-01", to: "2026-11-21", own: true });
  assert.deepEqual(spanOf({ span: "page" }, { ...page, from: "2026-11-16", to: "2026-11-23" }), { span: "30d", from: "2026-10-22", to: "2026-11-21", own: false });
  assert.deepEqual(spanOf({}, { ...page, first: "2026-11-10", from: "2026-11-16", to: "2026-11-17" }), { span: "30d", from: "2026-11-10", to: "2026-11-21", own: false });
});

test("two periods are those of the address, else the page's and a year before, up to the last reading", () => {
  const page = { from: "2026-11-16", to: "2026-11-23", latest: "2026-11-20" };
  assert.deepEqual(pairOf({}, page), { from: "2026-11-16", to: "2026-11-21", other: "2025-11-16" });
  assert.deepEqual(pairOf({ one: "2026-01-01", end: "2026-01-31", other: "2024-01-01" }, page), { from: "2026-01-01", to: "2026-02-01", other: "2024-01-01" });
  assert.deepEqual(pairOf({}, { ...page, from: "2027-01-01", to: "2027-01-08" }), { from: "2026-11-14", to: "2026-11-21", other: "2025-11-14" });
});

test("an address holds what is compared, the usual week and the series, and nothing that is not one", () => {
  const state = { page: "electricity", span: "90d", one: "2026-01-01", end: "2026-01-31", other: "2025-01-01", series: "linky.load_curve" };
  assert.deepEqual(parse(format(state)), state);
  assert.deepEqual(parse("#/data?span=2y&one=2026-02-01&end=2026-01-01&other=soon&series=%3Cb%3E"), { page: "data" });
});

test("days in a row with nobody at home are one absence; a day of which nothing is said ends it", () => {
  const days = [["2026-08-03", 0], ["2026-08-01", 0], ["2026-08-02", 0], ["2026-08-04", null], ["2026-08-05", 0], ["2026-08-06", 2], ["2026-12-31", 0], ["2027-01-01", 0]].map(([date, persons]) => ({ date, persons }));
  assert.deepEqual(absences(days), [{ from: "2026-08-01", to: "2026-08-04" }, { from: "2026-08-05", to: "2026-08-06" }, { from: "2026-12-31", to: "2027-01-02" }]);
});
