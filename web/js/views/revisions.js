// What was said differently twice: before, after, when, by which delivery; and where a value comes from.
import * as api from "../api.js";
import { dataTable } from "../components/table.js";
import { h } from "../dom.js";
import { quantity, signed, spelled } from "../units.js";

/** The most corrections that are listed, the newest. */
const MOST = 100;
/** Intervals from this length on are named by their date, seconds. */
const DAYLONG = 82800;

export const revisionsOf = (id, { from, to }) => api.revisions(id, { from, to, limit: MOST });

export function revisionsCard(told, context) {
  const { t, language, clock } = context;
  const words = t.revisions;
  const unit = spelled(told.unit);
  const side = (one, more) => h("span", null, quantity(one.value, unit, language), (one.quality !== "measured" || more) && h("span.note", null, [one.quality !== "measured" && ` ${words.qualities[one.quality] ?? one.quality}`, more && ` ${more}`].filter(Boolean).join(",")));
  const when = ({ start, end }) => (end - start >= DAYLONG ? clock.date((start + end) / 2) : clock.interval(start, end));
  const panel = h("div.origin", { role: "region", "aria-live": "polite", "aria-label": words.origin });
  const row = (revision) => {
    const delta = revision.new.value - revision.old.value;
    const kept = revision.kept === "new";
    return [
      h("button.quiet", { type: "button", "aria-label": `${words.origin}, ${when(revision)}`, onclick: () => show(revision) }, when(revision)),
      side(revision.old), h(kept ? "b" : "span", null, side(revision.new, !kept && words.notKept)),
      signed(delta, language, Math.abs(delta) >= 10 ? 0 : 2), clock.moment(revision.replaced_at),
    ];
  };
  async function show(revision) {
    panel.replaceChildren(h("p.note", null, t.loading));
    const lines = await api.origin(told.id, revision.start).then((found) => facts(found, revision), (error) => [h("p.bad", null, api.reason(error, language))]);
    panel.replaceChildren(...lines);
  }
  /** Where the value that stands comes from, and what stood before. */
  function facts({ value, quality, batch }, revision) {
    const line = (name, content) => content && h("div", null, h("dt", null, name), h("dd", null, content));
    const at = (text) => text && clock.moment(Date.parse(text) / 1000);
    return [
      h("h3", null, `${words.origin}${t.colon}${when(revision)}`),
      h("dl.facts", null, [
        line(words.value, side({ value, quality })), line(words.connector, batch && `${batch.connector} ${batch.version}`), line(words.source, batch ? batch.source : words.lost), line(words.received, at(batch?.fetched_at)),
        line(words.stated, at(batch?.as_of)), line(revision.kept === "new" ? words.before : words.other, side(revision.kept === "new" ? revision.old : revision.new)), line(words.hash, batch?.sha256 && `${batch.sha256.slice(0, 8)} … ${batch.sha256.slice(-4)}`),
      ].filter(Boolean)),
    ];
  }
  const rows = told.revisions.map(row);
  return h("section.card", { "aria-label": words.title }, h("div.head", null, h("h2", null, words.title)),
    rows.length ? dataTable({ title: words.title, titles: [words.interval, words.before, words.after, words.difference, words.replaced], rows }) : h("p", null, words.none),
    panel, h("p.note", null, words.note, rows.length === MOST ? ` ${words.newest(MOST)}` : ""));
}
