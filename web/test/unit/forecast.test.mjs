// What the pages work out of forecasts and their scores.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bestOf, blurOf, caseOf, dailyErrors, digitsFor, isHousehold, isNational, mapeOf, modelsOf, nextRun, peakOf, restOf, scaled, scaleOf, servedRun, stretches } from "../../js/forecast.js";
import { words } from "../../js/i18n/index.js";
import { clock } from "../../js/time.js";

const paris = clock("fr", "Europe/Paris");
const at = (text) => Date.parse(text) / 1000;
const hours = (from, count) => Array.from({ length: count }, (_, i) => at(from) + 3600 * i);

test("a target is a home's or the country's by its unit", () => {
  const kinds = [["linky.load_curve", "W", true, false], ["gas.energy", "kWh", true, false], ["rte.load", "MW", false, true], ["rte.load", "", false, true], ["linky.load_curve", "", false, false]];
  for (const [target, unit, home, country] of kinds) assert.deepEqual([isHousehold({ target, unit }), isNational({ target, unit })], [home, country], `${target} in ${unit}`);
  assert.equal(scaleOf("MW").unit, "GW");
  assert.deepEqual(scaled([1500, null], scaleOf("W").factor), [1.5, null]);
  assert.deepEqual(scaleOf("kWh"), { unit: "kWh", factor: 1, digits: 1 });
});

test("the run that counts is the served one of the time asked for, else the last", () => {
  const run = (role, time, issued) => ({ role, at: time, issued_at: issued });
  const runs = [run("served", "20:00", 3), run("part", "10:00", 4), run("served", "10:00", 1), run("served", "10:00", 2)];
  assert.equal(servedRun(runs, "10:00").issued_at, 2);
  assert.equal(servedRun(runs, "07:00").issued_at, 3);
  assert.equal(servedRun(runs).issued_at, 3);
  assert.equal(servedRun([run("part", "10:00", 1)], "10:00"), null);
});

test("the peak is the highest hour that is known", () => {
  assert.equal(peakOf([null, 3, 9, 9, null, 2]), 2);
  assert.equal(peakOf([null, null]), null);
  assert.equal(peakOf([]), null);
});

test("hours that follow each other are one stretch, a hole parts them", () => {
  const start = [...hours("2026-01-10T00:00:00Z", 3), ...hours("2026-01-10T05:00:00Z", 2)];
  assert.deepEqual(stretches(start, [true, true, false, true, true]), [{ from: start[0], to: start[2] }, { from: start[3], to: start[4] + 3600 }]);
  assert.equal(stretches(start, [false, true, true, true, false]).length, 2);
});

test("errors are of local days, on the hours that all have", () => {
  const start = hours("2026-03-28T23:00:00Z", 24);
  const curve = { start, actual: start.map(() => 100), official: start.map((_, i) => (i % 2 ? 103 : 97)), value: start.map(() => 101) };
  curve.actual[0] = null;
  curve.official[1] = null;
  const days = dailyErrors(curve, paris);
  assert.deepEqual(days.map(({ date, hours: count }) => [date, count]), [["2026-03-29", 21], ["2026-03-30", 1]], "the clock is put forward");
  for (const day of days) assert.deepEqual([day.ours.toFixed(6), day.official.toFixed(6)], ["1.000000", "3.000000"]);
});

test("the best are those that read the smallest, ours or not", () => {
  const score = { models: [{ model: "watteau", mape: 1.504 }, { model: "official", mape: 1.496 }, { model: "adaptive", mape: 1.51 }, { model: "naive_d1", mape: null }] };
  assert.deepEqual(bestOf(score), ["watteau", "official"]);
  assert.deepEqual(bestOf(score, 3), ["official"]);
  assert.deepEqual(bestOf({ models: [] }), []);
  assert.equal(mapeOf(score, "naive_d1"), null);
  assert.equal(mapeOf(null, "watteau"), null);
});

test("a scoreboard has ours, its parts, RTE's, the naive ones, each once", () => {
  const scores = [{ models: ["watteau", "chronos", "adaptive", "official", "naive_d7"].map((model) => ({ model })) }, { models: [] }];
  assert.deepEqual(modelsOf(scores, ["watteau", "official", "naive_d1", "naive_d2", "naive_d7"]), ["watteau", "chronos", "adaptive", "official", "naive_d1", "naive_d2", "naive_d7"]);
});

test("numbers that differ read as different where two decimals can tell", () => {
  assert.equal(digitsFor(1.84, 2.48), 1);
  assert.equal(digitsFor(1.84, 1.81), 2);
  assert.equal(digitsFor(1.84, 1.84), 1);
});

test("what is left of a month is the month less what is known, never less than none", () => {
  assert.deepEqual(restOf({ value: 640, lower: 450, upper: 675, so_far: 455 }), {
    known: 455, rest: { value: 185, lower: 0, upper: 220 }, whole: { value: 640, lower: 450, upper: 675 },
  });
});

test("the temperatures are named in every case", () => {
  const { with: names, noisy, cases, briefCases } = words("fr").national;
  assert.match(caseOf("forecast", names, noisy, "fr"), /températures prévues/);
  assert.match(caseOf("measured", names, noisy, "fr"), /températures mesurées à la place des prévisions/);
  assert.match(caseOf("noisy:0.75", names, noisy, "fr"), /mesurées, brouillées de 0,75\u00a0°C, à la place des prévisions/);
  assert.equal(caseOf("noisy:0.75", cases, cases.noisy, "fr"), "brouillées");
  for (const weather of ["none", "mixed"]) for (const set of [names, cases, briefCases]) assert.ok(set[weather]);
  assert.deepEqual([blurOf("noisy:1.5"), blurOf("measured"), blurOf(undefined)], [1.5, null, null]);
});

test("the next run is the daemon's word, else the job's next time", () => {
  const now = at("2026-01-10T08:00:00Z");
  assert.equal(nextRun({ at: ["10:00"], next_run: "2026-01-10T08:15:00Z" }, now, paris), at("2026-01-10T08:15:00Z"));
  assert.equal(nextRun({ at: ["10:00"] }, now, paris), at("2026-01-10T09:00:00Z"));
});
