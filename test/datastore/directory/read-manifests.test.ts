/** What a text says: documents, manifests, keys, and everything that can be wrong with them. */
import { describe, expect, it } from 'vitest';
import { readManifests, type FileLimits } from '../../../src/datastore/directory/read-manifests.js';
import { defaultValueLimits } from '../../../src/store/plain-data.js';
import { documents, yaml } from './setup.js';

const limits: FileLimits = { maxDocuments: 100, maxAliasCount: 100, maxTokens: 2_000_000, values: defaultValueLimits };

function read(text: string, overrides: Partial<FileLimits> = {}) {
  return readManifests('a.yaml', new TextEncoder().encode(text), { ...limits, ...overrides });
}

/** The spec of the only manifest of a text. */
function specOf(spec: string): unknown {
  const { declarations, flaws } = read(`apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`);
  expect(flaws).toEqual([]);
  return (declarations[0]?.value as { spec: unknown } | undefined)?.spec; // as written above
}

function keysOf(text: string): readonly string[] {
  return read(text).declarations.map(({ key }) => key);
}

function flawsOf(text: string, overrides: Partial<FileLimits> = {}): readonly string[] {
  return read(text, overrides).flaws.map(({ rawKey, line, column, reason }) => `${rawKey} ${line}:${column} ${reason}`);
}

describe('keys', () => {
  it.each([
    ['v1', 'Pod', '/pods/a'],
    ['v1', 'Endpoints', '/endpoints/a'],
    ['v1', 'Ingress', '/ingresses/a'],
    ['v1', 'ComponentStatus', '/componentstatuses/a'],
    ['networking.k8s.io/v1', 'NetworkPolicy', '/networkpolicies.networking.k8s.io/a'],
    ['projectcalico.org/v3', 'BGPConfiguration', '/bgpconfigurations.projectcalico.org/a'],
    ['apps/v1', 'Deployment', '/deployments.apps/a'],
    ['extensions/v1beta1', 'Deployment', '/deployments.extensions/a'],
    ['example.com/v1', 'A/B', '/a%2Fbs.example.com/a'],
  ])('of %s %s is %s', (apiVersion, kind, key) => {
    expect(keysOf(yaml('a', 1, { apiVersion, kind, namespace: '' }))).toEqual([key]);
  });

  it('have a namespace when the manifest has one, and any name', () => {
    expect(keysOf(yaml('"a/b %"', 1, { namespace: 'ns' }))).toEqual(['/pods/ns/a%2Fb %25']);
    expect(keysOf(yaml('a', 1, { namespace: '""' }))).toEqual(['/pods/a']);
  });
});

describe('a manifest', () => {
  it.each([
    ['kind: Pod\nmetadata: {name: a}\n', 'it has no apiVersion; write one, such as "apiVersion: v1"'],
    ['apiVersion: 1\nkind: Pod\nmetadata: {name: a}\n', 'its apiVersion is the number 1 instead of text'],
    ['apiVersion: a/b/c\nkind: Pod\nmetadata: {name: a}\n', 'its apiVersion is "a/b/c", not of the form "v1" or "group/v1"'],
    ['apiVersion: v1\nmetadata: {name: a}\n', 'it has no kind'],
    ['apiVersion: v1\nkind: [Pod]\nmetadata: {name: a}\n', 'its kind is a list instead of text'],
    ['apiVersion: v1\nkind: Pod\n', 'its metadata is absent instead of an object'],
    ['apiVersion: v1\nkind: Pod\nmetadata: a\n', 'its metadata is text instead of an object'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {}\n', 'it has no metadata.name'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: ""}\n', 'it has no metadata.name'],
    [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: yes}\n',
      'its metadata.name is the boolean true instead of text; write text, in quotes',
    ],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: 1}\n', 'its metadata.namespace is the number 1'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: "\\ud800"}\n', 'lone surrogate'],
    ['apiVersion: v1\nkind: List\nitems: {}\n', 'its metadata is absent'],
    ['[1, 2]\n', 'it is a list instead of an object'],
    ['text\n', 'it is text instead of an object'],
    ['apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: .inf\n', 'spec is Infinity'],
  ])('%j is refused', (text, reason) => {
    expect(flawsOf(`# first\n\n${text}`)).toEqual([expect.stringContaining('a.yaml#1 3:1 This is not a manifest: ')]);
    expect(flawsOf(text)[0]).toContain(reason);
  });

  it('without a word is none', () => {
    for (const text of ['', '\n\n', '# a\n', '---\n---\n', '---\n# a\n...\n', 'null\n', '~', '\ufeff']) {
      expect(read(text)).toMatchObject({ declarations: [], flaws: [] });
    }
  });

  it('is frozen to the last leaf', () => {
    const value = read(yaml('a', { b: [1] })).declarations[0]?.value as { spec: { value: { b: unknown[] } } }; // as given
    expect(Object.isFrozen(value.spec.value.b)).toBe(true);
  });

  it('may have names that are JavaScript’s own, and pollutes nothing', () => {
    const spec = specOf(
      '__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\ntoString: a\nhasOwnProperty: b',
    ) as object;
    expect(Object.keys(spec)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
    expect(Object.getPrototypeOf(spec)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
    expect(keysOf(yaml('__proto__', 1, { kind: 'constructor', namespace: 'toString' }))).toEqual([
      '/constructors/toString/__proto__',
    ]);
  });
});

