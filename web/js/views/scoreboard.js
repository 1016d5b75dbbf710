// Who was nearer, and by how much: a loss stands there as plainly as a win.
import { saveCsv, swatch, tool } from "../components/card.js";
import { h } from "../dom.js";
import { NAIVE, OFFICIAL, OURS, bestOf, blurOf, caseOf, lineOf, mapeOf, modelsOf } from "../forecast.js";
import { noon } from "../time.js";
import { fixed, number, percent, quantity, signed } from "../units.js";

const DIGITS = 2;

/** @param {object[]} scores of yesterday, 7 days, 30 days, this year and since the start */
export function scoreboard(scores, frame) {
  const { t, language, clock, target, today, at } = frame;
  const words = t.national;
  const columns = [
    [t.yesterday, words.briefYesterday], [words.days(7), words.briefDays(7)], [words.days(30), words.briefDays(30)],
    [today.slice(0, 4), today.slice(0, 4)], [words.since(clock.date(noon(target.first_day))), words.briefSince],
  ];
  const best = scores.map((score) => bestOf(score, DIGITS));
  const models = modelsOf(scores, target.models.filter((name) => name !== OFFICIAL || target.official));
  // A harder line stands below ours, RTE's and the naive ones.
  const official = models.includes(OFFICIAL);
  const when = (model) => (model === OFFICIAL ? words.evening : NAIVE.includes(model) ? words.midnight : words.dayBefore(at));
  const rows = models.flatMap((model) => {
    const line = modelRow(model);
    return model === OFFICIAL ? [line, minusRow()] : [line];
  });
  const told = [
    textRow("strong", words.best, words.best, best.map((names) => names.map((name) => nameOf(name, true)).join(", ") || "–")),
    textRow("quiet", words.cover, words.briefCover, held(1), held(0)),
    textRow("quiet", words.hours, words.briefHours, scores.map((score) => number(score.common_hours ?? 0, language, 0))),
    textRow("quiet", words.remadeHours, words.remadeHours, scores.map((score) => number(score.replayed_hours ?? 0, language, 0))),
    textRow("quiet", words.temperature, words.briefTemperature, cases(words.cases), cases(words.briefCases)),
  ];
  const all = [...rows, ...told];
  const csv = () => saveCsv(words.scores, [words.model, ...columns.map(([long]) => long), words.issued], all.map((row) => [row.name, ...row.cells.map((cell) => cell.text), row.issued ?? ""]));
  return h("section.card", { "aria-label": words.scores },
    h("div.head", null, h("h2", null, words.scores, h("span.unit", null, `, ${words.scoresUnit}`)), h("span.tools", null, tool("csv", t.csv, csv))),
    h("div.scroll", { tabindex: "0", role: "region", "aria-label": words.scores }, h("table.scores", null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, h("span.sr", null, words.model)), columns.map(([long, brief]) => h("th.n", { scope: "col" }, both(long, brief))), h("th.n.wide", { scope: "col" }, words.issued))),
      h("tbody", null, all.map((row) => h(`tr.${row.kind}`, null,
        h("th", { scope: "row" }, row.mark && h(`span.swatch.${row.mark}`, null), both(row.name, row.brief)),
        row.cells.map((cell) => h("td.n", null, cell.content ?? cell.text)), h("td.n.wide", null, row.issued ?? "")))))),
    h("p.note", null, [words.commonNote, ...stands()].join(" ")));

  /** What stood in for forecasts of the temperature where hours were replayed. */
  function stands() {
    const cases = scores.filter((score) => score.replayed_hours > 0).map((score) => score.weather);
    const blurs = [...new Set(cases.map(blurOf).filter((degrees) => degrees !== null))];
    const plain = cases.some((one) => one === "measured" || one === "mixed");
    return [...(plain ? [words.casesNote] : []), ...blurs.map((degrees) => words.casesBlurred(quantity(degrees, "°C", language)))];
  }

  function held(digits) {
    return scores.map((score) => lineOf(score, OURS)?.coverage_80).map((share) => (share == null ? "–" : percent(share, language, digits)));
  }

  function cases(names) {
    return scores.map((score) => (score.common_hours ? caseOf(score.weather, names, names.noisy, language) : "–"));
  }

  function nameOf(model, brief = false) {
    // A model that was pulled is called as its publisher calls it.
    return brief ? words.briefModels[model] ?? model.split("/").at(-1) : words.models[model] ?? model;
  }

  function modelRow(model) {
    const own = model === OURS || model === OFFICIAL;
    const part = !own && !NAIVE.includes(model);
    const last = official ? null : models.findLast((name) => !NAIVE.includes(name));
    const cells = scores.map((score, i) => {
      const mape = mapeOf(score, model);
      if (mape === null) return { text: "–" };
      const text = fixed(mape, language, DIGITS);
      return best[i].includes(model) ? { text, content: [h("b", null, text), h("span.sr", null, `, ${words.isBest}`)] } : { text };
    });
    const ends = model === last || model === models.at(-1) || (official && model === models[models.indexOf(OFFICIAL) - 1]);
    const kind = `${part ? "part" : own ? "own" : "plain"}${ends ? ".strong" : ""}`;
    return { kind, mark: model === OURS ? "line.ours" : model === OFFICIAL ? "dash.official" : null, name: nameOf(model), brief: nameOf(model, true), cells, issued: when(model) };
  }

  /** Ours minus RTE's has a row of its own, so that a loss shows its size. */
  function minusRow() {
    const cells = scores.map((score) => {
      const [ours, theirs] = [mapeOf(score, OURS), mapeOf(score, OFFICIAL)];
      if (ours === null || theirs === null) return { text: "–" };
      const gap = Number(ours.toFixed(DIGITS)) - Number(theirs.toFixed(DIGITS));
      const verdict = Math.abs(gap) < 10 ** -DIGITS / 2 ? "drawn" : gap < 0 ? "won" : "lost";
      const text = signed(gap, language, DIGITS);
      return { text: `${words.verdict[verdict]} ${text}`, content: h("span.verdict", null, h(`span.${verdict}`, null, words.verdict[verdict]), " ", h("span", null, text)) };
    });
    return { kind: "plain.quiet.strong", name: words.minus, brief: words.briefMinus, cells };
  }

  function textRow(kind, name, brief, texts, briefs = texts) {
    return { kind: `plain.${kind}`, name, brief, cells: texts.map((text, i) => ({ text, content: both(text, briefs[i]) })) };
  }
}

/** A name, and a short one where there is little room. */
const both = (long, brief) => (long === brief ? long : [h("span.wide", null, long), h("span.narrow", null, brief)]);
