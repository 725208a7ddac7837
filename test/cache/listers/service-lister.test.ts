/** Lists of services: what client-go's tests ask of them, and what their documents intend. */
import { describe, expect, it } from 'vitest';
import { createIndexer, createStore } from '../../../src/cache/keyed-store.js';
import { metaNamespaceIndexFunc, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import type { Service } from '../../../src/cache/listers/objects.js';
import { StoreToServiceLister } from '../../../src/cache/listers/service-lister.js';
import { labelSelectorOf } from '../../../src/cache/selectors/label-selector.js';
import { ResourceDoesNotExistError } from '../../../src/model/errors.js';
import { errorOf, namesOf, pod } from './objects.js';

describe('StoreToServiceLister', () => {
  const service = (namespace: string, name: string, selector?: Readonly<Record<string, string>> | null): Service => ({
    metadata: { namespace, name, labels: { kind: name } },
    spec: selector === undefined ? null : { selector },
  });

  it('TestStoreToServiceLister: an empty selector selects, none does not', () => {
    const store = createStore<Service>(metaNamespaceKeyFunc);
    store.replace([{ metadata: { name: 'foo' }, spec: { selector: {} } }, { metadata: { name: 'bar' } }, { metadata: { name: 'nil' }, spec: { selector: null } }]); // prettier-ignore
    const lister = new StoreToServiceLister(store);
    expect(namesOf(lister.getPodServices({ metadata: { name: 'foopod', labels: { role: 'foo' } } }))).toEqual(['foo']);
    expect(namesOf(lister.getPodServices({ metadata: { name: 'foopod' } }))).toEqual(['foo']);
    expect(namesOf(lister.list())).toEqual(['bar', 'foo', 'nil']);
  });

  it('finds the services of the namespace of the pod that select it, and says when there is none', () => {
    const store = createIndexer<Service>(metaNamespaceKeyFunc, { namespace: metaNamespaceIndexFunc });
    store.replace([service('a', 'web', { app: 'web' }), service('a', 'db', { app: 'db' }), service('b', 'web', { app: 'web' }), service('a', 'odd', { constructor: 'x' })]); // prettier-ignore
    const lister = new StoreToServiceLister(store);
    expect(lister.getPodServices(pod('a', 'x', { app: 'web' }))).toEqual([store.getByKey('a/web')]);
    expect(namesOf(lister.services('a').list(labelSelectorOf({ kind: 'db' })))).toEqual(['db']);
    expect(lister.services('b').get('web')).toBe(store.getByKey('b/web'));
    const error = errorOf(() => lister.getPodServices(pod('a', 'x')));
    expect(error).toBeInstanceOf(ResourceDoesNotExistError);
    expect(error.message).toBe('No service selects the pod "a/x": none in its namespace has a selector that its labels fulfil.');
  });

  it('takes for labels of a pod what it has of its own', () => {
    const store = createStore<Service>(metaNamespaceKeyFunc);
    store.add(service('a', 'web', { app: 'web' }));
    const heir = pod('a', 'x', Object.create({ app: 'web' }) as Readonly<Record<string, string>>);
    expect(errorOf(() => new StoreToServiceLister(store).getPodServices(heir))).toMatchObject({ code: 'resource-does-not-exist' });
  });
});
