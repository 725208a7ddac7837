/** Lists of replication controllers: what client-go's tests ask of them, and what their documents intend. */
import { describe, expect, it } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { StoreToControllerLister } from '../../../src/cache/listers/controller-lister.js';
import type { ReplicationController } from '../../../src/cache/listers/objects.js';
import { ResourceDoesNotExistError, ValidationError } from '../../../src/model/errors.js';
import { errorOf, namesOf, pod } from './objects.js';

describe('StoreToControllerLister', () => {
  const controller = (
    namespace: string,
    name: string,
    selector?: Readonly<Record<string, string>> | null,
  ): ReplicationController => ({
    metadata: { namespace, name },
    ...(selector === undefined ? {} : { spec: { selector } }),
  });
  const listerOf = (...controllers: readonly ReplicationController[]): StoreToControllerLister => {
    const store = createStore<ReplicationController>(metaNamespaceKeyFunc);
    store.replace(controllers);
    return new StoreToControllerLister(store);
  };

  it('TestStoreToControllerLister: lists what is there', () => {
    const lister = listerOf({ metadata: { name: 'basic' } });
    expect(namesOf(lister.list())).toEqual(['basic']);
    expect(lister.exists({ metadata: { name: 'basic' } })).toBe(true);
    expect(lister.exists(controller('ns', 'basic'))).toBe(false);
  });

  it('TestStoreToControllerLister: a pod without labels is an error', () => {
    const lister = listerOf(controller('ns', 'basic', { foo: 'baz' }));
    for (const labels of [undefined, {}]) {
      const error = errorOf(() => lister.getPodControllers(pod('ns', 'pod1', labels)));
      expect(error).toBeInstanceOf(ValidationError);
      expect([error.field, error.message]).toEqual([
        'metadata.labels',
        'No controller can select the pod "ns/pod1": it has no labels.',
      ]);
    }
  });

  it('TestStoreToControllerLister: a controller without a selector, or with an empty one, selects nothing', () => {
    const lister = listerOf(controller('ns', 'none'), controller('ns', 'empty', {}), controller('ns', 'nil', null));
    const error = errorOf(() => lister.getPodControllers(pod('ns', 'pod1', { foo: 'bar' })));
    expect(error).toBeInstanceOf(ResourceDoesNotExistError);
    expect(error.message).toContain('No controller selects the pod "ns/pod1"');
  });

  it('TestStoreToControllerLister: namespace and selector decide', () => {
    const lister = listerOf(controller('other', 'foo', { foo: 'bar' }), controller('ns', 'bar', { foo: 'bar' }), controller('ns', 'baz', { foo: 'bar', more: 'x' })); // prettier-ignore
    expect(namesOf(lister.getPodControllers(pod('ns', 'pod1', { foo: 'bar', free: 'y' })))).toEqual(['bar']);
    expect(errorOf(() => lister.getPodControllers(pod('third', 'pod1', { foo: 'bar' })))).toMatchObject({
      code: 'resource-does-not-exist',
    });
    expect(namesOf(lister.controllers('ns').list())).toEqual(['bar', 'baz']);
    expect(lister.controllers('other').get('foo').metadata?.name).toBe('foo');
  });

  it('knows a pod without a namespace from those of every namespace', () => {
    const lister = listerOf(controller('ns', 'there', { foo: 'bar' }), {
      metadata: { name: 'here' },
      spec: { selector: { foo: 'bar' } },
    });
    expect(namesOf(lister.getPodControllers({ metadata: { name: 'p', labels: { foo: 'bar' } } }))).toEqual(['here']);
  });
});
