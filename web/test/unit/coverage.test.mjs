// What the page of data works out of coverage and of addresses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, daysOf, lengthOf, runs, stateOf, tally, toneOf } from "../../js/coverage.js";
import { parse } from "../../js/state.js";

const day = (date, present, expected = 48) => ({ date, present, expected });

test("a day is whole, in part, missing, or not expected", () => {
  assert.deepEqual([day("", 48), day("", 46, 46), day("", 1), day("", 0), day("", 0, 0)].map(stateOf), ["full", "full", "part", "none", null]);
});

test("a period has all its days, those that nothing is said of expect nothing", () => {
  const days = daysOf({ days: [day("2026-03-29", 46, 46)] }, "2026-03-28", "2026-03-31");
  assert.deepEqual(days.map(({ date, expected }) => [date, expected]), [["2026-03-28", 0], ["2026-03-29", 46], ["2026-03-30", 0]]);
});

test("days alike in a row are one stretch", () => {
  const days = [day("a", 48), day("b", 48), day("c", 0), day("d", 0, 0), day("e", 7), day("f", 48)];
  assert.deepEqual(runs(days), [{ state: "full", from: 0, to: 2 }, { state: "none", from: 2, to: 3 }, { state: null, from: 3, to: 4 }, { state: "part", from: 4, to: 5 }, { state: "full", from: 5, to: 6 }]);
});

test("all but one interval is not all, and of nothing there is no share", () => {
  const many = Array.from({ length: 1000 }, () => day("x", 48));
  assert.deepEqual(tally([...many, day("y", 47)]), { full: 1000, part: 1, none: 0, share: 99.9 });
  assert.equal(tally(many).share, 100);
  assert.deepEqual(tally([day("x", 0, 0)]), { full: 0, part: 0, none: 0, share: null });
  assert.equal(tally([day("x", 24), day("y", 0)]).share, 25);
});

test("a series has the colour of its thing", () => {
  const told = { "electricity.load_curve": "electricity", "gas.energy": "gas", "gas.temperature": "weather", "grid.load": "actual", "grid.forecast_d1": "official", "weather.wind_speed": "weather", "tariff.tempo": "secondary" };
  for (const [role, colour] of Object.entries(told)) assert.equal(colourOf({ labels: { role }, unit: role.endsWith("temperature") ? "degC" : "1" }), colour, role);
  assert.equal(colourOf({ unit: "1" }), "secondary");
  assert.deepEqual([toneOf({ labels: { role: "grid.load" } }), toneOf({ labels: { role: "gas.energy" } })], ["--text", "--gas"]);
});

test("a length is told in the largest unit that divides it", () => {
  for (const [seconds, told] of [[1800, { count: 30, unit: "minute" }], [3600, { count: 1, unit: "hour" }], [82800, { count: 23, unit: "hour" }], [172800, { count: 2, unit: "day" }], [90, { count: 90, unit: "second" }]]) assert.deepEqual(lengthOf(seconds), told);
});

test("the address holds the series and how its values are taken", () => {
  assert.deepEqual(parse("#/data?series=gas.energy&by=day&step=365d"), { page: "data", series: "gas.energy", by: "day", step: "365d" });
  assert.deepEqual(parse("#/data?by=century&step=3000d"), { page: "data" });
});
