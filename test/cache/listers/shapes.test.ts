/** Objects that are not what the type of their store says: the lister says which, and where. */
import { describe, expect, it } from 'vitest';
import { StoreToControllerLister } from '../../../src/cache/listers/controller-lister.js';
import { StoreToNodeLister } from '../../../src/cache/listers/node-lister.js';
import type { Node, Pod, ReplicationController, Service } from '../../../src/cache/listers/objects.js';
import { StoreToPodLister } from '../../../src/cache/listers/pod-lister.js';
import { StoreToServiceLister } from '../../../src/cache/listers/service-lister.js';
import { nothing } from '../../../src/cache/selectors/label-selector.js';
import { ValidationError } from '../../../src/model/errors.js';
import { errorOf, namesOf, pod } from './objects.js';
import { PlainStore } from './plain-store.js';

describe('what is of another shape', () => {
  it.each([
    ['a text', 'text', undefined, 'it is of type string, expected an object'],
    ['a list', [], undefined, 'it is a list, expected an object'],
    ['no metadata', {}, 'metadata', 'metadata is of type undefined, expected an object'],
    ['inherited metadata', Object.create({ metadata: {} }), 'metadata', 'expected an object'],
    ['metadata of null', { metadata: null }, 'metadata', 'metadata is null, expected an object'],
    ['a namespace that is a number', { metadata: { namespace: 5 } }, 'metadata.namespace', 'expected a string'],
    [
      'labels as a list',
      { metadata: { labels: ['a'] } },
      'metadata.labels',
      'metadata.labels is a list, expected an object of strings',
    ],
    [
      'a label that is a number',
      { metadata: { labels: { app: 5 } } },
      'metadata.labels["app"]',
      'of type number, expected a string',
    ],
  ])('Q5: is refused with its key: %s', (_, object, field, reason) => {
    const store = new PlainStore<Pod>();
    store.add(pod('a', 'x'));
    store.put('b/broken', object);
    store.add(pod('c', 'x'));
    const lister = new StoreToPodLister(store);
    for (const list of [() => lister.list(nothing), () => lister.pods('a').list()]) {
      const error = errorOf(list);
      expect(error).toBeInstanceOf(ValidationError);
      expect([error.key, error.field]).toEqual(['b/broken', field]);
      expect(error.message).toContain(`In the store, the object "b/broken" is no pod: `);
      expect(error.message).toContain(reason);
    }
    expect(namesOf([lister.pods('a').get('x')])).toEqual(['x']); // who asks for a good one gets it
    store.delete({ metadata: { namespace: 'b', name: 'broken' } });
    expect(namesOf(lister.list())).toEqual(['x', 'x']);
  });

  it.each([
    [{ metadata: { name: 'n' }, status: 'Ready' }, 'status'],
    [{ metadata: { name: 'n' }, status: { conditions: {} } }, 'status.conditions'],
    [{ metadata: { name: 'n' }, status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Ready', status: true }] } }, 'status.conditions[1]'],
    [{ metadata: { name: 'n' }, status: { conditions: [null] } }, 'status.conditions[0]'],
    [{ metadata: [] }, 'metadata'],
  ])('is refused in a node: %j', (object, field) => {
    const store = new PlainStore<Node>();
    store.put('n', object);
    const lister = new StoreToNodeLister(store);
    expect(errorOf(() => lister.nodeCondition('Ready', 'True').list())).toMatchObject({ code: 'invalid', key: 'n', field });
    expect(errorOf(() => lister.getNodeInfo('n'))).toMatchObject({ code: 'invalid', key: 'n', field });
  }); // prettier-ignore

  it.each([
    [{ metadata: { name: 's' }, spec: 'x' }, 'spec'],
    [{ metadata: { name: 's' }, spec: { selector: 'app=web' } }, 'spec.selector'],
    [{ metadata: { name: 's' }, spec: { selector: { app: null } } }, 'spec.selector["app"]'],
    [{ metadata: { name: 's', labels: 7 } }, 'metadata.labels'],
  ])('is refused in a service and in a controller: %j', (object, field) => {
    const store = new PlainStore<Service & ReplicationController>();
    store.put('s', object);
    const services = new StoreToServiceLister(store);
    const controllers = new StoreToControllerLister(store);
    expect(errorOf(() => services.list())).toMatchObject({ code: 'invalid', key: 's', field });
    expect(errorOf(() => services.getPodServices(pod('a', 'x')))).toMatchObject({ code: 'invalid', key: 's', field });
    expect(errorOf(() => controllers.getPodControllers(pod('a', 'x', { app: 'web' })))).toMatchObject({
      code: 'invalid',
      key: 's',
      field,
    });
    expect(errorOf(() => controllers.list()).message).toContain('the object "s" is no replication controller');
  });

  it('is refused in an argument', () => {
    const notAPod = { metadata: { labels: 'app=web' } } as unknown as Pod;
    const services = new StoreToServiceLister(new PlainStore<Service>());
    const controllers = new StoreToControllerLister(new PlainStore<ReplicationController>());
    expect(errorOf(() => services.getPodServices(notAPod))).toMatchObject({
      code: 'invalid',
      field: 'metadata.labels',
      key: undefined,
    });
    expect(errorOf(() => controllers.getPodControllers(notAPod)).message).toContain('The argument is no pod: metadata.labels');
  });
});
