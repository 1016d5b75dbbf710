// The load hour by hour with both forecasts; or how far they were from it.
import { band } from "../charts/band.js";
import { rungs } from "../charts/base.js";
import { chartCard, swatch } from "../components/card.js";
import { h } from "../dom.js";
import { caseOf, peakOf, scaleOf, scaled, stretches } from "../forecast.js";
import { SIGHTS } from "../state.js";
import { midnights, noon, shift } from "../time.js";
import { fixed, number, percent, signed } from "../units.js";
import { holeNotes, holesOf, labels } from "./load.js";

const HOUR = 3600;
const DASH = [6, 4];
/** Up to which length the hours are named, seconds. */
const HOURS = 1.5 * 86400;
/** From which length on only Mondays are named, and only the first days of months. */
const MANY = { days: 10 * 86400, mondays: 75 * 86400 };

/** @param {{curve: object, gaps: object[], from: string, to: string, cut: number|false}} shown `cut`: how many days of a longer period are shown */
export function gridCurve({ curve, gaps, from, to, cut }, frame) {
  const { t, language, clock, state, go, target, now, today, tomorrow, run } = frame;
  const words = t.national;
  const { unit, factor, digits } = scaleOf(curve.unit || target.unit);
  const gap = state.sight === "gap";
  const { start, replayed } = curve;
  const end = start.map((at) => at + HOUR);
  const actual = scaled(curve.actual, factor);
  const less = (values) => scaled(values, factor).map((value, i) => (!gap ? value : value === null || actual[i] === null ? null : value - actual[i]));
  const [official, ours, lower, upper, innerLower, innerUpper] = [curve.official, curve.value, curve.lower, curve.upper, curve.inner_lower, curve.inner_upper].map(less);
  const lines = [
    { key: "official", values: official, colour: "--official", dash: DASH },
    { key: "ours", values: ours, colour: "--ours" },
    !gap && { key: "measured", values: actual, colour: "--text", width: 2 },
  ].filter(Boolean);
  const days = midnights(from, to, clock);
  const span = { from: days[0], to: days.at(-1) };
  const known = [...lines.map(({ values }) => values), lower, upper].flat().filter((value) => value !== null);
  const write = gap ? (value) => signed(value, language, digits + 1) : (value) => fixed(value, language, digits);
  const value = (one) => (one == null ? "–" : write(one));
  // What is not over yet is no hole.
  const holes = holesOf(gaps).filter((gap) => gap.from < now - HOUR);
  const remade = stretches(start, start.map((_, i) => replayed[i] && curve.value[i] !== null));
  const marks = { official: ["dash", "official", words.official], ours: ["line", "ours", words.ours], measured: ["line", "actual", words.measured] };
  const legend = [
    ...lines.toReversed().filter(({ values }) => values.some((one) => one !== null)).map(({ key }) => swatch(...marks[key])),
    lower.some((one) => one !== null) && [swatch("inner", "ours", words.chances(50)), swatch("band", "ours", words.chances(80))],
    remade.length > 0 && swatch("strip", "ours", words.remade),
    holes.length > 0 && swatch("floor", "secondary", t.hole),
  ].flat().filter(Boolean);
  const read = (i) => [
    h("b", null, clock.interval(start[i], end[i])),
    ...lines.toReversed().filter(({ values }) => values[i] !== null).map(({ key, values }) => swatch(...marks[key], value(values[i]))),
    ...[["inner", 50, innerLower, innerUpper], ["band", 80, lower, upper]].map(([mark, share, low, high]) => low[i] !== null && swatch(mark, "ours", percent(share, language, 0), `${value(low[i])} – ${value(high[i])}`)),
    replayed[i] && ours[i] !== null && swatch("strip", "ours", words.remade),
  ];
  const columns = [...lines.toReversed().map(({ key, values }) => [marks[key][2], values]), [`50 % ${words.low}`, innerLower], [`50 % ${words.high}`, innerUpper], [`80 % ${words.low}`, lower], [`80 % ${words.high}`, upper]];
  const card = chartCard({
    title: gap ? words.gap : words.load, unit, t, legend,
    titles: [t.when, ...columns.map(([name]) => name), ...(remade.length ? [words.remade] : [])],
    rows: () => start.map((at, i) => [clock.interval(at, end[i]), ...columns.map(([, values]) => value(values[i])), ...(remade.length ? [replayed[i] ? words.remade : ""] : [])]),
    draw: (box, tell) => known.length > 0 && band(box, {
      start, end, area: { lower, upper, colour: "--ours" }, inner: { lower: innerLower, upper: innerUpper }, lines, ticks: gap ? rungs(Math.min(0, ...known), Math.max(0, ...known)) : rungs(Math.min(...known), Math.max(...known)), span,
      strips: remade, holes, now: nowMark(), ahead: aheadMark(), peak: gap ? null : peakMark(), midnights: span.to - span.from > MANY.mondays ? firsts() : days.slice(1, -1),
      labels: (since, until) => ticksOf(since, until, box.clientWidth), format: (one) => (gap && one > 0 ? `+${number(one, language)}` : number(one, language).replace("-", "−")),
      pick: (i) => tell(i === null ? null : read(i)),
    }),
  });
  // A phone has no room for them beside the title.
  if (matchMedia("(width < 700px)").matches) card.querySelector(".head").after(sights());
  else card.querySelector(".tools").before(sights());
  card.append(h("p.note", null, notes().join(" ")), ...holeNotes(holes, frame));
  return card;

  function sights() {
    return h("div.segments.small", { role: "group", "aria-label": words.sight }, SIGHTS.map((one) => h("button", { type: "button", "aria-pressed": String((one === "gap") === gap), onclick: () => go({ sight: one === "gap" ? one : undefined }) }, words[one])));
  }

  function nowMark() {
    const last = start.findLast((_, i) => curve.actual[i] !== null);
    return last !== undefined && clock.iso(last) === today ? { at: last + HOUR, label: clock.hour(last + HOUR) } : null;
  }

  function aheadMark() {
    if (tomorrow < from || tomorrow >= to) return null;
    const [begins, ends] = midnights(tomorrow, shift(tomorrow, { days: 1 }), clock);
    return { from: begins, to: ends, label: t.tomorrow };
  }

  function peakMark() {
    const top = peakOf(start.map((at, i) => (clock.iso(at) === tomorrow ? ours[i] : null)));
    return top === null ? null : { at: start[top] + HOUR / 2, value: ours[top], colour: "--ours", label: words.tomorrowPeak(value(ours[top]), clock.hour(start[top])) };
  }

  function firsts() {
    return days.filter((at) => clock.iso(at).endsWith("-01"));
  }

  function ticksOf(since, until, width) {
    const length = until - since;
    if (length <= HOURS) return labels(days, { step: "day", since, until, width, clock });
    if (length <= MANY.days) {
      const roomy = ((width - 60) * 86400) / length >= 52;
      return days.slice(0, -1).map((at, i) => ({ at: (at + days[i + 1]) / 2, label: roomy ? clock.weekday(at) : clock.dayNumber(at) }));
    }
    const wide = width > 500;
    if (length <= MANY.mondays) {
      const mondays = days.filter((at) => new Date(noon(clock.iso(at)) * 1000).getUTCDay() === 1);
      return mondays.filter((_, i) => wide || i % 2 === 0).map((at) => ({ at: at + 43200, label: wide ? clock.weekday(at) : clock.monthDay(at) }));
    }
    const few = length < 2 * MANY.mondays;
    const named = few && wide ? ["01", "15"] : ["01"];
    return days.filter((at) => named.includes(clock.iso(at).slice(8))).map((at) => ({ at, label: few || wide ? clock.monthDay(at) : clock.monthLetter(at) }));
  }

  function notes() {
    if (!known.length) return [words.noMeasure];
    const issued = run && tomorrow >= from && tomorrow < to;
    return [
      gap ? words.gapNote : words.notFromZero,
      issued && `${words.made(clock.moment(run.issued_at))}, ${caseOf(run.weather, words.with, words.noisy, language)}.`,
      issued && target.official && !start.some((at, i) => at > now && clock.iso(at) === tomorrow && curve.official[i] !== null) && words.officialWaits,
      remade.length > 0 && words.remadeNote,
      cut && words.tooLong(cut),
    ].filter(Boolean);
  }
}
