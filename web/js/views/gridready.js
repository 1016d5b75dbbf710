// What the grid's page says before there is anything to show, and what to add to get there.
import { snippet } from "../components/snippet.js";
import { h } from "../dom.js";
import { format } from "../state.js";

const BLOCKS = {
  rte: '[connectors.rte]\nplugin = "rte"',
  weather: '[connectors.weather]\nplugin = "weather"\nplaces = ["france"]',
  job: '[jobs.grid_forecast]\nkind = "forecast"\ntarget = "rte.load"',
};

/** No job forecasts the load: the lines that make one, with the connectors that it still needs. */
export function noJob(context) {
  const { t, status } = context;
  const plugins = status.connectors.map(({ plugin }) => plugin);
  const rte = status.connectors.find(({ plugin }) => plugin === "rte");
  const job = BLOCKS.job.replace("rte.load", `${rte?.name ?? "rte"}.load`);
  const missing = ["rte", "weather"].filter((plugin) => !plugins.includes(plugin)).map((plugin) => BLOCKS[plugin]);
  return page(context, t.national.willShow, [h("p", null, t.national.noJob), snippet([...missing, job].join("\n\n"), context)]);
}

/** The job is there and its series is not. */
export function noSource({ target }, context) {
  const { t, state, status } = context;
  const [name] = target.split(".");
  const known = status.connectors.some((one) => one.name === name);
  const way = known
    ? [h("p", null, t.national.sourceWaits), h("p", null, h("a", { href: format({ page: "connectors", lang: state.lang }) }, t.national.toConnectors))]
    : [h("p", null, t.national.sourceMissing), snippet(BLOCKS.rte.replace("connectors.rte", `connectors.${name}`), context)];
  return page(context, t.national.willShow, [h("div.notice.waiting", null, h("p", null, t.national.noSource(target))), ...way]);
}

const page = ({ t }, sentence, content) => [h("div.head", null, h("h1", null, t.national.title)), h("p.sentence", null, sentence), ...content];
