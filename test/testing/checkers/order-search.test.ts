import { describe, expect, it } from 'vitest';
import { findOrder, type Candidate } from '../../../src/testing/checkers/order-search.js';

/** A register of bits: each write of unknown outcome sets one, and a read says what must be set. */
interface Register {
  bits: number;
  readonly fingerprint: number;
}

function register(): Register {
  return {
    bits: 0,
    get fingerprint(): number {
      return this.bits;
    },
  };
}

function lostWrite(name: number): Candidate<Register> {
  return {
    name,
    begin: name,
    end: Infinity,
    relates: () => true,
    perform: (state) => {
      const before = state.bits;
      state.bits |= 2 ** name;
      return () => void (state.bits = before);
    },
  };
}

function read(name: number, bits: number): Candidate<Register> {
  return {
    name,
    begin: name,
    end: name + 0.5,
    relates: () => true,
    perform: (state) => (state.bits === bits ? () => {} : undefined),
  };
}

describe('the search for an order', () => {
  const lost = (count: number): readonly Candidate<Register>[] => Array.from({ length: count }, (_, name) => lostWrite(name));

  it('takes those of the lost writes that explain what was read', () => {
    expect(findOrder([...lost(6), read(10, 0b101), read(11, 0b111)], register())).toEqual({ found: 'order' });
  });

  it('says what could not be explained', () => {
    const impossible = read(11, 0b010);
    expect(findOrder([...lost(3), read(10, 0b101), impossible], register())).toMatchObject({ found: 'none', stuck: [impossible] });
  });

  it('gives up, and says so, where lost writes leave too many possibilities', () => {
    expect(findOrder([...lost(22), read(30, 2 ** 25)], register())).toEqual({ found: 'too many' });
  });
});
