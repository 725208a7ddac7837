/** One resource type by itself: what it holds, what it shows, and what it tells of entries that cannot be read, against plain maps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ParseError } from '../../src/model/errors.js';
import type { KVPair } from '../../src/model/kv-pair.js';
import type { WatchEvent } from '../../src/model/watch.js';
import { passThroughConversion } from '../../src/syncer/conversion.js';
import { TypeMirror } from '../../src/syncer/type-mirror.js';

const keys = ['/t/1', '/t/2', '/t/3'] as const;
const anyKey = fc.constantFrom(...keys);
const anyRevision = fc.constantFrom(undefined, '1', '2', '3');
const anyUid = fc.constantFrom(undefined, 'u1', 'u2');

function pairOf(key: string, value: unknown, revision: string | undefined, uid: string | undefined): KVPair {
  return { key, value, ...(revision === undefined ? {} : { revision }), ...(uid === undefined ? {} : { uid }) };
}
function isSame(a: KVPair, b: KVPair): boolean {
  return a.revision === b.revision && a.uid === b.uid && JSON.stringify(a.value) === JSON.stringify(b.value);
}

describe('what a type holds', () => {
  const anyItem = fc.tuple(
    anyKey,
    fc.constantFrom<unknown>('x', 'y', { deep: 1 }, 'illegal', 'illegal for its own reason'),
    anyRevision,
    anyUid,
  );
  const anyFlaw = fc.tuple(fc.constantFrom('/t/1', '/t/2', 'doc'), fc.boolean());
  const anyEvent = fc.oneof(
    fc.record({ type: fc.constantFrom('ADDED' as const, 'MODIFIED' as const), item: anyItem }),
    fc.record({ type: fc.constant('DELETED' as const), key: anyKey }),
    fc.record({ type: fc.constant('ERROR' as const), flaw: anyFlaw }),
    fc.record({ type: fc.constant('MENDED' as const), key: fc.constantFrom('/t/1', 'doc') }),
    fc.record({ type: fc.constant('BOOKMARK' as const) }),
  );
  const anyStep = fc.oneof(
    fc.record({ do: fc.constant('list' as const), items: fc.array(anyItem, { maxLength: 4 }), flaws: fc.array(anyFlaw, { maxLength: 2 }), storeId: fc.constantFrom(undefined, 'a', 'b'), revision: anyRevision }), // prettier-ignore
    fc.record({ do: fc.constant('list' as const), items: fc.array(anyItem, { maxLength: 4 }), flaws: fc.constant([]), storeId: fc.constant('a'), revision: anyRevision }), // prettier-ignore
    fc.record({ do: fc.constant('events' as const), events: fc.array(anyEvent, { minLength: 1, maxLength: 4 }) }),
    fc.record({
      do: fc.constantFrom(
        'removeAll' as const,
        'disconnected' as const,
        'failed' as const,
        'reconnected' as const,
        'redeliver' as const,
      ),
    }),
  );
  const flawOf = ([rawKey, isKnown]: readonly [string, boolean]) =>
    new ParseError('x', { rawKey, ...(isKnown && rawKey !== 'doc' ? { key: rawKey } : {}) });

  it('R11, R17, H2, H47, H49: is the last list with what happened since; what cannot be read stays or goes, as chosen, and is known by its raw key', () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 12 }),
        fc.constantFrom('keepLast' as const, 'delete' as const),
        fc.boolean(),
        (steps, onMalformed, deletesOnDisconnect) => {
          const told: string[] = [];
          const quarantine = new Set<string>();
          const shown = new Map<string, KVPair>();
          let problems = 0;
          const mirror = new TypeMirror({
            host: {
              leaveWaiting: () => void told.push('leaves waiting'),
              beginResync: () => void told.push('resyncs'),
              show: (after, changes, removalOf) => {
                for (const { key, before, after: pair } of changes) {
                  expect(shown.get(key)).toBe(before);
                  if (pair === undefined) shown.delete(key);
                  else shown.set(key, pair);
                  const removal = pair === undefined ? removalOf(key) : undefined;
                  told.push(
                    removal === undefined ? `sets ${key}` : `removes ${key} at ${removal.revision}, ${removal.finalStateUnknown}`,
                  );
                }
                expect([...after]).toEqual([...shown].toSorted(([a], [b]) => (a < b ? -1 : 1)));
              },
              quarantine: (error) => {
                problems++;
                quarantine.add(error.rawKey);
              },
              hasQuarantined: () => quarantine.size > 0,
              release: (rawKey) => void quarantine.delete(rawKey),
              quarantineOnly: (errors) => {
                quarantine.clear();
                for (const { rawKey } of errors) quarantine.add(rawKey);
              },
              syncFailed: (failure, attempts) => void told.push(`failed ${failure.kind} ${attempts}`),
              syncRecovered: () => void told.push('recovered'),
            },
            conversion: passThroughConversion<unknown>(),
            admit: (pair) => {
              if (pair.value === 'illegal') throw new Error('no such value');
              if (pair.value === 'illegal for its own reason') throw 'just so'; // oxlint-disable-line no-throw-literal
              return pair;
            },
            onMalformed,
            deletesOnDisconnect,
          });
          const isLegal = (pair: KVPair) => !String(pair.value).startsWith('illegal');
          const objects = new Map<string, KVPair>();
          const broken = new Set<string>();
          let [storeId, hasFailed]: [string | undefined, boolean] = [undefined, false];
          /** Makes the objects these, and says what must be told of it. */
          const become = (next: ReadonlyMap<string, KVPair>, removal: (key: string) => string): readonly string[] => {
            const lines = keys.flatMap((key) => {
              const [before, after] = [objects.get(key), next.get(key)];
              if (before === after) return [];
              return [after === undefined ? `removes ${key} ${removal(key)}` : `sets ${key}`];
            });
            objects.clear();
            for (const [key, pair] of next) objects.set(key, pair);
            return lines.toSorted();
          };
          for (const step of steps) {
            const wanted: string[] = [];
            if (step.do === 'list') {
              const items = step.items.map((item) => pairOf(...item));
              const malformed = step.flaws.map(flawOf);
              const list = { items, malformed, ...(step.storeId === undefined ? {} : { storeId: step.storeId }), ...(step.revision === undefined ? {} : { revision: step.revision }) }; // prettier-ignore
              mirror.replaceAll(malformed.length === 0 ? (({ malformed: _, ...rest }) => rest)(list) : list);
              if (hasFailed) wanted.push('recovered');
              hasFailed = false;
              wanted.push('leaves waiting');
              const trusts = step.storeId !== undefined && step.storeId === storeId;
              storeId = step.storeId;
              const next = new Map<string, KVPair>();
              for (const pair of items.filter(isLegal)) {
                const known = objects.get(pair.key);
                const isKept = known !== undefined && (isSame(known, pair) || (trusts && known.revision !== undefined && known.revision === pair.revision && known.uid === pair.uid)); // prettier-ignore
                next.set(pair.key, isKept ? known : pair);
              }
              const lost = [
                ...items.filter((pair) => !isLegal(pair)).map(({ key }) => key),
                ...malformed.flatMap(({ key }) => key ?? []),
              ];
              if (onMalformed === 'keepLast')
                for (const key of lost) {
                  const last = objects.get(key);
                  if (last !== undefined && !next.has(key)) next.set(key, last);
                }
              broken.clear();
              for (const pair of items.filter((one) => !isLegal(one))) broken.add(pair.key);
              for (const { rawKey } of malformed) broken.add(rawKey);
              wanted.push(...become(next, () => `at ${step.revision}, true`));
            } else if (step.do === 'events') {
              const next = new Map(objects);
              const removals = new Map<string, string>();
              const before = problems;
              let found = 0;
              const events = step.events.map((event, index): WatchEvent => {
                const revision = `e${index}`;
                const remove = (key: string): void => {
                  next.delete(key);
                  removals.set(key, revision);
                };
                switch (event.type) {
                  case 'ADDED':
                  case 'MODIFIED': {
                    const pair = pairOf(...event.item);
                    const known = next.get(pair.key);
                    if (!isLegal(pair)) {
                      found++;
                      broken.add(pair.key);
                      if (onMalformed === 'delete' && known !== undefined) remove(pair.key);
                    } else {
                      broken.delete(pair.key);
                      const isKept = known !== undefined && known.uid === pair.uid && known.revision === pair.revision && (pair.revision !== undefined || isSame(known, pair)); // prettier-ignore
                      if (!isKept) next.set(pair.key, pair);
                    }
                    return { type: event.type, revision, new: pair };
                  }
                  case 'DELETED':
                    remove(event.key);
                    broken.delete(event.key);
                    return { type: event.type, revision, old: { key: event.key } };
                  case 'ERROR': {
                    const error = flawOf(event.flaw);
                    found++;
                    broken.add(error.rawKey);
                    if (onMalformed === 'delete' && error.key !== undefined) remove(error.key);
                    return { type: event.type, revision, error };
                  }
                  case 'MENDED':
                    broken.delete(event.key);
                    return { type: event.type, revision, rawKey: event.key };
                  default:
                    return { type: event.type, revision };
                }
              });
              mirror.commit(events);
              wanted.push(...become(next, (key) => `at ${removals.get(key)}, false`));
              expect(problems - before, 'each unreadable entry is told').toBe(found);
            } else if (step.do === 'failed') {
              mirror.listFailed({ kind: 'unavailable', error: new Error('x') }, 3);
              hasFailed = true;
              wanted.push('failed unavailable 3');
            } else if (step.do === 'reconnected') {
              mirror.reconnected();
              if (hasFailed) wanted.push('recovered');
              hasFailed = false;
            } else if (step.do === 'removeAll') {
              mirror.removeAll();
              broken.clear();
              wanted.push('leaves waiting', ...become(new Map(), () => 'at undefined, true'));
            } else if (step.do === 'disconnected') {
              mirror.disconnected();
              if (deletesOnDisconnect && objects.size > 0) wanted.push('resyncs', ...become(new Map(), () => 'at undefined, true'));
            } else mirror.redeliver();
            const lines = told.splice(0);
            const changes = (line: string) => /^(?:sets|removes)/.test(line);
            expect(lines.filter((line) => !changes(line))).toEqual(wanted.filter((line) => !changes(line)));
            expect(lines.filter(changes).toSorted()).toEqual(wanted.filter(changes));
            if (lines.some(changes) && lines.length > lines.filter(changes).length) expect(changes(lines[0] ?? '')).toBe(false);
            expect(shown).toEqual(objects);
            for (const [key, pair] of objects) expect(shown.get(key), 'what did not change keeps its identity').toBe(pair);
            expect(quarantine).toEqual(broken);
            expect(mirror.size).toBe(objects.size);
          }
        },
      ),
      { seed: 121, numRuns: 400 },
    );
  });
});
