// The load curve of a period, with what is missing in it and why.
import { curve } from "../charts/curve.js";
import { chartCard, swatch } from "../components/card.js";
import { h } from "../dom.js";
import { hourNames, midnights } from "../time.js";
import { number, quantity } from "../units.js";

const NOTES = 4;

export function loadCard({ points, coverage, from, to, step }, { t, language, clock }) {
  const kilowatts = points.value.map((watts) => (watts === null ? null : watts / 1000));
  const gaps = holesOf(coverage?.gaps);
  const days = midnights(from, to, clock);
  const span = { from: days[0], to: days.at(-1) };
  const guess = (i) => points.quality[i] === "estimated" || points.quality[i] === "filled";
  const guessed = points.start.some((_, i) => guess(i));
  const slot = (i) => clock.interval(points.start[i], points.end[i]);
  const reading = (i) => {
    if (kilowatts[i] === null) return t.hole;
    return swatch(guess(i) ? "hatch" : "stroke", "electricity", guess(i) ? t.estimated : "", quantity(kilowatts[i], "kW", language));
  };
  const legend = [
    swatch("stroke", "electricity", t.measured),
    guessed && swatch("hatch", "electricity", t.estimated),
    gaps.length > 0 && swatch("floor", "secondary", t.hole),
  ].filter(Boolean);
  const card = chartCard({
    title: t.loadCurve, unit: "kW", t, legend, titles: [t.when, "kW", ...(guessed ? [t.quality] : [])],
    rows: () => points.start.map((_, i) => [
      slot(i),
      kilowatts[i] === null ? "–" : number(kilowatts[i], language, 3),
      ...(guessed ? [guess(i) ? t.estimated : kilowatts[i] === null ? "" : t.measured] : []),
    ]),
    draw: (box, read) => curve(box, {
      ...points, value: kilowatts, gaps, span, lines: days.slice(1, -1), colour: "--electricity",
      labels: (since, until) => labels(days, { step, since, until, width: box.clientWidth, clock }), format: (value) => number(value, language, 2),
      pick: (i) => read(i === null ? null : [h("b", null, slot(i)), reading(i)]),
    }),
  });
  card.append(...holeNotes(gaps, { t, language, clock }));
  return card;
}

/** Where nothing was measured, in seconds. */
export const holesOf = (gaps) => (gaps ?? []).map((gap) => ({ ...gap, from: seconds(gap.from), to: seconds(gap.to) }));

/** A line for each hole, with its reason and the next try. */
export function holeNotes(gaps, { t, language, clock }) {
  const notes = gaps.slice(0, NOTES).map((gap) => h("p.note.hole", null, h("span.swatch.floor.secondary", null), h("span", null,
    `${clock.moment(gap.from)} – ${clock.moment(gap.to)}${t.colon}${gap.reason[language] ?? gap.reason.en}`,
    gap.reason.next_try && ` ${capital(t.nextTry)} ${clock.moment(seconds(gap.reason.next_try))}.`)));
  return gaps.length > NOTES ? [...notes, h("p.note", null, t.moreHoles(gaps.length - NOTES))] : notes;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

const seconds = (instant) => (typeof instant === "number" ? instant : Date.parse(instant) / 1000);

/** Hours when about three days or less are shown, else days; as many as there is room for. */
export function labels(days, { step, since, until, width, clock }) {
  const length = until - since;
  if (length > 3 * 86400) return dayLabels(days, length > 14 * 86400 ? step : "week", width, clock);
  const room = (width - 60) / (length / 3600);
  return hourLabels(days, room, clock);
}

function dayLabels(days, step, width, clock) {
  const shown = days.slice(0, -1).map((at, i) => ({ at: Math.round((at + days[i + 1]) / 2), start: at }));
  if (step === "month") return shown.filter((one) => new Date(one.at * 1000).getUTCDay() === 1).map(({ at }) => ({ at, label: clock.dayNumber(at) }));
  return shown.map(({ at }) => ({ at, label: width < 600 ? clock.dayNumber(at) : clock.weekday(at) }));
}

/** `room`: pixels an hour. The hour that comes twice is always named, both together where they do not fit apart. */
function hourLabels(days, room, clock) {
  const every = [1, 3, 6, 12].find((count) => count * room >= 38) ?? 24;
  return days.slice(0, -1).flatMap((midnight, day) => {
    const starts = Array.from({ length: Math.round((days[day + 1] - midnight) / 3600) }, (_, i) => midnight + 3600 * i);
    return tidy(hourNames(starts, clock), starts.map(clock.hourOf), every, room).map((label, i) => label && { at: starts[i], label }).filter(Boolean);
  });
}

/** The names of a day's hours that have room on an axis, null for the others. */
export function tidy(names, hours, every, room) {
  const twice = names.findIndex((name) => name.endsWith(" A"));
  const apart = room >= 36;
  return names.map((name, i) => {
    // Side by side the two touch unless they are short.
    const text = (room < 44 && /[AB]$/.test(name) && apart ? name.replace(/^0/, "") : name).replaceAll(" ", "\u00a0");
    if (twice >= 0 && i === twice) return apart ? text : `${text}/B`;
    if (twice >= 0 && i === twice + 1) return apart ? text : null;
    // Its neighbours make way for the hour that comes twice.
    if (twice >= 0 && !apart && i !== twice && Math.abs(i - twice) * room < 46) return null;
    return hours[i] % every === 0 ? text : null;
  });
}
