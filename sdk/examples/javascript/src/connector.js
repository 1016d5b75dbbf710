// A connector to a heat pump's cloud: what the host calls.
//
// The cloud is invented; the rest is what any source needs. The host decides which days to ask for, keeps the
// key and the quota, and checks every point; this code asks, reads and hands over.

import { local, homeZone } from "watteau:connector/clock@1.0.0";
import { get as getSettings } from "watteau:connector/settings@1.0.0";
import { put, absent, refuse } from "watteau:connector/sink@1.0.0";
import { readHours, startOfDay } from "./answer.js";
import { fetchJson } from "./cloud.js";
import { notKept, text } from "./failures.js";

const HOUR = 3_600_000;

// Series and the fields of an hour in the cloud's answer.
const ALWAYS = [
  { name: "electricity", unit: "kWh", field: "electricity" },
  { name: "heat", unit: "kWh", field: "heat" },
  { name: "outdoor", unit: "degC", field: "outdoor" },
];
const HOT_WATER = { name: "hot_water", unit: "kWh", field: "hot_water" };

function settings() {
  return JSON.parse(getSettings());
}

function wanted({ hot_water: hotWater }) {
  return hotWater ? [...ALWAYS, HOT_WATER] : ALWAYS;
}

/// `2024-10-27`, the local day of an instant.
function dayOf(zone, instant) {
  const [{ year, month, day }] = local(zone, instant);
  const digits = (number, width) => String(number).padStart(width, "0");
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/// Hands over what was told of one series. What it puts becomes durable when `pull` returns.
function keep({ name, unit, points, holes }) {
  try {
    if (points.length > 0) put({ series: name, unit, asOf: null, points });
    if (holes.length > 0) {
      absent(name, holes, text("The pump was not heard.", "La pompe n’a pas été entendue."));
    }
  } catch (error) {
    throw notKept(error.payload);
  }
}

export const plugin = {
  /// The series that depend on the settings; the others are in the manifest.
  describe() {
    if (!settings().hot_water) return [];
    return [
      {
        name: HOT_WATER.name,
        unit: HOT_WATER.unit,
        kind: "energy",
        step: { tag: "seconds", val: 3600 },
        dayStart: 0,
        title: text("Heat into the hot water tank", "Chaleur fournie au ballon d’eau chaude"),
        minimum: 0,
        maximum: 30,
        ahead: 0,
        optional: true,
        role: null,
        feed: "hours",
        labels: [],
      },
    ];
  },

  check() {
    const { pump } = settings();
    const { name } = fetchJson(`/v1/pumps/${encodeURIComponent(pump)}`);
    const called = typeof name === "string" ? name : pump;
    return text(`The heat pump ${called} answers.`, `La pompe à chaleur ${called} répond.`);
  },
};

export const source = {
  pull({ span }) {
    const set = settings();
    const zone = homeZone();
    // Both days are included; the end of a span is not part of it.
    const [from, to] = [dayOf(zone, span.start), dayOf(zone, span.end - 1)];
    const path = `/v1/pumps/${encodeURIComponent(set.pump)}/hours`;
    const answer = fetchJson(`${path}?from=${from}&to=${to}&zone=${encodeURIComponent(zone)}`);
    const hours = readHours(answer, zone, refuse);
    for (const { name, unit, field } of wanted(set)) {
      // Null is the cloud's word for an hour that was not measured; a field that is not there says nothing.
      const told = hours.filter((hour) => hour[field] !== undefined);
      const points = told
        .filter((hour) => hour[field] !== null)
        .map((hour) => ({ start: hour.start, duration: HOUR, value: hour[field], quality: "measured" }));
      const holes = told
        .filter((hour) => hour[field] === null)
        .map((hour) => ({ start: hour.start, end: hour.start + HOUR }));
      keep({ name, unit, points, holes });
    }
    return { historyStart: startOfDay(answer.installed, zone), remark: null };
  },
};
