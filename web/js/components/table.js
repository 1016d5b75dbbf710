// A table that scrolls in itself on a narrow screen, by keyboard too.
import { h } from "../dom.js";

/** @param {{title: string, titles: string[], rows: (string|Node)[][], words?: number}} options `words`: how many first columns hold words, the rest are numbers */
export function dataTable({ title, titles, rows, words = 1 }) {
  const cell = (tag, attributes) => (content, i) => h(i < words ? tag : `${tag}.n`, attributes, content);
  return h("div.scroll", { tabindex: "0", role: "region", "aria-label": title }, h("table", null,
    h("thead", null, h("tr", null, titles.map(cell("th", { scope: "col" })))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map(cell("td", null)))))));
}
