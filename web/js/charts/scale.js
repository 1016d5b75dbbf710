// Ticks of round numbers. Nothing here draws.

/** A range from zero with four to six equal steps of a round size: the last step, and the ticks. */
export function ladder(most) {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 4, 5, 10].map((factor) => factor * power).find((size) => size * 6 >= most && most / size <= 5.0001) ?? 10 * power;
  const count = Math.max(2, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(10)));
}

/** Four to six equal steps of a round size that hold two values; they need not begin at zero. */
export function rungs(low, high) {
  const rough = Math.max(high - low, 1e-9) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 2.5, 4, 5, 10, 20]) {
    const [first, last] = [Math.floor(low / (factor * power) + 1e-9), Math.ceil(high / (factor * power) - 1e-9)];
    if (last - first <= 6) return Array.from({ length: Math.max(1, last - first) + 1 }, (_, i) => Number(((first + i) * factor * power).toPrecision(10)));
  }
  return [low, high];
}

/** As many steps of a round size, from zero, as another axis has. */
export function paired(most, steps) {
  const rough = Math.max(most, 1e-9) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((size) => size * steps >= most * (1 - 1e-9)) ?? 10 * power;
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(10)));
}
