// How a test writes a number that it looks for on a page.

/**
 * A number with so many decimals, rounded as people round: 5.645 is 5.65. `toFixed` says 5.64, for the binary
 * number nearest to it is a little less.
 */
export const decimals = (value, digits) => new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }).format(value);
