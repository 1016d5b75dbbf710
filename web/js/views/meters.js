// The meters that have a page: which series are theirs, and which periods they show.
import { STEPS } from "../state.js";

export const METERS = {
  electricity: { daily: "electricity.daily", curve: "electricity.load_curve", steps: STEPS },
  gas: { daily: "gas.energy", steps: STEPS.filter((step) => step !== "day") },
};

/** The shortest period that shows one day of a meter. */
export const stepOf = (key) => METERS[key].steps[0];
