// A file dropped or chosen: what it would change, then one button.
import * as api from "../api.js";
import { dataTable } from "../components/table.js";
import { h, icon } from "../dom.js";
import { noon } from "../time.js";
import { number } from "../units.js";

const ROWS = 12;
const MARKS = { new: "+", corrected: "≠", unchanged: "=", older: "<" };
const READABLE = ".xlsx,.csv,.json,.zip";

export async function imports(context) {
  const { t } = context;
  const previews = h("div.previews", { "aria-live": "polite" });
  const past = h("div.grid", null, await pastCard(context));
  const refresh = async () => past.replaceChildren(await pastCard(context));
  const take = async (files) => {
    for (const file of [...files]) {
      const reports = await send(file, true);
      for (const report of reports) previews.prepend(preview(file, report, context, refresh));
    }
  };
  // Emptied after each choice, so that the same file can be chosen again.
  const input = h("input.sr", { type: "file", multiple: true, id: "file", accept: READABLE, onchange: async (event) => { await take(event.target.files); event.target.value = ""; } });
  const drop = h("div.drop", {
    ondragover: (event) => { event.preventDefault(); drop.classList.add("over"); },
    ondragleave: () => drop.classList.remove("over"),
    ondrop: (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); },
  }, icon("upload"), h("div.words", null, h("p", null, t.drop), h("p.note", null, t.dropNote)), input, h("label.button", { for: "file" }, t.choose));
  return [h("div.head", null, h("h1", null, t.import)), h("p.sentence", null, t.importSentence), h("p.note", null, t.twice), drop, previews, past];
}

/** The reports of a file; a daemon that does not answer is a refusal like another. */
const send = (file, dryRun) => api.importFile(file, dryRun).catch((error) => [{ file: file.name, error: { message: error.message, message_fr: error.problem?.detail_fr } }]);

function preview(file, report, context, stored) {
  const { t, language, clock } = context;
  const reason = (error) => (language === "fr" && error.message_fr) || error.message;
  const heading = (mark) => h("div.head", null, h("h2.file", null, report.file), mark);
  const refusal = (error) => [heading(h("span.state.bad", null, `× ${t.refusedFile}`)), h("p", null, reason(error))];
  if (report.error) return h("section.card.preview", { "aria-label": report.file }, refusal(report.error));
  const day = (date) => date && clock.date(noon(date));
  const facts = [
    [t.recognised, report.format], [t.meter, report.meter && `•••• ${report.meter}`],
    [t.period, report.from && clock.dates(noon(report.from), noon(report.to))], [t.exported, day(report.exported)],
  ].filter(([, value]) => value);
  const counts = [["new", report.new], ["unchanged", report.unchanged], ["corrected", report.corrected], ["refused", report.refused.length]];
  const writes = report.new + report.corrected;
  const actions = h("div.actions", null);
  const keep = h("button.main", { type: "button", onclick: async () => {
    keep.disabled = true;
    // The file was good when it was previewed; it is kept only once the daemon says so.
    const failure = (await send(file, false)).find((one) => one.error)?.error;
    if (failure) {
      actions.querySelector(".bad")?.remove();
      actions.append(h("p.bad", { role: "alert" }, t.notKept, reason(failure)));
      keep.disabled = false;
      return;
    }
    actions.replaceChildren(h("p", { role: "status" }, t.kept));
    await stored().catch(() => {});
  } }, t.keep(number(writes, language, 0)));
  const leave = h("button", { type: "button", onclick: () => section.remove() }, t.leave);
  actions.append(...(writes ? [keep, leave] : [h("p.note", null, t.nothingNew), leave]));
  const section = h("section.card.preview", { "aria-label": report.file },
    heading(h("span.state", null, `✓ ${t.recognisedFile}`)),
    h("dl.facts", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    h("dl.counts", null, counts.map(([name, value]) => h(`div.${name}`, null, h("dd", null, number(value, language, 0)), h("dt", null, `${MARKS[name] ?? "×"} ${t[name]}`)))),
    changesTable(report, context),
    report.refused.slice(0, 5).map((row) => h("p.note.bad", null, `× ${t.row} ${row.row}${t.colon}${(language === "fr" && row.reason_fr) || row.reason}`)),
    report.absent > 0 && h("p.note", null, t.absentRows(report.absent)),
    report.remarks.map((remark) => h("p.note", null, remark[language] ?? remark.en)),
    report.other_meters.map((other) => h("p.note", null, `•••• ${other.meter} (${other.rows})${t.colon}${other.advice[language] ?? other.advice.en}`)),
    actions);
  return section;
}

/** The first rows that would be written, corrections first: they are what to look at. */
function changesTable({ changes = [], file }, { t, language, clock, series }) {
  const told = changes.filter((change) => change.outcome !== "unchanged").sort((a, b) => (a.outcome === "corrected" ? 0 : 1) - (b.outcome === "corrected" ? 0 : 1));
  if (!told.length) return null;
  const name = (id) => series.find((one) => one.id === id)?.name[language] ?? id;
  const rows = told.slice(0, ROWS).map((change) => [
    h("span", { class: `outcome ${change.outcome}` }, `${MARKS[change.outcome] ?? ""} ${t.one[change.outcome] ?? change.outcome}`),
    clock.date(change.start + 3600), name(change.series), number(change.value, language), change.old == null ? "" : h("s", null, number(change.old, language)),
  ]);
  return [dataTable({ title: file, titles: [t.change, t.day, t.series, t.value, t.was], rows, words: 3 }),
    told.length > ROWS && h("p.note", null, t.andOthers(told.length - ROWS))];
}

/** How a past import ended, in one word. */
function outcome(one, t) {
  if (one.error) return h("span.bad", null, `× ${t.refusedFile}`);
  return one.new + one.corrected > 0 ? `✓ ${t.stored}` : `= ${t.alreadyHere}`;
}

async function pastCard({ t, clock, language }) {
  const past = await api.imports(20);
  const count = (value) => number(value, language, 0);
  return h("section.card.past", { "aria-label": t.pastImports }, h("h2", null, t.pastImports), past.length === 0 ? h("p.note", null, t.empty) : dataTable({
    title: t.pastImports, words: 3, titles: [t.when, t.file, t.outcome, t.new, t.unchanged, t.corrected, t.refused],
    rows: past.map((one) => [clock.moment(Date.parse(one.at) / 1000), h("span.filename", null, one.file), outcome(one, t), count(one.new), count(one.unchanged), count(one.corrected), one.error ? "×" : count(one.refused.length)]),
  }));
}
