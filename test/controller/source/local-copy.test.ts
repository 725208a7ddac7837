/** What a source makes of a copy, whoever has made it. */
import { describe, expect, it } from 'vitest';
import { localCopyOf } from '../../../src/controller/source/local-copy.js';
import type { MirroredState } from '../../../src/controller/source/local-mirror.js';
import { ResourceRegistry } from '../../../src/controller/source/resource-registry.js';
import { ValidationError } from '../../../src/index.js';

const registry = new ResourceRegistry(
  [
    { name: 'pods', kind: 'pods' },
    { name: 'nodes', kind: 'nodes' },
  ],
  { prefix: '/config' },
);

describe('a local copy', () => {
  it('EH33, EH34: has every resource, and of each what is under its own keys', () => {
    const { state, strangers, isEmpty } = localCopyOf(
      {
        savedAt: 0,
        kubeState: { pods: { '/pods/a': 1, '/nodes/a': 2, '/config/a': 3 }, services: { '/services/a': 4 } },
        externalConfig: { '/config/b': 5, '/pods/b': 6 },
      },
      registry,
    );
    expect(JSON.stringify(state)).toBe('{"kubeState":{"pods":{"/pods/a":1},"nodes":{}},"externalConfig":{"/config/b":5}}');
    expect([strangers, isEmpty]).toEqual([4, false]);
  });

  it('EC32: is empty when there is none, and when nothing of it is of use', () => {
    expect(localCopyOf(undefined, registry)).toMatchObject({ isEmpty: true, strangers: 0 });
    expect(localCopyOf({ savedAt: 0, kubeState: { services: { '/services/a': 4 } } }, registry).isEmpty).toBe(true);
    expect(localCopyOf({ savedAt: 0, kubeState: {}, externalConfig: { '/config/b': 5 } }, registry).isEmpty).toBe(false);
  });

  it('V16: says nothing of external configuration that it does not know, or that this source has none of', () => {
    const without = new ResourceRegistry([{ name: 'pods', kind: 'pods' }], undefined);
    expect(localCopyOf({ savedAt: 0, kubeState: {} }, registry).state).not.toHaveProperty('externalConfig');
    const copy = localCopyOf({ savedAt: 0, kubeState: {}, externalConfig: { '/config/b': 5 } }, without);
    expect(copy.state).not.toHaveProperty('externalConfig');
    expect(copy.strangers).toBe(1);
  });

  it.each([
    [{}],
    [{ kubeState: [] }],
    [{ kubeState: null }],
    [{ kubeState: {}, externalConfig: 7 }],
    [{ kubeState: { pods: { '/pods/a': () => {} } } }],
  ])(
    'is refused when it is none: %j',
    (given) => expect(() => localCopyOf(given as unknown as MirroredState, registry)).toThrow(ValidationError), // whoever writes a mirror may hand out anything
  );
});
