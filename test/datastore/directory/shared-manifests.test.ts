/** Real manifests, and real ways of breaking them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DirectoryBackend } from '../../../src/datastore/directory/directory-backend.js';
import type { ParseError } from '../../../src/model/errors.js';
import type { KVPair } from '../../../src/model/kv-pair.js';

const shared = resolve(import.meta.dirname, '../../../../shared/data/manifests');
const isThere = existsSync(shared);
if (!isThere) console.warn(`SKIPPED: the manifests of published projects are not at ${shared}.`);

async function read(path: string): Promise<{ items: readonly KVPair[]; problems: readonly ParseError[]; keys: readonly string[] }> {
  const datastore = new DirectoryBackend({ path: resolve(shared, path) });
  onTestFinished(() => datastore.close());
  const { items } = await datastore.list({});
  return { items, problems: datastore.problems(), keys: items.map(({ key }) => key) };
}

describe.skipIf(!isThere)('published manifests', () => {
  it('of Calico are read whole', async () => {
    const { problems, keys } = await read('calico');
    expect(problems).toEqual([]);
    expect(keys).toHaveLength(52);
    expect(keys).toContain('/daemonsets.apps/kube-system/calico-node');
    expect(keys).toContain('/customresourcedefinitions.apiextensions.k8s.io/ippools.crd.projectcalico.org');
  });

  it('of Contiv are read whole', async () => {
    const { problems, keys } = await read('contiv');
    expect(problems).toEqual([]);
    expect(keys).toContain('/daemonsets.apps/kube-system/contiv-vswitch');
  });
});

describe.skipIf(!isThere)('broken manifests', () => {
  it('are reported one by one, and leave each other alone', async () => {
    const { problems, keys, items } = await read('broken');
    const told = Object.fromEntries(problems.map((problem) => [problem.rawKey, problem]));
    expect(Object.keys(told)).toEqual([
      'alias-bomb.yaml#1',
      'binary.yaml',
      'duplicate-key-in-the-middle.yaml#2',
      'no-api-version.yaml#1',
      'not-an-object.json#1',
      'tabs.yaml#1',
      'truncated.yaml#1',
    ]);
    expect(told['alias-bomb.yaml#1']?.message).toContain('Excessive alias count');
    expect(told['binary.yaml']?.message).toContain('This is not UTF-8');
    expect(told['duplicate-key-in-the-middle.yaml#2']).toMatchObject({ line: 11, column: 3 });
    expect(told['no-api-version.yaml#1']?.message).toContain('it has no apiVersion');
    expect(told['not-an-object.json#1']?.message).toContain('it is a list instead of an object');
    expect(told['tabs.yaml#1']).toMatchObject({ line: 4, column: 1 });
    expect(told['truncated.yaml#1']).toMatchObject({ line: 5, column: 33 });
    expect(keys).toEqual(['/configmaps/constructor/__proto__', '/configmaps/good-first', '/configmaps/good-last']);
    expect(Object.keys((items[0]?.value as { data: object } | undefined)?.data ?? {})).toEqual(['__proto__', 'toString']); // as the file says
    expect('polluted' in {}).toBe(false);
  });
});
