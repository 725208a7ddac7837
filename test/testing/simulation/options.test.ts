/** What `simulate` does not begin with: options that mean nothing. */
import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../../src/index.js';
import { simulate, SimulationError, type SimulationOptions, type Subject } from '../../../src/testing/index.js';

const words: Subject<string> = { kind: 'words', shows: 'words', type: () => ({ list: { kind: 'words' } }), expect: (all) => all };
const value = (): string => 'word';

/** What `simulate` says to options that nobody may give, whatever their types. */
async function refusalOf(options: object): Promise<unknown> {
  return simulate(options as SimulationOptions<string>).catch((error: unknown) => error);
}

async function planOfFailure(): Promise<object> {
  const failure: unknown = await simulate({
    seed: 1,
    hours: 0.05,
    shrink: 0,
    build: ({ violate }) => {
      violate('mine', 'now');
      return { start: () => {}, stop: () => Promise.resolve({ undelivered: 0 }), status: 'waitForDatastore' };
    },
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SimulationError);
  return (failure as SimulationError).plan;
}

describe('simulate', () => {
  it.each([
    ['hours', { hours: 0 }, 'Illegal hours 0: it must be a positive, finite number of simulated hours.'],
    ['hours', { hours: -1 }, 'Illegal hours -1: '],
    ['hours', { hours: Number.NaN }, 'Illegal hours NaN: '],
    ['hours', { hours: Infinity }, 'Illegal hours Infinity: '],
    ['seed', { seed: Number.NaN }, 'Illegal seed NaN: '],
    ['shrink', { shrink: -1 }, 'Illegal shrink -1: it must be a number of runs from 0 up.'],
    ['determinism', { determinism: 'twice' }, `Illegal determinism "twice": it must be 'once' or 'run-twice'.`],
    ['subjects', { subjects: [], value }, 'Illegal subjects []: give one resource type at least'],
    ['value', { subjects: [words] }, 'Illegal value undefined: subjects of your own need objects of their own'],
    [
      'subjects.kind',
      { subjects: [words, { ...words, shows: 'loud' }], value },
      'Illegal subjects.kind "words": another subject has it',
    ],
    [
      'subjects.shows',
      { subjects: [words, { ...words, kind: 'loud' }], value },
      'Illegal subjects.shows "words": another subject has it',
    ],
    ['subjects.kind', { subjects: [{ ...words, kind: '' }], value }, 'Illegal subjects.kind "": '],
    ['plan', { plan: 7 }, 'Illegal plan 7: give the plan that a failure printed, whole.'],
    ['plan', { plan: null }, 'Illegal plan null: '],
    ['plan.seed', { plan: {} }, 'Illegal plan.seed undefined: '],
    ['plan.setup', { plan: { seed: 1 } }, 'Illegal plan.setup undefined: '],
  ])('does not take an illegal %s: %j', async (field, options, message) => {
    const refusal = await refusalOf(options);
    expect(refusal).toBeInstanceOf(ValidationError);
    expect(refusal).toMatchObject({ code: 'invalid', field });
    expect((refusal as ValidationError).message).toContain(message);
  });

  it('does not take a plan of which something is not what it must be', async () => {
    const plan = await planOfFailure();
    const { setup } = plan as { setup: object };
    const wrong: readonly (readonly [field: string, plan: object])[] = [
      ['plan.setup.mirrors', { ...plan, setup: { ...setup, mirrors: 0 } }],
      ['plan.setup.mirrors', { ...plan, setup: { ...setup, mirrors: 1.5 } }],
      ['plan.setup.latency', { ...plan, setup: { ...setup, latency: '40' } }],
      ['plan.setup.initialList', { ...plan, setup: { ...setup, initialList: 'whole' } }],
      ['plan.actions', { ...plan, actions: {} }],
      ['plan.actions[0]', { ...plan, actions: ['start'] }],
      ['plan.actions[0]', { ...plan, actions: [[0, 'begin', 0]] }],
      ['plan.actions[1]', { ...plan, actions: [[5, 'start', 0], [4, 'clean']] }], // prettier-ignore
      ['plan.healAt', { ...plan, healAt: -1 }],
    ];
    for (const [field, given] of wrong) expect(await refusalOf({ plan: given }), field).toMatchObject({ code: 'invalid', field });
    await expect(simulate({ plan: { ...plan, actions: [] } as never })).resolves.toBeDefined();
  });

  it('takes a plan for subjects of which no value is drawn', async () => {
    const plan = { ...(await planOfFailure()), actions: [[0, 'start', 0], [1, 'apply', '/words/x', 'word']] }; // prettier-ignore
    await expect(simulate<string>({ plan: plan as never, subjects: [words] })).resolves.toMatchObject({
      finalState: expect.stringContaining('"word"'),
    });
  });
});
