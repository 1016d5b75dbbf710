// Elements from text, never from markup: a file's name may hold anything.

/**
 * @param {string} tag element name, then classes: "p.note"
 * @param {Record<string, unknown>|null} attributes properties and attributes; `on…` are listeners
 * @param {...(Node|string|number|null|undefined|false)} children
 */
export function h(tag, attributes, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === false || value == null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  overview: "M2 8 8 2l6 6M4 7v7h8V7",
  electricity: "M9 1 3 9h4l-1 6 7-9H8z",
  gas: "M8 1c3 4 5 6 5 9a5 5 0 0 1-10 0c0-3 2-5 5-9z",
  grid: "M4 14 8 2l4 12M3 5.5h10M5.7 9l4.8 5M10.3 9l-4.8 5",
  import: "M8 2v8M5 7l3 3 3-3M2 13h12",
  upload: "M8 10V2M5 5l3-3 3 3M2 10v4h12v-4",
  table: "M2 3h12v10H2zM2 6.5h12M6 3v10",
  csv: "M8 2v8M5 7l3 3 3-3M2 13h12",
  image: "M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3M10.5 6h.01",
  screen: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  data: "M2 4c0-3 12-3 12 0s-12 3-12 0v8c0 3 12 3 12 0V4M2 8c0 3 12 3 12 0",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  settings: "M2 5h6M12 5h2M2 11h2M8 11h6M10 3v4M6 9v4",
  connectors: "M6 1v4M10 1v4M4 5h8v3a4 4 0 0 1-8 0zM8 12v3",
};

/** A small drawing that only accompanies a word. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** `1er` with its ending raised, as French prints it. */
export const ordinals = (text) => text.split(/(?<=\b1)(er)\b/).map((part) => (part === "er" ? h("sup", null, part) : part));
