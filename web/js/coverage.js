// What a series has of each day, and what it lacks. Nothing here draws.

import { datesOf } from "./time.js";

/** `full`, `part`, `none`, or null where nothing is expected: before a series began, or in days to come. */
export const stateOf = ({ expected, present }) => (!expected ? null : present >= expected ? "full" : present > 0 ? "part" : "none");

/** The days of a period, as coverage tells them; those that it does not name expect nothing. */
export function daysOf(coverage, from, to) {
  const told = new Map(coverage.days.map((day) => [day.date, day]));
  return datesOf(from, to).map((date) => told.get(date) ?? { date, expected: 0, present: 0 });
}

/** Days in a row that are alike, as `{state, from, to}` by their places. */
export function runs(days) {
  const found = [];
  days.forEach((day, i) => {
    const state = stateOf(day);
    if (found.at(-1)?.state === state) found.at(-1).to = i + 1;
    else found.push({ state, from: i, to: i + 1 });
  });
  return found;
}

/** How many days are whole, part of a day, or missing, and the share of what was expected that is there, % or null. */
export function tally(days) {
  const count = (state) => days.filter((day) => stateOf(day) === state).length;
  const [expected, present] = ["expected", "present"].map((side) => days.reduce((sum, day) => sum + Math.min(day[side], day.expected), 0));
  // 99.97 % is not all of it.
  const share = !expected ? null : present === expected ? 100 : Math.min(99.9, (100 * present) / expected);
  return { full: count("full"), part: count("part"), none: count("none"), share };
}

/** The colour of a series: the thing's own. */
export function colourOf({ labels, unit }) {
  const role = labels?.role ?? "";
  if (role.startsWith("electricity")) return "electricity";
  if (role === "grid.load") return "actual";
  if (role.startsWith("grid.forecast")) return "official";
  if (role.startsWith("weather") || unit === "degC") return "weather";
  return role.startsWith("gas") ? "gas" : "secondary";
}

/** Its custom property. */
export const toneOf = (one) => ({ actual: "--text" })[colourOf(one)] ?? `--${colourOf(one)}`;

/** A length of time in its largest unit that divides it: `{count, unit}`. */
export function lengthOf(seconds) {
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([one]) => seconds >= one && seconds % one === 0) ?? [1, "second"];
  return { count: seconds / size, unit };
}
