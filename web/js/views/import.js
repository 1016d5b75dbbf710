// A file dropped or chosen: what it would change, then one button.
import * as api from "../api.js";
import { h } from "../dom.js";
import { number } from "../units.js";

export async function imports(context) {
  const { t } = context;
  const previews = h("div", { "aria-live": "polite" });
  const past = h("div.grid", null, await pastCard(context));
  const take = async (files) => {
    for (const file of files) {
      const reports = await api.importFile(file, true).catch((error) => [{ file: file.name, error: { message: error.message, message_fr: error.message } }]);
      for (const report of reports) previews.prepend(preview(file, report, context, async () => past.replaceChildren(await pastCard(context))));
    }
  };
  const input = h("input.sr", { type: "file", multiple: true, id: "file", onchange: (event) => take(event.target.files) });
  const drop = h("div.drop", {
    ondragover: (event) => { event.preventDefault(); drop.classList.add("over"); },
    ondragleave: () => drop.classList.remove("over"),
    ondrop: (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); },
  }, h("div", null, h("p", null, t.drop), h("p.note", null, t.dropNote)), h("label.button", { for: "file" }, t.choose), input);
  return [h("div.head", null, h("h1", null, t.import)), h("p.note", null, t.twice), drop, previews, past];
}

function preview(file, report, context, stored) {
  const { t, language, clock } = context;
  if (report.error) {
    return h("section.card.preview", null, h("div.head", null, h("h2", null, report.file), h("span.bad", null, `× ${t.refused}`)),
      h("p", null, language === "fr" ? report.error.message_fr : report.error.message));
  }
  const changes = (report.changes ?? []).filter((change) => change.outcome !== "unchanged").slice(0, 12);
  const facts = [
    [t.recognised, report.format], [t.meter, report.meter && `•••• ${report.meter}`], [t.period, report.from && `${report.from} – ${report.to}`],
    [t.exported, report.exported], [t.new, report.new], [t.unchanged, report.unchanged], [t.corrected, report.corrected], [t.refused, report.refused.length], [t.absent, report.absent],
  ].filter(([, value]) => value !== null && value !== undefined);
  const actions = h("div.actions", null);
  const keep = h("button.main", { type: "button", onclick: async () => {
    keep.disabled = true;
    await api.importFile(file, false);
    actions.replaceChildren(h("p", null, t.kept));
    await stored();
  } }, t.keep(report.new + report.corrected));
  const leave = h("button", { type: "button", onclick: () => section.remove() }, t.leave);
  actions.append(keep, leave);
  const section = h("section.card.preview", { "aria-label": report.file },
    h("div.head", null, h("h2", null, report.file)),
    h("dl.facts", null, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, String(value))))),
    changes.length > 0 && h("div.scroll", null, h("table", null,
      h("thead", null, h("tr", null, [t.change, t.day, t.series].map((title) => h("th", { scope: "col" }, title)), [t.value, t.was].map((title) => h("th.n", { scope: "col" }, title)))),
      h("tbody", null, changes.map((change) => h("tr", null, h("td", null, t[change.outcome] ?? change.outcome), h("td", null, clock.day(change.start + 3600)), h("td", null, change.series),
        h("td.n", null, number(change.value, language)), h("td.n", null, change.old === null ? "" : number(change.old, language))))))),
    report.refused.slice(0, 5).map((row) => h("p.note.bad", null, `× ${t.row} ${row.row} : ${language === "fr" ? row.reason_fr : row.reason}`)),
    report.other_meters.map((other) => h("p.note", null, `•••• ${other.meter} (${other.rows}) : ${other.advice[language]}`)),
    actions);
  return section;
}

async function pastCard({ t, clock }) {
  const past = await api.imports(20);
  return h("section.card", null, h("h2", null, t.past), past.length === 0 ? h("p.note", null, t.empty) : h("div.scroll", null, h("table", null,
    h("thead", null, h("tr", null, [t.when, t.file].map((title) => h("th", { scope: "col" }, title)), [t.new, t.unchanged, t.corrected, t.refused].map((title) => h("th.n", { scope: "col" }, title)))),
    h("tbody", null, past.map((one) => h("tr", null, h("td", null, clock.moment(Date.parse(one.at) / 1000)), h("td", null, one.file),
      [one.new, one.unchanged, one.corrected, one.error ? "×" : one.refused.length].map((count) => h("td.n", null, String(count)))))))));
}
