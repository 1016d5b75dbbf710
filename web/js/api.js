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

async function ask(path, options) {
  const response = await fetch(`/api/v1${path}`, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(body, response.status);
  return body;
}

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
export const store = () => ask("/store");
export const verify = () => ask("/verification");
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
