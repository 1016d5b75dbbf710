// The only place that asks the daemon.

/** A refusal of the daemon, in its own words. */
export class Refusal extends Error {
  constructor(problem, status) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.problem = problem;
    this.status = status;
  }
}

/** Why something failed, in the reader's language where the daemon has it. */
export const reason = (error, language) => (language === "fr" && error.problem?.detail_fr) || error.message;

/** What to do when the daemon wants to know who it is: answers true where that was told, and it is worth asking again. */
let identify = async () => false;
export const whenAsked = (how) => { identify = how; };

async function ask(path, options) {
  const response = await fetch(`/api/v1${path}`, options);
  const body = await response.json().catch(() => ({}));
  if (response.status === 401 && body.code === "sign_in" && await identify()) return ask(path, options);
  if (!response.ok) throw new Refusal(body, response.status);
  return body;
}

const send = (method, path, body) => ask(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const put = (path, body) => send("PUT", path, body);

const query = (values) => {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  return entries.length ? `?${new URLSearchParams(entries)}` : "";
};

export const status = () => ask("/status");
export const series = () => ask("/series");
export const connectors = () => ask("/connectors");
export const imports = (limit) => ask(`/imports${query({ limit })}`);
export const points = (id, values) => ask(`/series/${encodeURIComponent(id)}/points${query(values)}`);
export const coverage = (id, values) => ask(`/series/${encodeURIComponent(id)}/coverage${query(values)}`);
export const yearToDate = (id) => ask(`/year-to-date${query({ series: id })}`);
export const targets = () => ask("/forecasts/targets");
export const forecasts = (values) => ask(`/forecasts${query(values)}`);
export const forecastCurve = (values) => ask(`/forecasts/curve${query(values)}`);
export const score = (values) => ask(`/forecasts/score${query(values)}`);

/** What is asked about one series: weekday by hour, how values spread, the load that never sleeps, the highest. */
export const profile = (id, values) => ask(`/series/${encodeURIComponent(id)}/profile${query(values)}`);
export const distribution = (id, values) => ask(`/series/${encodeURIComponent(id)}/distribution${query(values)}`);
export const baseLoad = (id, values) => ask(`/series/${encodeURIComponent(id)}/base-load${query(values)}`);
export const peaks = (id, values) => ask(`/series/${encodeURIComponent(id)}/peaks${query(values)}`);
export const revisions = (id, values) => ask(`/series/${encodeURIComponent(id)}/revisions${query(values)}`);
export const origin = (id, start) => ask(`/series/${encodeURIComponent(id)}/points/${start}/origin`);
export const mute = (id, muted) => put(`/series/${encodeURIComponent(id)}/muted`, { muted });

/** What the weather explains, and what it does not. */
export const degreeDays = (values) => ask(`/degree-days${query(values)}`);
export const compare = (values) => ask(`/compare${query(values)}`);
export const regressions = () => ask("/regressions");
export const regression = (name) => ask(`/regressions/${encodeURIComponent(name)}`);
export const fitNow = (name) => ask(`/regressions/${encodeURIComponent(name)}/fit`, { method: "POST" });
export const anomalies = (values) => ask(`/anomalies${query(values)}`);

/** Who is at home on which days; days from `from` to before `to`. */
export const occupancy = (values) => ask(`/occupancy${query(values)}`);
export const setOccupancy = (values) => put("/occupancy", values);

/** Who asks, and with what: the password of people, the tokens of programs. */
export const session = () => ask("/session");
export const login = (password) => send("POST", "/login", { password });
export const logout = () => ask("/logout", { method: "POST" });
export const tokens = () => ask("/tokens");
export const createToken = (wanted) => send("POST", "/tokens", wanted);
export const revokeToken = (name) => ask(`/tokens/${encodeURIComponent(name)}`, { method: "DELETE" });

export const store = () => ask("/store");
export const verify = () => ask("/verification");
export const forecastNow = (target) => ask(`/forecasts/run${query({ target })}`, { method: "POST" });
export const run = (name) => ask(`/connectors/${encodeURIComponent(name)}/run`, { method: "POST" });

/** Hands a file over; a file that gave nothing is an answer too. */
export async function importFile(file, dryRun) {
  const modified = new Date(file.lastModified).toISOString();
  const values = { filename: file.name, dry_run: dryRun, modified };
  try {
    return await ask(`/import${query(values)}`, { method: "POST", body: file });
  } catch (error) {
    if (error instanceof Refusal && error.problem.reports?.length) return error.problem.reports;
    throw error;
  }
}

/** Where a copy of the whole store is. */
export const BACKUP = "/api/v1/backup";

/** Where everything, or one series, is in a format that other programs read. */
export const exportOf = (format, id) => `/api/v1/export${query({ format, series: id })}`;

/** What a question gives, or null where the daemon refuses it: a refusal takes nothing else of the page with it. */
export const quietly = (answer) => answer.catch((error) => {
  if (error instanceof Refusal) return null;
  throw error;
});
