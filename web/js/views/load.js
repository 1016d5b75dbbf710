// The load curve of a period, with what is missing in it and why.
import { curve } from "../charts/curve.js";
import { chartCard, swatch } from "../components/card.js";
import { h } from "../dom.js";
import { shift } from "../time.js";
import { number, quantity } from "../units.js";

const NOTES = 4;

export function loadCard({ points, coverage, from, to, step }, { t, language, clock }) {
  const kilowatts = points.value.map((watts) => (watts === null ? null : watts / 1000));
  const gaps = (coverage?.gaps ?? []).map((gap) => ({ ...gap, from: seconds(gap.from), to: seconds(gap.to) }));
  const days = daysOf(from, to, clock);
  const span = { from: days[0], to: days.at(-1) };
  const guessed = points.quality.some((quality) => quality === "estimated" || quality === "filled");
  const slot = (i) => clock.interval(points.start[i], points.end[i]);
  const legend = [
    swatch("stroke", "electricity", t.measured),
    guessed && swatch("hatch", "electricity", t.estimated),
    gaps.length > 0 && swatch("floor", "secondary", t.hole),
  ].filter(Boolean);
  const card = chartCard({
    title: t.loadCurve, unit: "kW", t, legend, titles: [t.when, "kW"],
    rows: () => points.start.map((_, i) => [slot(i), kilowatts[i] === null ? "–" : number(kilowatts[i], language, 3)]),
    draw: (box, read) => curve(box, {
      ...points, value: kilowatts, gaps, span, lines: days.slice(1, -1), colour: "--electricity",
      labels: step === "day" ? hourLabels(span, clock) : dayLabels(days, step, box.clientWidth, clock), format: (value) => number(value, language, 1),
      pick: (i) => read(i === null || kilowatts[i] === null ? null : [h("b", null, slot(i)), swatch("stroke", "electricity", "", quantity(kilowatts[i], "kW", language))]),
    }),
  });
  for (const gap of gaps.slice(0, NOTES)) {
    card.append(h("p.note.hole", null, h("span.swatch.floor.secondary", null), h("span", null,
      `${clock.moment(gap.from)} – ${clock.moment(gap.to)}${t.colon}${gap.reason[language] ?? gap.reason.en}`,
      gap.reason.next_try && ` ${capital(t.nextTry)} ${clock.moment(seconds(gap.reason.next_try))}.`)));
  }
  if (gaps.length > NOTES) card.append(h("p.note", null, t.moreHoles(gaps.length - NOTES)));
  return card;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

const seconds = (instant) => (typeof instant === "number" ? instant : Date.parse(instant) / 1000);

/** The local midnights of a period, and the one that ends it: the hours between two are 23, 24 or 25. */
function daysOf(from, to, clock) {
  const midnights = [];
  for (let date = from; date <= to; date = shift(date, { days: 1 })) {
    let at = Date.parse(`${date}T00:00:00Z`) / 1000;
    // A zone is a whole number of quarters of an hour away from UTC.
    while (clock.iso(at) >= date) at -= 900 * 4;
    while (clock.iso(at) < date) at += 900;
    midnights.push(at);
  }
  return midnights;
}

function dayLabels(midnights, step, width, clock) {
  const shown = midnights.slice(0, -1).map((at, i) => ({ at: Math.round((at + midnights[i + 1]) / 2), start: at }));
  if (step === "month") return shown.filter((one) => new Date(one.at * 1000).getUTCDay() === 1).map(({ at }) => ({ at, label: clock.dayNumber(at) }));
  return shown.map(({ at }) => ({ at, label: width < 600 ? clock.dayNumber(at) : clock.weekday(at) }));
}

function hourLabels({ from, to }, clock) {
  const labels = [];
  for (let at = from; at < to; at += 3600) if (clock.hourOf(at) % 3 === 0) labels.push({ at, label: `${clock.hourOf(at)}\u00a0h` });
  return labels;
}
