/** Chance, as the library sees it. The real one is {@link systemRandom}; tests use a {@link seededRandom}. */
export interface Random {
  /** A number from 0 (included) to 1 (excluded), all equally likely. */
  next(): number;
}

/** The process's own chance. Not for secrets. */
export const systemRandom: Random = { next: () => Math.random() };

/**
 * Chance that is the same for the same seed, on every machine: the generator mulberry32, whose 32 bits are plenty for jitter and tests.
 *
 * @param seed any number; only its lower 32 bits count.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
