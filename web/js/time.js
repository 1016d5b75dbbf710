// Dates and hours in the home's zone, whatever the reader's machine says.

/** A formatter for one zone and language. */
export function clock(language, zone) {
  const format = (options) => {
    const formatter = new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
    return (seconds) => formatter.format(new Date(seconds * 1000));
  };
  return {
    day: format({ weekday: "short", day: "numeric", month: "short" }),
    date: format({ day: "numeric", month: "short", year: "numeric" }),
    month: format({ month: "short", year: "numeric" }),
    monthName: format({ month: "short" }),
    monthLetter: format({ month: "narrow" }),
    dayNumber: format({ day: "numeric" }),
    hour: format({ hour: "2-digit", minute: "2-digit" }),
    moment: format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }),
    iso: (seconds) => {
      const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
      return parts.format(new Date(seconds * 1000));
    },
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
