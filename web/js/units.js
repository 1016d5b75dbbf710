// Numbers as people write them. Intl formats the number; it knows neither kWh nor DJU.

import { LOCALES } from "./time.js";

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
  return new Intl.NumberFormat(LOCALES[language] ?? language, options).format(value);
}

/** `3 214,5 kWh`. */
export const quantity = (value, unit, language) => number(value, language) + (unit && NBSP + unit);

const SPELLED = { 1: "", degC: "°C", m3: "m³", "kWh/m3": "kWh/m³" };

/** A unit of the store as people write it. */
export const spelled = (unit) => SPELLED[unit] ?? unit;

/** `1,50`: as many decimals in every row of a table. */
export const fixed = (value, language, digits) =>
  new Intl.NumberFormat(LOCALES[language] ?? language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** `+0,64`, `−0,17`. */
export const signed = (value, language, digits) => `${value < 0 ? "−" : "+"}${fixed(Math.abs(value), language, digits)}`;

/** `12 %`, without sign; with `digits` always as many decimals. */
export function percent(value, language, digits) {
  const space = language.startsWith("fr") ? NBSP : "";
  const size = Math.abs(value);
  return `${digits === undefined ? number(size, language, size < 1 ? 1 : 0) : fixed(size, language, digits)}${space}%`;
}

/** `+12 %`, `−3 %`, `0 %`. */
export const change = (value, language) => `${Math.abs(value) < 0.05 ? "" : value < 0 ? "−" : "+"}${percent(value, language)}`;

/** `0,6 Mo`, `12 kB`: sizes of files, in thousands. */
export function bytes(value, language) {
  const [scale, unit] = value >= 1e9 ? [1e9, "gigabyte"] : value >= 1e6 ? [1e6, "megabyte"] : [1e3, "kilobyte"];
  const format = new Intl.NumberFormat(LOCALES[language] ?? language, { style: "unit", unit, maximumFractionDigits: value / scale < 10 ? 1 : 0 });
  return format.format(value / scale);
}
