// A card with a chart: title, legend that is also the readout, table and CSV.
import { dataTable } from "./charts.js";
import { h } from "./dom.js";

/**
 * @param {{title: string, unit: string, t: object, width?: string, titles: string[], rows: () => string[][], draw: (box: HTMLElement, read: (parts: (Node|string)[]) => void) => void, legend: (Node|string)[]}} options
 */
export function chartCard({ title, unit, t, width = "", titles, rows, draw, legend }) {
  const row = h("div.legend", { "aria-live": "off" }, legend);
  const box = h("div.plot", { role: "img", "aria-label": title });
  let table = null;
  const toggle = () => {
    if (table) { table.remove(); table = null; } else { table = dataTable(titles, rows()); card.append(table); }
    button.setAttribute("aria-pressed", String(Boolean(table)));
  };
  const save = () => {
    const quote = (text) => `"${String(text).replaceAll('"', '""')}"`;
    const text = [titles, ...rows()].map((cells) => cells.map(quote).join(";")).join("\r\n");
    const link = h("a", { href: URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" })), download: `${title}.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const button = h("button", { type: "button", "aria-pressed": "false", onclick: toggle }, t.table);
  const card = h(`section.card${width && `.${width}`}`, { "aria-label": title },
    h("div.head", null,
      h("h2", null, title, h("span.unit", null, `, ${unit}`)),
      h("span.segments", null, button, h("button", { type: "button", onclick: save }, t.csv))),
    row, box);
  const read = (parts) => row.replaceChildren(...(parts ?? legend));
  requestAnimationFrame(() => draw(box, read));
  return card;
}

export const swatch = (kind, colour, text) => h("span", null, h(`span.swatch.${kind}.${colour}`, null), text);
