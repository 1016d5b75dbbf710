// Numbers as people write them. Intl formats the number; it knows neither kWh nor DJU.

const NBSP = "\u00a0";

/** How many decimals a value of this size deserves. */
export function decimals(value) {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return 0;
  return size >= 10 ? 1 : 2;
}

/** `3 214,5`, `3,214.5`. */
export function number(value, language, digits = decimals(value)) {
  const options = { minimumFractionDigits: 0, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, options).format(value);
}

/** `3 214,5 kWh`. */
export const quantity = (value, unit, language) => number(value, language) + NBSP + unit;

/** `+12 %`, `−3 %`. */
export function change(percent, language) {
  const sign = percent < 0 ? "−" : "+";
  const space = language.startsWith("fr") ? NBSP : "";
  return `${sign}${number(Math.abs(percent), language, Math.abs(percent) < 1 ? 1 : 0)}${space}%`;
}
