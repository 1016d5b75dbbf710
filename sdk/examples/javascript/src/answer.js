// From the cloud's answer to hours with an instant.
//
// The cloud writes civil time without an offset: `2024-10-27T02:00` comes twice in the night when the clock
// goes back, in order. The host's clock knows the zones; a guest carries none and must not guess.

import { resolve } from "watteau:connector/clock@1.0.0";
import { text, unreadable } from "./failures.js";

const CIVIL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):00$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const FIELDS = ["electricity", "heat", "outdoor", "hot_water"];

/// The hours that can be placed, each `{ start, electricity, heat, outdoor, hot_water }` with numbers, null (not
/// measured) or undefined (not told). Each that cannot is handed to `refuse`, and the rest goes on.
export function readHours(answer, zone, refuse) {
  if (!Array.isArray(answer.hours) || answer.zone !== zone) throw unreadable(JSON.stringify(answer));
  const shown = new Map();
  for (const row of answer.hours) shown.set(row?.hour, (shown.get(row?.hour) ?? 0) + 1);
  const met = new Map();
  const hours = [];
  answer.hours.forEach((row, index) => {
    const nth = met.get(row?.hour) ?? 0;
    met.set(row?.hour, nth + 1);
    const read = readHour(row, zone, nth, shown.get(row?.hour));
    if (read.reason) refuse({ place: `hours[${index}]`, date: dateIn(row), reason: read.reason });
    else hours.push(read);
  });
  return hours;
}

function readHour(row, zone, nth, shown) {
  const civil = CIVIL.exec(row?.hour);
  if (!civil) return { reason: text("the hour cannot be read", "l’heure est illisible") };
  const hour = {};
  for (const field of FIELDS) {
    const value = row[field];
    if (value !== undefined && value !== null && typeof value !== "number") {
      return { reason: text(`\`${field}\` is not a number`, `« ${field} » n’est pas un nombre`) };
    }
    hour[field] = value;
  }
  const placed = place(moment(civil, zone), nth, shown);
  return placed.reason ? placed : { ...hour, start: placed.start };
}

/// The instant of the `nth` of the rows that show this time, from zero.
function place(moment, nth, shown) {
  switch (moment?.tag) {
    case "once":
      if (nth === 0) return { start: moment.val };
      return { reason: text("the hour comes a second time", "l’heure revient une deuxième fois") };
    case "twice":
      // Alone it may be either: better none than an hour off.
      if (shown === 2) return { start: moment.val[nth] };
      return {
        reason: text(
          "the clock shows this hour twice, and the answer does not",
          "l’horloge montre deux fois cette heure, mais pas la réponse",
        ),
      };
    case "never":
      return { reason: text("the clock skips this hour", "l’horloge saute cette heure") };
    default:
      return { reason: text("there is no such date", "cette date n’existe pas") };
  }
}

/// None where the date does not exist.
function moment([, year, month, day, hour = "0"], zone) {
  try {
    return resolve(zone, {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: 0,
      second: 0,
    });
  } catch {
    return null;
  }
}

function dateIn(row) {
  return CIVIL.test(row?.hour) ? row.hour.slice(0, 10) : null;
}

/// The first instant of a day, or none: in some zones the clock skips midnight.
export function startOfDay(date, zone) {
  const parts = DATE.exec(date);
  const start = parts && moment(parts, zone);
  switch (start?.tag) {
    case "once":
      return start.val;
    case "twice":
      return start.val[0];
    default:
      return null;
  }
}
