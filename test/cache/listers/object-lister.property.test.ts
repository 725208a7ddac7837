/** Listers against a filter over plain arrays, on stores of every kind. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndexer, createStore } from '../../../src/cache/keyed-store.js';
import { metaNamespaceIndexFunc, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { StoreToControllerLister } from '../../../src/cache/listers/controller-lister.js';
import type { ListableStore } from '../../../src/cache/listers/object-lister.js';
import type { PodSelecting } from '../../../src/cache/listers/objects.js';
import { StoreToPodLister } from '../../../src/cache/listers/pod-lister.js';
import { StoreToServiceLister } from '../../../src/cache/listers/service-lister.js';
import { labelSelectorOf } from '../../../src/cache/selectors/label-selector.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { PlainStore } from './plain-store.js';

interface Written {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly selector: Readonly<Record<string, string>> | undefined;
}

const anyNames = fc.option(fc.dictionary(fc.constantFrom('app', 'tier', 'constructor'), fc.constantFrom('x', 'y'), { maxKeys: 2 }), { nil: undefined, freq: 4 }); // prettier-ignore
const anyWritten: fc.Arbitrary<Written> = fc.record({
  name: fc.constantFrom('p', 'q', 'r', 's', 't'),
  namespace: fc.constantFrom('', 'a', 'ab', 'b'),
  labels: anyNames,
  selector: anyNames,
});
const keyOf = ({ namespace, name }: Written): string => (namespace === '' ? name : `${namespace}/${name}`);
const anyContent = fc.uniqueArray(anyWritten, { selector: keyOf, maxLength: 20, size: 'max' });

const objectOf = ({ name, namespace, labels, selector }: Written): PodSelecting => ({
  metadata: { name, ...(namespace === '' ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) },
  ...(selector === undefined ? {} : { spec: { selector } }),
});

const kinds = ['plain', 'store', 'indexer', 'misnamed', 'snapshot', 'snapshot of a misnamed one'] as const;

/** A store with an index by namespace; with another index of that name; with none; and a moment of one. */
function storeOf(kind: (typeof kinds)[number], objects: readonly PodSelecting[]): ListableStore<PodSelecting> {
  if (kind === 'plain') {
    const store = new PlainStore<PodSelecting>();
    store.replace(objects);
    return store;
  }
  const indexers = { namespace: kind.includes('misnamed') ? () => 'a' : metaNamespaceIndexFunc };
  const store =
    kind === 'store'
      ? createStore<PodSelecting>(metaNamespaceKeyFunc)
      : createIndexer<PodSelecting>(metaNamespaceKeyFunc, indexers);
  store.replace(objects);
  return kind.startsWith('snapshot') ? store.snapshot() : store;
}

const keysOf = (objects: readonly PodSelecting[]): readonly string[] =>
  objects.map(({ metadata }) => [metadata?.namespace, metadata?.name].filter((part) => part !== undefined).join('/'));
const carried = (labels: Written['labels'], wanted: Readonly<Record<string, string>>): boolean => {
  const has = new Map(Object.entries(labels ?? {}));
  return Object.entries(wanted).every(([name, value]) => has.get(name) === value);
};

/** The same store, which notes what is called. */
function watched<S extends object>(store: S, calls: string[]): S {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => (calls.push(String(name)), Reflect.apply(member, target, args));
    },
  });
}

describe('listers', () => {
  it('Q4: TestListAll: list exactly what is selected, in key order, from a store of any kind', () => {
    fc.assert(
      fc.property(anyContent, anyNames, fc.constantFrom('', 'a', 'b', 'c'), fc.constantFrom(...kinds), (content, wanted, namespace, kind) => {
        const inOrder = content.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
        const selected = inOrder.filter(({ labels }) => carried(labels, wanted ?? {}));
        const lister = new StoreToPodLister(storeOf(kind, content.map(objectOf)));
        const selector = wanted === undefined ? undefined : labelSelectorOf(wanted);
        expect(keysOf(lister.list(selector))).toEqual(selected.map(keyOf));
        const here = selected.filter((one) => namespace === '' || one.namespace === namespace);
        expect(keysOf(lister.pods(namespace).list(selector))).toEqual(here.map(keyOf));
      }),
      { seed: 91, numRuns: 600 },
    ); // prettier-ignore
  });

  it('find the services and controllers of a pod as their documents say', () => {
    const seen = { some: 0, none: 0 };
    fc.assert(
      fc.property(anyContent, anyWritten, fc.constantFrom(...kinds), (content, pod, kind) => {
        const inOrder = content.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).filter((one) => one.namespace === pod.namespace);
        const services = inOrder.filter(({ selector }) => selector !== undefined && carried(pod.labels, selector));
        const controllers = services.filter(({ selector }) => Object.keys(selector ?? {}).length > 0);
        const store = storeOf(kind, content.map(objectOf));
        const found = (list: () => readonly PodSelecting[]): readonly string[] => {
          try {
            return keysOf(list());
          } catch (error) {
            return [(error as { readonly code: string }).code];
          }
        };
        const or = (list: readonly Written[], code: string): readonly string[] => (list.length > 0 ? list.map(keyOf) : [code]);
        seen[services.length > 0 ? 'some' : 'none']++;
        expect(found(() => new StoreToServiceLister(store).getPodServices(objectOf(pod)))).toEqual(
          or(services, 'resource-does-not-exist'),
        );
        const hasLabels = Object.keys(pod.labels ?? {}).length > 0;
        expect(found(() => new StoreToControllerLister(store).getPodControllers(objectOf(pod)))).toEqual(
          hasLabels ? or(controllers, 'resource-does-not-exist') : ['invalid'],
        );
      }),
      { seed: 92, numRuns: 600 },
    );
    expect(Math.min(seen.some, seen.none)).toBeGreaterThan(100);
  });

  it('read the index by namespace alone when it knows every object, and the whole store when it does not', () => {
    const objects = [...Array(50).keys()].map((index) => objectOf({ name: `p${index}`, namespace: index % 10 === 0 ? 'a' : 'b', labels: undefined, selector: undefined })); // prettier-ignore
    const indexer = createIndexer<PodSelecting>(metaNamespaceKeyFunc, { namespace: metaNamespaceIndexFunc });
    indexer.replace(objects);
    for (const store of [indexer, indexer.snapshot()]) {
      const asked: string[] = [];
      expect(new StoreToPodLister(watched(store, asked)).pods('a').list()).toHaveLength(5);
      expect(asked).toContain('byIndex');
      expect(asked).not.toContain('list');
    }
    // An object that the index function fails for is in no index; a scan finds it, and what it is.
    const byUid = createIndexer<PodSelecting & { readonly uid: string }>(({ uid }) => uid, { namespace: metaNamespaceIndexFunc }, { logger: new MemoryLogger() });
    byUid.replace([{ uid: '1', metadata: { namespace: 'a', name: 'x/y' } }, { uid: '2', metadata: { namespace: 'a', name: 'z' } }]);
    expect(byUid.unindexed('namespace')).toEqual(['1']);
    for (const store of [byUid, byUid.snapshot()]) expect(new StoreToPodLister(store).pods('a').list().map(({ uid }) => uid)).toEqual(['1', '2']);
  }); // prettier-ignore
});
