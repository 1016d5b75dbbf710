// A part of a page that may take longer than the rest, or fail alone: the page does not wait for it.
import { reason } from "../api.js";
import { h } from "../dom.js";

/** How long a page waits before it shows that a part is on its way. */
const PATIENCE_MS = 600;

const card = ({ title, width = "" }, content) => h(`section.card${width && `.${width}`}`, { "aria-label": title }, h("div.head", null, h("h2", null, title)), content);

/** What stands in the place of a part that was refused. */
export const failed = (error, { title, t, language, width }) =>
  card({ title, width }, h("div.notice.our_fault", { role: "alert" }, h("p", null, t.partFailed(title)), h("p.note", null, reason(error, language))));

/**
 * @param {Promise<unknown>} answer
 * @param {(answer: unknown) => HTMLElement} draw
 * @param {{title: string, t: object, language: string, width?: string}} options of the card that stands there until then
 * @returns {Promise<HTMLElement>} the part, or what stands for it
 */
export async function part(answer, draw, { title, t, language, width = "" }) {
  const made = answer.then(draw, (error) => failed(error, { title, t, language, width }));
  let timer = 0;
  const first = await Promise.race([made, new Promise((done) => { timer = setTimeout(done, PATIENCE_MS, null); })]);
  clearTimeout(timer);
  if (first) return first;
  const waiting = card({ title, width }, h("p.note", { role: "status" }, t.loading));
  waiting.setAttribute("aria-busy", "true");
  made.then((element) => waiting.replaceWith(element));
  return waiting;
}
