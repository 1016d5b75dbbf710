// What each source has, day by day: whole, in part, or not at all.
import { absent, cells } from "../charts/cells.js";
import { hatch, style } from "../charts/base.js";
import { chartCard, swatch } from "../components/card.js";
import { h } from "../dom.js";
import { daysOf, runs, stateOf, tally, toneOf } from "../coverage.js";
import { noon } from "../time.js";
import { percent } from "../units.js";

/** Narrower than this, pixels, nothing is drawn: a lost day must be seen. */
const LEAST = { full: 1, part: 4, none: 2 };
/** How strong the colour of a whole day is. */
const STRONG = 0.65;

/** The name of a series without what its values mean. */
export const shortName = (one, language) => (one.name[language] ?? one.name.en).replace(/ \(.*\)$/, "");

/** Labels of months, at their first day; a January carries its year. */
export function monthLabels(days, clock, room) {
  const firsts = days.map(({ date }, i) => ({ date, at: i })).filter(({ date }, i) => date.endsWith("-01") || (i === 0 && days.length < 40));
  const every = [1, 2, 3, 6, 12].find((count) => (room * count * 30.4) / days.length >= 46) ?? 24;
  return firsts.filter(({ date }) => days.length < 40 || (Number(date.slice(5, 7)) - 1) % every === 0)
    .map(({ date, at }) => ({ at, label: date.slice(5, 7) === "01" ? date.slice(0, 4) : days.length < 40 ? clock.monthDay(noon(date)) : clock.monthName(noon(date)) }));
}

/** @param {{one: object, coverage: object}[]} all each series with its coverage */
export function timelineCard(all, { from, to, chosen }, { t, language, clock, go }) {
  const words = t.timeline;
  const narrow = matchMedia("(width < 700px)").matches;
  const rows = all.map(({ one, coverage }) => {
    const days = daysOf(coverage, from, to);
    return { one, days, sum: tally(days), name: shortName(one, language) };
  });
  const columns = rows[0].days.length;
  const share = ({ sum }) => (sum.share === null ? "–" : percent(sum.share, language, sum.share === 100 ? 0 : 1));
  const kind = { full: ["now", "full"], part: ["hatch", "part"], none: ["absent", "none"] };
  const legend = Object.values(kind).map(([mark, word]) => swatch(mark, "secondary", words[word]));
  const card = chartCard({
    title: words.title, unit: words.unit, t, legend, titles: [t.series, words.share, words.full, words.part, words.none],
    rows: () => rows.map((row) => [row.name, share(row), ...["full", "part", "none"].map((state) => String(row.sum[state]))]),
    draw: (box, read) => cells(box, {
      columns, rows: rows.map((row) => `${row.name}${narrow ? `, ${share(row)}` : ""}`), rowHeight: narrow ? 40 : 30, above: narrow, ends: narrow ? undefined : rows.map(share),
      names: Math.min(280, 7 * Math.max(...rows.map(({ name }) => name.length))), labels: monthLabels(rows[0].days, clock, box.clientWidth - (narrow ? 0 : 300)),
      paint: (pen, place) => rows.forEach((row, i) => drawRow(pen, (a, b) => place(a, b, i), row)),
      has: (column, row) => stateOf(rows[row].days[column]) !== null,
      pick: (cell) => {
        if (cell === null) { read(null); return; }
        const row = rows[cell.row];
        const day = row.days[cell.column];
        read([h("b", null, `${row.name}, ${clock.date(noon(day.date))}`), swatch(kind[stateOf(day)][0], "secondary", words.of(day.present, day.expected))]);
      },
      open: (cell) => go({ series: rows[cell.row].one.id }),
    }),
  });
  card.querySelector(".head").after(h("p", null, sentence(rows, words)));
  card.append(h("p.note", null, chosen ? words.hint : ""));
  return card;
}

function drawRow(pen, place, { one, days }) {
  const unit = devicePixelRatio;
  const ink = style(toneOf(one));
  const parts = runs(days);
  const whole = place(0, days.length);
  const span = (run) => {
    const { x, y, wide, tall } = place(run.from, run.to);
    const pad = Math.round(tall * 0.16);
    const width = Math.max(LEAST[run.state] * unit, Math.round(x + wide) - Math.round(x));
    return { x: Math.min(Math.round(x), Math.round(whole.x + whole.wide) - width), y: Math.round(y) + pad, wide: width, tall: Math.round(tall) - 2 * pad };
  };
  pen.fillStyle = ink;
  pen.globalAlpha = STRONG;
  for (const run of parts.filter(({ state }) => state === "full")) { const { x, y, wide, tall } = span(run); pen.fillRect(x, y, wide, tall); }
  pen.globalAlpha = 1;
  for (const run of parts) {
    if (run.state !== "part" && run.state !== "none") continue;
    const at = span(run);
    pen.fillStyle = style("--card");
    pen.fillRect(at.x, at.y, at.wide, at.tall);
    if (run.state === "none") { absent(pen, at); continue; }
    pen.fillStyle = hatch(pen, ink);
    pen.fillRect(at.x, at.y, at.wide, at.tall);
  }
  // The joints of months.
  pen.fillStyle = style("--card");
  days.forEach(({ date }, i) => { if (i > 0 && date.endsWith("-01")) { const { x, y, tall } = place(i, i + 1); pen.fillRect(Math.round(x), y, unit, tall); } });
}

/** How many are whole, and which lacks most. */
function sentence(rows, words) {
  const known = rows.filter(({ sum }) => sum.share !== null);
  if (!known.length) return words.nothing;
  const whole = known.filter(({ sum }) => sum.share === 100).length;
  const worst = known.filter(({ sum }) => sum.none > 0).sort((one, other) => other.sum.none - one.sum.none)[0];
  return `${words.whole(whole, known.length)}${worst ? ` ${words.lacks(worst.name, worst.sum.none)}` : ""}`;
}