describe('a list', () => {
  const item = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };

  it.each([
    [{ apiVersion: 'v1', kind: 'List', items: [item] }],
    [
      {
        apiVersion: 'v1',
        kind: 'List',
        metadata: { resourceVersion: '' },
        items: [{ apiVersion: 'v1', kind: 'List', items: [item] }],
      },
    ],
    [{ apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'a' } }] }],
  ])('%j is its items', (list) => {
    const { declarations, flaws } = read(JSON.stringify(list));
    expect(flaws).toEqual([]);
    expect(declarations.map(({ key, value }) => ({ key, value }))).toEqual([{ key: '/pods/a', value: item }]);
  });

  it('of another API is an object like any other', () => {
    expect(keysOf('apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nitems: [b]\n')).toEqual([
      '/allowlists.example.com/a',
    ]);
  });
});

describe('YAML', () => {
  it('is read as Kubernetes reads it', () => {
    expect(
      specOf('{mode: 0644, on: yes, off: "yes", ports: 12:30, day: 2001-01-01, n: ~, hex: 0x10, big: 1_000, t: True}'),
    ).toEqual({
      mode: 0o644,
      on: true,
      off: 'yes',
      ports: '12:30',
      day: '2001-01-01',
      n: null,
      hex: 16,
      big: 1_000,
      t: true,
    });
    expect(specOf('base: &base {a: 1}\nmerged: {<<: *base, b: 2}')).toEqual({ base: { a: 1 }, merged: { a: 1, b: 2 } });
    expect(specOf('script: |\n  --- not a marker\n  x\n')).toEqual({ script: '--- not a marker\nx\n' });
  });

  it('may be JSON, indented by tabs, with line breaks of Windows and a byte order mark', () => {
    const text = JSON.stringify(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, url: 'http://x', emoji: '😀' },
      undefined,
      '\t',
    );
    expect(keysOf(`\ufeff${text.replaceAll('\n', '\r\n').replaceAll('/', '\\/')}`)).toEqual(['/pods/a']);
  });

  it('may begin with directives and comments, which are no document', () => {
    expect(read(`# a\n%YAML 1.2\n---\n${yaml('a')}`).declarations).toMatchObject([
      { rawKey: 'a.yaml#1', place: { line: 4, column: 1 } },
    ]);
  });

  it('with directives and nothing else is refused', () => {
    expect(flawsOf('%YAML 1.2\n')).toEqual([expect.stringContaining('Missing directives-end')]);
  });

  it('may end documents with dots', () => {
    expect(read(`${yaml('a')}...\n${yaml('b')}...\n---\n${yaml('c')}`).declarations).toMatchObject([
      { rawKey: 'a.yaml#1', place: { line: 1 } },
      { rawKey: 'a.yaml#2', place: { line: 9 } },
      { rawKey: 'a.yaml#3', place: { line: 18 } },
    ]);
  });

  it.each([
    ['a: !!binary aGk=\n', 'Unresolved tag'],
    ['a: !Ref b\n', 'Unresolved tag'],
    ['a: &x [*x]\n', 'nested deeper than 128 levels'],
    ['a: *x\nb: &x 1\n', 'The alias *x has no anchor before it'],
    ['a: {b: 1, "b": 2}\n', 'The key "b" is there twice'],
    ['1: a\n"1": b\n', 'The key "1" is there twice'],
    ['{<<: {a: 1}, <<: {b: 1}}\n', 'is there twice'],
    ['a: {<<: 7}\n', 'Merge sources must be maps'],
    ['a: &x [b]\nc: [*x, *x, *x]\n', 'Excessive alias count'],
  ])('%j is refused', (spec, reason) => {
    const text = `${yaml('a')}more:\n${spec.replaceAll(/^(?=.)/gm, '  ')}`;
    expect(flawsOf(text, { maxAliasCount: 2 })[0]).toContain(reason);
  });
});

