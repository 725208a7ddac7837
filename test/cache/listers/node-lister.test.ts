/** Lists of nodes: what client-go's tests ask of them, and what their documents intend. */
import { describe, expect, it } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { StoreToNodeLister } from '../../../src/cache/listers/node-lister.js';
import type { Node } from '../../../src/cache/listers/objects.js';
import { labelSelectorOf } from '../../../src/cache/selectors/label-selector.js';
import { ResourceDoesNotExistError } from '../../../src/model/errors.js';
import { errorOf, namesOf } from './objects.js';

describe('StoreToNodeLister', () => {
  const node = (name: string, ...conditions: readonly (readonly [string, string])[]): Node => ({
    metadata: { name, labels: { zone: name.slice(0, 1) } },
    status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
  });

  it('TestStoreToMinionLister: lists the nodes that were added, by label too', () => {
    const store = createStore<Node>(metaNamespaceKeyFunc);
    for (const name of ['foo', 'bar', 'baz']) store.add({ metadata: { name } });
    expect(namesOf(new StoreToNodeLister(store).list())).toEqual(['bar', 'baz', 'foo']);
    store.add(node('boo'));
    expect(namesOf(new StoreToNodeLister(store).list(labelSelectorOf({ zone: 'b' })))).toEqual(['boo']);
  });

  it('gets a node by its name, and says when it is not there', () => {
    const store = createStore<Node>(metaNamespaceKeyFunc);
    store.add(node('foo'));
    const lister = new StoreToNodeLister(store);
    expect(lister.getNodeInfo('foo')).toBe(store.getByKey('foo'));
    const missing = errorOf(() => lister.getNodeInfo('bar'));
    expect(missing).toBeInstanceOf(ResourceDoesNotExistError);
    expect([missing.key, missing.message]).toEqual(['bar', 'There is no node "bar" in the store.']);
  });

  it('judges a node by its last condition of the type that is asked for, not by its last condition (the original did)', () => {
    const store = createStore<Node>(metaNamespaceKeyFunc);
    store.replace([
      node('ready', ['Ready', 'True'], ['Schedulable', 'False']),
      node('recovered', ['Ready', 'False'], ['Ready', 'True'], ['Reachable', 'Unknown']),
      node('failed', ['Ready', 'True'], ['Ready', 'False'], ['Reachable', 'True']),
      node('other', ['Reachable', 'True']),
      node('none'),
      { metadata: { name: 'silent' } },
      { metadata: { name: 'nulls' }, status: { conditions: null } },
      { metadata: { name: 'nil' }, status: null },
    ]);
    const ready = new StoreToNodeLister(store).nodeCondition('Ready', 'True');
    expect(namesOf(ready.list())).toEqual(['ready', 'recovered']);
    expect(namesOf(new StoreToNodeLister(store).nodeCondition('Ready', 'False').list())).toEqual(['failed']);
    expect(new StoreToNodeLister(store).nodeCondition('Ready', 'Unknown').list()).toEqual([]);
    store.update(node('none', ['Ready', 'True']));
    expect(namesOf(ready.list())).toEqual(['none', 'ready', 'recovered']); // as it is now
  });
});
