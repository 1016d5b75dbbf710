// Dates and hours in the home's zone, whatever the reader's machine says.

/** How each language of the dashboard writes dates and numbers: days first, in both. */
export const LOCALES = { fr: "fr-FR", en: "en-GB" };

const DATE = { day: "numeric", month: "short", year: "numeric" };

/** A formatter for one zone and language; every function takes seconds since 1970. */
export function clock(language, zone) {
  const formatter = (options, locale = LOCALES[language] ?? language) =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  const format = (options, locale) => {
    const it = formatter(options, locale);
    return (seconds) => it.format(new Date(seconds * 1000));
  };
  const range = formatter(DATE);
  const hours = format({ hour: "2-digit", hourCycle: "h23" }, "en-GB");
  const wall = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, "en-GB");
  const day = format({ weekday: "short", day: "numeric", month: "short" });
  const plain = format({ hour: "2-digit", minute: "2-digit" });
  // In autumn one hour comes twice: the first is A, the second B.
  const hour = (seconds) => {
    if (wall(seconds) === wall(seconds + 3600)) return `${plain(seconds)} A`;
    return wall(seconds - 3600) === wall(seconds) ? `${plain(seconds)} B` : plain(seconds);
  };
  return {
    day,
    weekday: format({ weekday: "short", day: "numeric" }),
    date: format(DATE),
    dates: (from, to) => range.formatRange(new Date(from * 1000), new Date(to * 1000)),
    month: format({ month: "short", year: "numeric" }),
    monthDay: format({ day: "numeric", month: "short" }),
    wholeDay: format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    weekdayName: format({ weekday: "long" }),
    weekdayBrief: format({ weekday: "short" }),
    weekdayLong: format({ weekday: "long", day: "numeric", month: "long" }),
    monthLong: format({ month: "long" }),
    wholeMonth: format({ month: "long", year: "numeric" }),
    monthName: format({ month: "short" }),
    monthLetter: format({ month: "narrow" }),
    dayNumber: format({ day: "numeric" }),
    hour,
    /** `mar. 4 mars, 07:00–07:30` */
    interval: (start, end) => `${day(start)}, ${hour(start)}–${hour(end)}`,
    moment: format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
    iso: format({ year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA"),
    hourOf: (seconds) => Number(hours(seconds)),
  };
}

/** A date as `YYYY-MM-DD` moved by whole days, months or years; the day is kept within the month. */
export function shift(date, { days = 0, months = 0, years = 0 }) {
  const [year, month, day] = date.split("-").map(Number);
  const first = new Date(Date.UTC(year + years, month - 1 + months, 1));
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  const moved = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(day, length) + days);
  return new Date(moved).toISOString().slice(0, 10);
}

/** The dates from one to before another. */
export function datesOf(from, to) {
  const found = [];
  for (let date = from; date < to; date = shift(date, { days: 1 })) found.push(date);
  return found;
}

/** Whole days from one date to another. */
export const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

/** Noon of a date, as seconds: far from any change of day or of clock. */
export const noon = (date) => Date.parse(`${date}T12:00:00Z`) / 1000;

const STRIDES = { day: { days: 1 }, week: { days: 7 }, month: { months: 1 }, year: { years: 1 }, "3d": { days: 3 }, "7d": { days: 7 }, "30d": { days: 30 }, "90d": { days: 90 }, "365d": { days: 365 } };

/** A date one period later, or earlier with a `sign` of -1. */
export function stride(date, step, sign) {
  const [[name, count]] = Object.entries(STRIDES[step]);
  return shift(date, { [name]: count * sign });
}

/** First day, and day after the last, of the period that holds a date. Weeks start on Monday; so many days end with it. */
export function period(date, step) {
  if (/^\d+d$/.test(step)) return { from: shift(date, { days: 1 - STRIDES[step].days }), to: shift(date, { days: 1 }) };
  if (step === "day") return { from: date, to: shift(date, { days: 1 }) };
  if (step === "year") return { from: `${date.slice(0, 4)}-01-01`, to: `${Number(date.slice(0, 4)) + 1}-01-01` };
  if (step === "month") return { from: `${date.slice(0, 7)}-01`, to: shift(`${date.slice(0, 7)}-01`, { months: 1 }) };
  const weekday = (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7;
  const from = shift(date, { days: -weekday });
  return { from, to: shift(from, { days: 7 }) };
}

/** `il y a 14 min`, `3 hr ago`. */
export function ago(seconds, language) {
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([least]) => seconds >= 2 * least) ?? [60, "minute"];
  return new Intl.RelativeTimeFormat(LOCALES[language] ?? language, { style: "short" }).format(-Math.max(0, Math.round(seconds / size)), unit);
}

/** The next instant at which a clock of the home shows one of the times of day, as `["10:00", "20:00"]`. */
export function nextOf(times, now, time) {
  const today = time.iso(now);
  const days = midnights(today, shift(today, { days: 1 }), time);
  const instants = days.flatMap((midnight) => times.map((text) => {
    const [hour, minute] = text.split(":").map(Number);
    const at = midnight + 3600 * hour + 60 * minute;
    // The clock may have been changed in the night.
    return at + 3600 * (hour - time.hourOf(at));
  }));
  return instants.sort((one, other) => one - other).find((at) => at > now) ?? null;
}

/** The names of the hours of a day: the hour that comes twice is told apart by A and B. */
export function hourNames(starts, time) {
  const hours = starts.map(time.hourOf);
  return hours.map((hour, i) => {
    const name = `${String(hour).padStart(2, "0")} h`;
    if (hours.indexOf(hour) === hours.lastIndexOf(hour)) return name;
    return `${name} ${hours.indexOf(hour) === i ? "A" : "B"}`;
  });
}

/** The local midnights of a period, and the one that ends it: the hours between two are 23, 24 or 25. */
export function midnights(from, to, time) {
  const found = [];
  for (let date = from; date <= to; date = shift(date, { days: 1 })) {
    let at = Date.parse(`${date}T00:00:00Z`) / 1000;
    // A zone is a whole number of quarters of an hour away from UTC.
    while (time.iso(at) >= date) at -= 900 * 4;
    while (time.iso(at) < date) at += 900;
    found.push(at);
  }
  return found;
}
