// One number: what it is, its value, how it changed, and its last twelve months as small bars.
import { h } from "../dom.js";

const SPARK = { width: 96, height: 38 };

/** @param {{what: string, value: string, unit: string, change?: string, against?: string, colour: string, more?: string, months?: (number|null)[], open?: boolean, label?: string, href: string, width?: string}} options without `months` there are no bars */
export function numberCard({ what, value, unit, change, against, more, colour, months, open, label, href, width = "half" }) {
  return h(`a.card.${width}.number-card${months ? "" : ".beside"}`, { href }, h("div", null,
    h("div.note", null, what),
    h("div.number", null, value, "\u00a0", h("small", null, unit)),
    (change || against) && h("div.note", null, change && h("b", null, change), change && " ", against),
    more && h("div.note", null, more)),
  months && spark(months, { colour, open, label }));
}

/** A number with what is to be said about it. @param {{what: string, value: string|null, unit: string, lines: (string|false|null)[], width?: string}} options */
export const figureCard = ({ what, value, unit, lines, width = "figure" }) => h(`section.card.${width}`, { "aria-label": what },
  h("div.note", null, what),
  h("div.number", null, value ?? "–", "\u00a0", value !== null && h("small", null, unit)),
  lines.filter(Boolean).map((line) => h("div.note", null, line)));

/** `open`: the last bar is of a month that is not over, and is drawn hollow. */
function spark(values, { colour, open, label }) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const slot = SPARK.width / values.length;
  const set = (element, attributes) => Object.entries(attributes).forEach(([key, one]) => element.setAttribute(key, one));
  set(svg, { viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, width: SPARK.width, height: SPARK.height, class: `spark ${colour}`, role: "img", "aria-label": label });
  values.forEach((value, i) => {
    const tall = Math.max(1, ((value ?? 0) / most) * (SPARK.height - 1));
    const bar = document.createElementNS(space, "rect");
    const last = i === values.length - 1;
    set(bar, { x: i * slot + 0.5, y: SPARK.height - tall, width: slot - 2, height: tall, class: last && open ? "open" : last ? "last" : "" });
    svg.append(bar);
  });
  return svg;
}
