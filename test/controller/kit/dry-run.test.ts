/** Plans: what would be done, without its being done. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortEventError, FatalError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { UpdateDirection, UpdateTransactionType } from '../../../src/controller/events/event.js';
import { HealingResync, HealingResyncType } from '../../../src/controller/events/healing-resync.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import { createHandler } from '../../../src/controller/kit/create-handler.js';
import { planOf } from '../../../src/controller/kit/dry-run.js';
import type { WantedValue } from '../../../src/controller/kit/ownership.js';
import { printPlan } from '../../../src/controller/kit/plan.js';
import { emptyTree, type ObjectTree } from '../../../src/store/object-tree.js';
import { transact } from '../../../src/store/transact.js';
import { bareHandler, change } from './doubles.js';

function wanted(values: Readonly<Record<string, readonly [unknown, ...string[]]>>): ObjectTree<WantedValue> {
  return transact(emptyTree<WantedValue>(), (draft) => {
    for (const [key, [value, ...writers]] of Object.entries(values)) draft.set(key, { value, writers });
  }).after;
}

const routes = () =>
  createHandler({
    name: 'routes',
    handles: { resources: ['pods'] },
    initial: { count: 0 },
    resync({ kubeState, state, txn }) {
      for (const [key, value] of Object.entries(kubeState['pods'] ?? {})) txn.put(`/routes${key}`, { to: value, n: ++state.count });
    },
    update({ event, state, txn }) {
      if (!(event instanceof KubeStateChange)) return '';
      if (event.newValue === undefined) txn.delete(`/routes${event.key}`);
      else txn.put(`/routes${event.key}`, { to: event.newValue, n: ++state.count });
      return `route to ${event.key}`;
    },
  });

const pod = (key: string, newValue?: string) => new KubeStateChange({ key, resource: 'pods', newValue });
const atomic = (name = 'Atomic') => change(name);
const bestEffort = (name = 'Best') => change(name, { transactionType: UpdateTransactionType.BestEffort });
const throwing = (name: string, error: Error) => bareHandler(name, { pure: true, update: () => Promise.reject(error) });
const writing = (name: string, key = `/${name}`) =>
  bareHandler(name, {
    pure: true,
    update: (_, txn) => txn.put(key, name),
    resync: (_event, _state, _count, txn) => txn.put(key, name),
  });

describe('a plan', () => {
  it('of an update has the net changes and what handlers say, and nothing is kept', async () => {
    const handler = routes();
    const internal = wanted({ '/routes/a': [{ to: 'x', n: 1 }, 'routes'], '/other': [1, 'rules'] });
    const plan = await planOf({ handlers: [handler], event: pod('/a', 'y'), internal });
    expect(plan.changes).toEqual([{ key: '/routes/a', before: { to: 'x', n: 1 }, after: { to: 'y', n: 1 }, wantedBy: ['routes'] }]);
    expect(plan.handlers).toEqual([{ name: 'routes', outcome: 'planned', change: 'route to /a' }]);
    expect(handler.state).toEqual({ count: 0 });
    expect((await planOf({ handlers: [handler], event: pod('/a', 'x'), internal })).changes).toEqual([]);
    expect((await planOf({ handlers: [handler], event: pod('/a'), internal })).changes).toMatchObject([{ after: undefined }]);
  });

  it('of a resync shows what would be deleted, and who wanted it', async () => {
    const event = new DBResync({ kubeState: { pods: { '/b': 'x' } } });
    const internal = wanted({ '/routes/a': [{ to: 'x', n: 1 }, 'routes'], '/zombie': [1, 'gone'] });
    const plan = await planOf({ handlers: [routes()], event, internal });
    expect(plan.changes.map(({ key, after, wantedBy }) => [key, after, wantedBy])).toEqual([
      ['/routes/a', undefined, ['routes']],
      ['/routes/b', { to: 'x', n: 1 }, ['routes']],
      ['/zombie', undefined, ['gone']],
    ]);
    const given = await planOf({ handlers: [routes()], event, kubeState: {}, internal: { '/routes/a': 1, '/none': null } });
    expect(given.changes).toEqual([{ key: '/routes/a', before: 1, after: undefined, wantedBy: [] }]);
  });

  it('asks only those that can be asked, and does not guess what the others want', async () => {
    let called = 0;
    const legacy = bareHandler('legacy', { update: () => void called++, resync: () => void called++ });
    const own = bareHandler('own', { dryRun: ({ event, txn }) => (txn.put('/own', event.name), 'own way') });
    const internal = wanted({ '/legacy/a': [1, 'legacy'], '/own': [0, 'own'], '/pure': [1, 'pure'] });
    const plan = await planOf({ handlers: [legacy, own, writing('pure', '/p')], event: new DBResync({ kubeState: {} }), internal });
    expect(plan.handlers.map(({ name, outcome, change: said }) => [name, outcome, said])).toEqual([
      ['legacy', 'notPlannable', ''],
      ['own', 'planned', 'own way'],
      ['pure', 'planned', ''],
    ]);
    expect(plan.unclear).toEqual(['/legacy/a']);
    expect(plan.changes.map(({ key }) => key)).toEqual(['/own', '/p', '/pure']);
    const blind = await planOf({ handlers: [legacy], event: new DBResync({ kubeState: {} }), internal: { '/x': 1 } });
    expect([blind.unclear, blind.changes]).toEqual([['/x'], []]);
    expect(called).toBe(0);
  });

  it('EH15: of a resync keeps what a failing handler wanted', async () => {
    const failing = bareHandler('failing', { pure: true, resync: () => Promise.reject(new Error('no')) });
    const internal = wanted({ '/f': [1, 'failing', 'legacy'], '/w': [1, 'w'], '/g': [1, 'gone'] });
    const plan = await planOf({
      handlers: [failing, bareHandler('legacy'), writing('w')],
      event: new DBResync({ kubeState: {} }),
      internal,
    });
    expect([plan.kept, plan.unclear, plan.isCommitted]).toEqual([['/f'], [], true]);
    expect(plan.changes.map(({ key }) => key)).toEqual(['/g', '/w']);
  });

  it.each([
    ['a plain error of a best-effort event', bestEffort(), new Error('no'), ['planned', 'failed', 'planned'], true],
    ['a plain error of an atomic event', atomic(), new Error('no'), ['planned', 'failed', 'notReached'], false],
    ['an abort', bestEffort(), new AbortEventError(new Error('no')), ['planned', 'failed', 'notReached'], false],
    ['a fatal error', bestEffort(), new FatalError(new Error('no')), ['planned', 'failed', 'notReached'], false],
  ])('after %s has the consequences that it would have', async (_, event, error, outcomes, isCommitted) => {
    const handlers = [writing('a'), throwing('b', error), writing('c')];
    const plan = await planOf({ handlers, event, internal: {} });
    expect(plan.handlers.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(plan.isCommitted).toBe(isCommitted);
    expect(plan.changes.map(({ key }) => key)).toEqual(isCommitted ? ['/a', '/c'] : []);
  });

  it('goes through the handlers in their order, or backwards, and leaves out those that do not care', async () => {
    const handlers = [writing('a'), { ...writing('b'), handlesEvent: () => false }, writing('c')];
    const names = async (event: Parameters<typeof planOf>[0]['event']) =>
      (await planOf({ handlers, event, internal: {} })).handlers.map(({ name }) => name);
    expect(await names(atomic())).toEqual(['a', 'c']);
    expect(await names(change('R', { direction: UpdateDirection.Reverse }))).toEqual(['c', 'a']);
    expect(await names(new HealingResync({ type: HealingResyncType.Periodic }))).toEqual([]);
    expect(await names(new HealingResync({ type: HealingResyncType.AfterError }))).toEqual(['a', 'c']);
  });

  it('of an update that writes nothing, or of a downstream resync, changes nothing', async () => {
    const internal = { '/a': 1 };
    const empty = await planOf({ handlers: [bareHandler('x', { pure: true })], event: bestEffort(), internal });
    expect([empty.isCommitted, empty.changes]).toEqual([false, []]);
    const event = new HealingResync({ type: HealingResyncType.Periodic });
    expect((await planOf({ handlers: [writing('x')], event, internal })).changes).toEqual([]);
  });

  it('lets a handler see what those before it put, and nobody write when his call is over', async () => {
    const late: (() => void)[] = [];
    const handlers = [
      bareHandler('first', {
        pure: true,
        update: (_, txn) => {
          txn.put('/k', [1]);
          late.push(() => txn.put('/k', [2]));
        },
      }),
      bareHandler('second', { pure: true, update: (_, txn) => txn.put('/k', [txn.get('/k'), txn.get('/none')].slice(0, 1)) }),
    ];
    const plan = await planOf({ handlers, event: bestEffort(), internal: {} });
    expect(plan.changes).toEqual([{ key: '/k', before: undefined, after: [[1]], wantedBy: ['first', 'second'] }]);
    expect(late[0]).toThrow("The call of the handler 'first' is over");
  });

  it('E16: takes whatever user code throws for a failure, and a title from the name when there is none', async () => {
    const handlers = [
      throwing('a', 'text' as unknown as Error),
      bareHandler('b', {
        handlesEvent: () => {
          throw new Error('handles');
        },
      }),
      bareHandler('c', { pure: true, update: (_, txn) => txn.put('', 1) }),
      bareHandler('d', { pure: true, update: (_, txn) => txn.put('/d', () => 1) }),
    ];
    const event = {
      ...bestEffort('Odd'),
      toString: () => {
        throw new Error('title');
      },
    };
    const plan = await planOf({ handlers, event, internal: {} });
    expect(plan.event).toBe('Odd');
    expect(printPlan(plan).split('\n')).toEqual([
      'PLAN: Odd',
      '  a: fails: text',
      '  b: fails: handles',
      '  c: fails: The key is "", expected a string that is not empty.',
      '  d: fails: Illegal value: value is a function, which JSON cannot carry.',
      '  nothing would be committed',
    ]);
  });

  it('hands out copies: a handler that is not as pure as it says cannot change what it is given', async () => {
    const kubeState = { pods: { '/a': { n: 1 } } };
    const rude = bareHandler('rude', {
      pure: true,
      resync: (_, given) => void Object.assign(given['pods']?.['/a'] as object, { n: 2 }),
    });
    const plan = await planOf({ handlers: [rude], event: new DBResync({ kubeState }), internal: {} });
    expect(plan.handlers[0]?.outcome).toBe('failed');
    expect(kubeState.pods['/a'].n).toBe(1);
  });

  it('stops waiting for a handler that never answers', async () => {
    const abort = new AbortController();
    const never = bareHandler('never', { pure: true, update: () => new Promise<void>(() => {}) });
    const plan = planOf({ handlers: [never], event: atomic(), internal: {}, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(plan).rejects.toThrow('enough');
    await expect(planOf({ handlers: [], event: atomic(), internal: {}, signal: abort.signal })).rejects.toThrow('enough');
    const { signal } = new AbortController();
    const calm = await planOf({ handlers: [], event: atomic(), internal: {}, signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(printPlan(calm)).toBe('PLAN: Atomic\n  no handler would be called\n  nothing would be committed');
  });

  it('prints every kind of line', async () => {
    const failing = bareHandler('failing', { pure: true, resync: () => Promise.reject(new Error('no')) });
    const internal = wanted({
      '/f': [1, 'failing'],
      '/l': [1, 'legacy'],
      '/routes/a': [{ to: 'x', n: 1 }, 'routes'],
      '/routes/b': [{ to: 'x', n: 9 }, 'routes'],
    });
    const event = new DBResync({ kubeState: { pods: { '/b': 'x', '/c': 'long'.repeat(30) } } });
    const plan = await planOf({ handlers: [failing, bareHandler('legacy'), routes()], event, internal });
    expect(printPlan(plan, { width: 20 })).toBe(
      [
        'PLAN: Database Resync (Remote DB)',
        '  failing: fails: no',
        '  legacy: cannot be planned, it may have side effects; give it a dryRun method, or say that it is pure',
        '  routes: says nothing',
        '- /routes/a {"to":"x","n":1} (routes)',
        '~ /routes/b {"to":"x","n":9} → {"to":"x","n":1} (routes)',
        '+ /routes/c {"to":"longlonglongl… (routes)',
        '= /f is kept, since a handler that wants it fails',
        '? /l may be kept or deleted: whether it is still wanted cannot be planned',
      ].join('\n'),
    );
    const again = await planOf({ handlers: [routes()], event: new DBResync({ kubeState: {} }), internal: {} });
    expect(printPlan(again)).toContain('nothing would change');
  });
});
