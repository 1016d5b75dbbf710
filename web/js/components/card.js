// A card with a chart: title, a row that is legend and readout at once, and the ways to take the data along.
import { style } from "../charts/base.js";
import { h, icon } from "../dom.js";
import { dataTable } from "./table.js";

// Tables stay open when the page is drawn again with newer data.
const open = new Set();

/**
 * @param {{title: string, unit: string, t: object, width?: string, titles: string[], rows: () => string[][],
 *   draw: (box: HTMLElement, read: (parts: (Node|string)[]|null) => void) => void, legend: (Node|string)[]}} options
 */
export function chartCard({ title, unit, t, width = "", titles, rows, draw, legend }) {
  const row = h("div.legend", null, legend);
  const box = h("div.plot", { role: "img", "aria-label": `${title}, ${unit}. ${t.tableHint}` });
  const name = `${title}, ${unit}`;
  let table = null;
  const show = (wanted) => {
    table?.remove();
    table = wanted ? dataTable({ title: name, titles, rows: rows() }) : null;
    if (table) box.after(table);
    tableButton.setAttribute("aria-pressed", String(wanted));
    if (wanted) open.add(name); else open.delete(name);
  };
  const tableButton = tool("table", t.table, () => show(!table), { "aria-pressed": "false" });
  const card = h(`section.card${width && `.${width}`}`, { "aria-label": title },
    h("div.head", null,
      h("h2", null, title, h("span.unit", null, `, ${unit}`)),
      h("span.tools", null,
        tableButton,
        tool("csv", t.csv, () => saveCsv(title, titles, rows())),
        tool("image", t.png, () => saveImage(title, unit, box)),
        tool("screen", t.screen, () => (document.fullscreenElement ? document.exitFullscreen() : card.requestFullscreen?.())))),
    row, box);
  if (open.has(name)) show(true);
  const read = (parts) => {
    row.replaceChildren(...(parts ?? legend).filter(Boolean));
    const said = parts?.filter((part) => part && part.ariaHidden !== "true").map((part) => part.textContent ?? part).join(", ");
    if (said) box.setAttribute("aria-valuetext", said); else box.removeAttribute("aria-valuetext");
  };
  // A card may wait for its place on the page: only there has it a width.
  const placed = new ResizeObserver(() => {
    if (!box.isConnected) return;
    placed.disconnect();
    draw(box, read);
  });
  placed.observe(box);
  return card;
}

/** A button of a card's head: a drawing with a name. */
export const tool = (drawing, label, onclick, more) => h("button.tool", { type: "button", "aria-label": label, title: label, onclick, ...more }, icon(drawing));

function save(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Hands a table over as a file. */
export function saveCsv(title, titles, rows) {
  const quote = (text) => `"${String(text).replaceAll('"', '""')}"`;
  const text = [titles, ...rows].map((cells) => cells.map(quote).join(";")).join("\r\n");
  save(new Blob(["\ufeff", text], { type: "text/csv" }), `${title}.csv`);
}

function saveImage(title, unit, box) {
  const plot = box.querySelector("canvas");
  if (!plot) return;
  const scale = devicePixelRatio;
  const [margin, head] = [16 * scale, 40 * scale];
  const image = document.createElement("canvas");
  image.width = plot.width + 2 * margin;
  image.height = plot.height + head + margin;
  const pen = image.getContext("2d");
  pen.fillStyle = style("--card");
  pen.fillRect(0, 0, image.width, image.height);
  pen.fillStyle = style("--text");
  pen.font = `600 ${15 * scale}px system-ui, sans-serif`;
  pen.fillText(`${title}, ${unit}`, margin, 28 * scale);
  pen.drawImage(plot, margin, head);
  image.toBlob((blob) => blob && save(blob, `${title}.png`));
}

/** A sample of a mark with its name; `value`, when the cursor is over one, stands out. */
export const swatch = (kind, colour, text, value) =>
  h("span.key", null, h(`span.swatch.${kind}.${colour}`, null), text, value !== undefined && " ", value !== undefined && h("b", null, value));
