/** Lists of pods: what client-go's tests ask of them, and what every lister has in common. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createIndexer, createStore } from '../../../src/cache/keyed-store.js';
import { metaNamespaceIndexFunc, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import type { Pod } from '../../../src/cache/listers/objects.js';
import { StoreToPodLister } from '../../../src/cache/listers/pod-lister.js';
import { parseLabelSelector } from '../../../src/cache/selectors/label-parser.js';
import { everything, labelSelectorOf, nothing } from '../../../src/cache/selectors/label-selector.js';
import { ResourceDoesNotExistError } from '../../../src/model/errors.js';
import { errorOf, namesOf, pod } from './objects.js';
import { PlainStore } from './plain-store.js';

describe('StoreToPodLister', () => {
  it('TestStoreToPodLister: each selector finds exactly its pod; exists tells by key', () => {
    const store = createStore<Pod>(metaNamespaceKeyFunc);
    const ids = ['foo', 'bar', 'baz'];
    for (const id of ids) store.add({ metadata: { name: id, labels: { name: id } } });
    const lister = new StoreToPodLister(store);
    for (const id of ids) {
      expect(namesOf(lister.list(labelSelectorOf({ name: id })))).toEqual([id]);
      expect(lister.exists({ metadata: { name: id } })).toBe(true);
    }
    expect(lister.exists({ metadata: { name: 'qux' } })).toBe(false);
    expect(namesOf(lister.list())).toEqual(['bar', 'baz', 'foo']);
    expect(namesOf(lister.list(everything))).toEqual(['bar', 'baz', 'foo']);
    expect(lister.list(nothing)).toEqual([]);
  });

  it('lists the pods of one namespace, those of all for the empty one, and none of an unknown one', () => {
    const store = new PlainStore<Pod>();
    store.replace([pod('b', 'z'), pod('a', 'y', { app: 'web' }), pod('a', 'x'), { metadata: { name: 'free' } }]);
    const lister = new StoreToPodLister(store);
    expect(namesOf(lister.pods('a').list())).toEqual(['x', 'y']);
    expect(namesOf(lister.pods('a').list(parseLabelSelector('!app')))).toEqual(['x']);
    expect(namesOf(lister.pods('').list())).toEqual(['x', 'y', 'z', 'free']);
    expect(lister.pods('c').list()).toEqual([]);
  });

  it('gets a pod by its name within a namespace, and says which one is not there', () => {
    const store = createStore<Pod>(metaNamespaceKeyFunc);
    store.add(pod('a', 'x'));
    const lister = new StoreToPodLister(store);
    expect(lister.pods('a').get('x')).toBe(store.getByKey('a/x'));
    const missing = errorOf(() => lister.pods('b').get('x'));
    expect(missing).toBeInstanceOf(ResourceDoesNotExistError);
    expect([missing.key, missing.message]).toEqual(['b/x', 'There is no pod "b/x" in the store.']);
    expect(errorOf(() => lister.pods('').get('x'))).toMatchObject({ code: 'invalid', field: 'namespace' });
  });

  it('says so when a key needs more of a pod than its name', () => {
    const store = createStore<Pod & { readonly uid: string }>(({ uid }) => uid);
    store.add({ ...pod('a', 'x'), uid: '7' });
    expect(errorOf(() => new StoreToPodLister(store).pods('a').get('x'))).toMatchObject({ code: 'no-key' });
  });

  it('hands out what the store holds, of the type that the store has', () => {
    interface RichPod extends Pod {
      readonly spec: { readonly nodeName: string };
    }
    const store = createStore<RichPod>(metaNamespaceKeyFunc);
    store.add({ ...pod('a', 'x'), spec: { nodeName: 'node-1' } });
    const [listed] = new StoreToPodLister(store).pods('a').list();
    expectTypeOf(listed).toEqualTypeOf<RichPod | undefined>();
    expect(listed).toBe(store.list()[0]);
    expect(new StoreToPodLister(store).list()).not.toBe(store.list()); // a list of its own, to be sorted and cut as one likes
  });

  it('reads a snapshot as it was, whatever happens to the store', () => {
    const store = createIndexer<Pod>(metaNamespaceKeyFunc, { namespace: metaNamespaceIndexFunc });
    store.add(pod('a', 'x'));
    const lister = new StoreToPodLister(store.snapshot());
    store.replace([pod('a', 'y')]);
    expect([namesOf(lister.list()), namesOf(lister.pods('a').list())]).toEqual([['x'], ['x']]);
    expect(lister.pods('a').get('x').metadata?.name).toBe('x');
  });

  it('takes the pods of a client that leaves everything open', () => {
    class V1ObjectMeta {
      'name'?: string;
      'namespace'?: string;
      'labels'?: { [key: string]: string };
    }
    class V1Pod {
      'metadata'?: V1ObjectMeta;
      'status'?: { phase?: string };
    }
    const store = new PlainStore<V1Pod>();
    store.add(Object.assign(new V1Pod(), { metadata: { name: 'x', namespace: 'a', labels: { app: 'web' } } }));
    expect(namesOf(new StoreToPodLister(store).pods('a').list(labelSelectorOf({ app: 'web' })))).toEqual(['x']);
  });
});
