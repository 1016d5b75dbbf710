export default {
  skip: "Skip to content", overview: "Overview", electricity: "Electricity", gas: "Gas", import: "Import", connectors: "Connectors",
  brief: { overview: "Overview", electricity: "Elec.", gas: "Gas", import: "Import", connectors: "Sources" },
  freshness: "Freshness of the sources", language: "Français", colon: ": ", pages: "Pages",
  unreachable: "Watteau does not answer. What is shown dates from its last answer; the page will resume by itself.",

  declined: "Watteau refuses this request.", notKept: "Storing failed: ", dataTo: (day) => `data to ${day}`, noData: "no data yet",

  sinceJanuary: "Since 1 January: ", andThen: "; ",
  ofElectricity: (q) => `${q} of electricity`, ofGas: (q) => `${q} of gas`,
  againstLastYear: (sign, share) => (sign === 0 ? ", as much as to the same date last year" : `, ${share} ${sign > 0 ? "more" : "less"} than to the same date last year`),
  willShow: {
    overview: "What you used since January will stand here, beside last year.",
    electricity: "Your load curve and your days of electricity will stand here.",
    gas: "Your days and months of gas will stand here.",
  },
  noYet: "Configure a connector, or import a file.",
  until: (e, g) => [e && `Electricity to ${e}`, g && `gas to ${g}`].filter(Boolean).join(", ") + ". Gas day: 6:00 → 6:00.",
  toDate: (last) => `1 Jan to ${last}`, contre: (q) => `against ${q}`, spark: "The last twelve months",
  byYear: "by year", byMonth: "by month", byDay: "by day", byHour: "by hour",
  full: "whole year", past: "past", partial: "incomplete", toThe: (day) => `to ${day}`,
  sinceDay: (year, day) => `${year}: readings begin on ${day}.`,

  loadCurve: "Load curve", measured: "measured", quality: "quality", estimated: "estimated", hole: "no reading",
  moreHoles: (n) => `and ${n} more intervals without a reading.`,
  day: "Day", week: "Week", month: "Month", year: "Year", hour: "Hour", period: "Period",
  previous: "Previous period", next: "Next period", today: "Last day",
  from: "From", to: "to", show: "Show", thisPeriod: "this period", yearBefore: "a year earlier",
  thisWeek: "this week", weekBefore: "week before",
  compared: (sign, share, step) => {
    const what = { day: "the day before", week: "the same days of the week before", month: "the same days last year", year: "the same months last year", free: "a year earlier" }[step];
    return sign === 0 ? `, as much as ${what}` : `, ${share} ${sign > 0 ? "more" : "less"} than ${what}`;
  },
  received: { day: (n, all) => `${n} of ${all} days received.`, month: (n, all) => `${n} of ${all} months received.` },
  nothing: (name) => `${name}: no reading.`, gasDay: "Gas day: 6:00 → 6:00.",
  table: "Table", csv: "CSV", png: "Image", screen: "Whole screen", tableHint: "The same data is in the table.",

  turn: {
    your_turn: () => "Your turn", waiting: (party) => (party ? `Waiting for ${party}` : "Waiting"),
    their_fault: (party) => party ?? "The source", our_fault: () => "Watteau",
  },
  tries: (n) => `${n} tries`, runNow: "Run now", running: "Running", since: "since", nextTry: "next try", calls: "calls", plugin: "plugin",
  perDay: "a day", perHour: "an hour", perMinute: "a minute", nextRun: "next run",
  folder: "watched folder", reach: "may reach", lastSuccess: "last success", lastRun: "last run", never: "never",
  runCounts: (added, same, corrected) => `${added} new, ${same} unchanged, ${corrected} corrected`,
  fetching: (feed, done, all) => `${feed}: ${done} of ${all}`,
  feeds: { daily: "Energy by day", daily_energy: "Energy by day", load_curve: "Load curve", max_power: "Maximum power" },
  historyDone: (all) => `${all} days of history, all received`, historyPart: (done, all) => `history: ${done} of ${all} days`,
  ok: "up to date", waiting: "waiting", attention: "your turn", failed: "failed", disabled: "off", never_run: "never run",
  noConnector: "No connector is configured. Add one to watteau.toml: it is taken up at once.", allWell: "All is well.", someTrouble: (names) => `To look at: ${names}.`,

  importSentence: "A file is shown first, then stored if you want it.",
  drop: "Drop your GRDF files here.", dropNote: "xlsx, csv, json; or put them in the watched folder. They stay on this machine.",
  choose: "Choose a file", recognised: "Recognised as", meter: "Meter", exported: "Exported on",
  recognisedFile: "recognised", refusedFile: "refused",
  new: "new", unchanged: "unchanged", corrected: "corrected", refused: "refused",
  one: { new: "new", corrected: "corrected", unchanged: "unchanged", older: "older" },
  absentRows: (n) => `${n} rows without a reading.`, andOthers: (n) => `and ${n} more.`,
  keep: (n) => `Store ${n} values`, nothingNew: "All of it is here already: nothing to store.",
  leave: "Do nothing", kept: "Stored.", twice: "Dropping the same file twice changes nothing.", pastImports: "Past imports",
  outcome: "outcome", stored: "stored", alreadyHere: "already here",
  when: "when", file: "file", value: "value", was: "was", row: "row", empty: "No file yet.", change: "state", series: "series",
};