describe('what would exhaust the process', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
  ];

  it('is refused: an alias bomb', () => {
    expect(flawsOf(`${bomb.join('\n')}\n`)[0]).toContain('Excessive alias count');
  });

  it('is refused: an alias bomb of merges', () => {
    const merges = Array.from(
      { length: 9 },
      (_, index) => `m${index + 1}: &m${index + 1} {<<: [${`*m${index},`.repeat(9)}], k${index}: 1}`,
    );
    expect(flawsOf(`m0: &m0 {a: 1}\n${merges.join('\n')}\n`)[0]).toContain('Excessive alias count');
  });

  it('is refused: more aliases than a manifest can want', () => {
    expect(flawsOf(Array.from({ length: 50_000 }, (_, index) => `- &a${index} x\n- *a${index}\n`).join(''))[0]).toContain(
      'more than 1000 aliases',
    );
  });

  it.each([
    ['brackets', '['.repeat(500_000)],
    ['braces', '{a: '.repeat(200_000)],
    ['balanced brackets', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['dashes', '- '.repeat(200_000)],
    ['question marks', '? '.repeat(200_000)],
    ['indentation', Array.from({ length: 1_500 }, (_, index) => `${' '.repeat(index)}k:`).join('\n')],
  ])('is refused in no time: endless %s', (_, text) => {
    const start = performance.now();
    expect(flawsOf(documents(yaml('a'), `${text}\n`, yaml('b')))).toEqual([
      expect.stringMatching(/^a\.yaml#2 \d+:\d+ This cannot be read: Collections are nested deeper/),
    ]);
    expect(flawsOf(text)[0]).toContain('nested deeper than 128 levels');
    expect(performance.now() - start).toBeLessThan(10_000); // seconds where it would be hours, or the end of the process
  });

  it('is read in proportion to its size: a map with very many keys', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(Object.keys(specOf(keys) as object)).toHaveLength(50_000);
  });

  it('is refused: too many tokens', () => {
    const text = documents(yaml('a'), `[${','.repeat(1_000_000)}\n`, yaml('b'));
    expect(flawsOf(text, { maxTokens: 1_000 })).toEqual([
      expect.stringContaining('There are more than 1000 tokens: split the document'),
    ]);
    expect(read(text, { maxTokens: 1_000 }).declarations).toHaveLength(2);
  });

  it('is refused: too large a value', () => {
    expect(flawsOf(yaml('a', 'x'.repeat(200)), { values: { depth: 128, size: 100 } })[0]).toContain('larger than 100 characters');
  });

  it('is refused: too many documents, and the file as a whole', () => {
    const text = documents(...Array.from({ length: 101 }, (_, index) => yaml(`a${index}`)));
    expect(read(text)).toMatchObject({ declarations: [], flaws: [{ rawKey: 'a.yaml' }] });
    expect(read(text, { maxDocuments: 101 }).declarations).toHaveLength(101);
    expect(read('---\n'.repeat(1_000_000)).flaws[0]?.reason).toContain(
      'This file holds more than 100 documents: split it, or raise',
    );
  });

  it('is refused: too many items of a list, wrong or right', () => {
    for (const item of [{}, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }]) {
      const items = Array.from({ length: 101 }, () => item);
      expect(read(JSON.stringify({ apiVersion: 'v1', kind: 'List', items })).flaws).toMatchObject([{ rawKey: 'a.yaml' }]);
    }
  });
});
