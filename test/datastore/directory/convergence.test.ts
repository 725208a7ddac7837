/**
 * Whatever happens to the files, the datastore ends up with what they declare, and watches report each difference once.
 *
 * The oracle never reads a file: it knows what was written, as a model, and recomputes from that what must be there.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DirectoryBackend } from '../../../src/datastore/directory/directory-backend.js';
import type { Key } from '../../../src/model/key.js';
import type { WatchEvent } from '../../../src/model/watch.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { MemoryFolder } from './memory-folder.js';
import { quiet, yaml } from './setup.js';

/** One document of a model file: an object in some state, a document that cannot be read, or none. */
type Doc = { readonly name: string; readonly value: number } | { readonly bad: string } | 'empty';

/** A model file: its documents, or bytes that are no text. The identity tells a file that was moved from one that was written. */
interface File {
  readonly docs: readonly Doc[] | 'bytes' | 'too large';
}

type Step =
  | { readonly do: 'write' | 'replace'; readonly path: string; readonly docs: File['docs'] }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'rename'; readonly path: string; readonly to: string }
  | { readonly do: 'lose' | 'restore' | 'recreate' };

const keyOf = (name: string): Key => `/pods/default/${name}`;

function textOf(docs: readonly Doc[]): string {
  return docs.map((doc) => `---\n${doc === 'empty' ? '# nothing\n' : 'bad' in doc ? doc.bad : yaml(doc.name, doc.value)}`).join('');
}

/** What each file declares, and what it is believed to declare still. */
interface Belief {
  readonly file: File;
  readonly fresh: readonly (readonly [Key, number, string])[];
  readonly kept: ReadonlyMap<Key, number>;
  readonly flaws: readonly string[];
}

/** Recomputes everything from the model, each time the files are at rest. */
class Oracle {
  beliefs = new Map<string, Belief>();

  observe(files: ReadonlyMap<string, File>): void {
    const before = this.beliefs;
    this.beliefs = new Map();
    for (const [path, file] of files) {
      const moved = [...before].find(([old, belief]) => belief.file === file && !files.has(old))?.[1];
      this.beliefs.set(path, this.believe(path, file, before.get(path) ?? moved));
    }
  }

  private believe(path: string, file: File, before: Belief | undefined): Belief {
    const { docs } = file;
    if (before?.file === file && typeof docs === 'string') return { ...before, flaws: [path] };
    const fresh: (readonly [Key, number, string])[] = [];
    const flaws: string[] = [];
    if (typeof docs === 'string') flaws.push(path);
    else {
      for (const [index, doc] of docs.entries()) {
        if (doc === 'empty') continue;
        if ('bad' in doc) flaws.push(`${path}#${index + 1}`);
        else fresh.push([keyOf(doc.name), doc.value, `${path}#${index + 1}`]);
      }
    }
    const kept = new Map<Key, number>();
    if (flaws.length > 0 && before !== undefined) {
      for (const [key, value] of [...before.fresh, ...before.kept]) {
        if (!kept.has(key) && !fresh.some(([declared]) => declared === key)) kept.set(key, value);
      }
    }
    return { file, fresh, kept, flaws };
  }

  /** What must be there, and what must be reported. */
  expected(): { readonly objects: Readonly<Record<Key, number>>; readonly flaws: readonly string[] } {
    const objects: Record<Key, number> = {};
    const flaws: string[] = [];
    for (const path of [...this.beliefs.keys()].toSorted()) {
      const { fresh = [], kept = [], flaws: own = [] } = this.beliefs.get(path) ?? {};
      flaws.push(...own);
      for (const [key, value, rawKey] of fresh) {
        if (key in objects) flaws.push(rawKey);
        else objects[key] = value;
      }
      for (const [key, value] of kept) objects[key] ??= value;
    }
    return { objects, flaws: flaws.toSorted() };
  }
}

/** The folder and its model, changed together. */
class World {
  readonly clock = new SimulatedClock(1_700_000_000_000);
  readonly folder = new MemoryFolder(this.clock);
  files = new Map<string, File>();
  private lost: { readonly restore: () => void } | undefined;

  get isThere(): boolean {
    return this.lost === undefined;
  }

  take(step: Step): void {
    if (step.do === 'restore' || step.do === 'recreate') return this.bringBack(step.do);
    if (this.lost !== undefined) return;
    switch (step.do) {
      case 'write':
      case 'replace':
        return this.write(step.do, step.path, step.docs);
      case 'remove':
        if (this.files.delete(step.path)) this.folder.remove(step.path);
        return;
      case 'rename': {
        const file = this.files.get(step.path);
        if (file === undefined || step.path === step.to) return;
        this.folder.rename(step.path, step.to);
        this.files.delete(step.path);
        this.files.set(step.to, file);
        return;
      }
      case 'lose':
        this.lost = { restore: this.folder.removeRoot() };
    }
  }

  private write(how: 'write' | 'replace', path: string, docs: File['docs']): void {
    if (docs === 'bytes') this.folder.write(path, new Uint8Array([0xff, 0xfe, 0x00]));
    else if (docs === 'too large') this.folder.write(path, '#'.repeat(2_000));
    else this.folder[how](path, textOf(docs));
    this.files.set(path, { docs });
  }

  private bringBack(how: 'restore' | 'recreate'): void {
    if (this.lost === undefined) return;
    if (how === 'restore') this.lost.restore();
    else {
      this.folder.makeRoot();
      this.files = new Map();
    }
    this.lost = undefined;
  }
}

const path = fc.constantFrom('a.yaml', 'b.yml', 'b/a.json', 'c.YAML');
const bad = fc.constantFrom('"\n', 'a: [\n', 'a: {\n', 'kind: Pod\n', '- a\n', 'a: 1\na: 2\n', '\tx: 1\n', 'a: *b\n');
const doc: fc.Arbitrary<Doc> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ name: fc.constantFrom('p', 'q', 'r', 's'), value: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ bad }) },
  { weight: 1, arbitrary: fc.constant<Doc>('empty') },
);
const docs = fc.oneof(
  { weight: 10, arbitrary: fc.array(doc, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom<File['docs']>('bytes', 'too large') },
);
const stepWith = (content: fc.Arbitrary<File['docs']>): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'replace' as const), path, docs: content }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('rename' as const), path, to: path }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('restore' as const, 'recreate' as const) }) },
  );
const step = stepWith(docs);
const goodStep = stepWith(
  fc.array(
    doc.filter((one) => one === 'empty' || 'name' in one),
    { maxLength: 4 },
  ),
);
/** What happens at one moment, and whether anybody tells. */
const moment = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 4 }), notifies: fc.boolean() });

/** Applies events to a picture, refusing what says nothing new. */
function apply(picture: Map<Key, unknown>, flaws: Set<string>, event: WatchEvent): void {
  switch (event.type) {
    case 'ADDED':
      expect(picture.has(event.new.key)).toBe(false);
      picture.set(event.new.key, event.new.value);
      break;
    case 'MODIFIED':
      expect(event.old?.value).toEqual(picture.get(event.new.key));
      expect(event.new.value).not.toEqual(event.old?.value);
      picture.set(event.new.key, event.new.value);
      break;
    case 'DELETED':
      expect(picture.delete(event.old.key)).toBe(true);
      break;
    case 'ERROR':
      flaws.add(event.error.rawKey);
      break;
    case 'MENDED':
      expect(flaws.delete(event.rawKey)).toBe(true);
      break;
    case 'BOOKMARK': // says nothing about objects
  }
}

function specOf(value: unknown): number {
  return (value as { spec: { value: number } }).spec.value; // see yaml()
}

async function check(moments: readonly { readonly steps: readonly Step[]; readonly notifies: boolean }[]): Promise<void> {
  const world = new World();
  const { clock, folder } = world;
  const options = { path: 'manifests', folder, clock, maxFileSize: 1_500, bookmarkInterval: 1e12 };
  await using datastore = new DirectoryBackend(options);
  await datastore.ensureInitialized();
  const oracle = new Oracle();
  const picture = new Map<Key, unknown>();
  const flaws = new Set<string>();
  let revision = '1';
  for (const { steps, notifies } of moments) {
    const before = oracle.expected().objects;
    folder.notifies = notifies;
    for (const change of steps) world.take(change);
    await clock.advance(quiet);
    if (!world.isThere) {
      await expect(datastore.list({})).rejects.toMatchObject({ code: 'datastore-unavailable' });
      continue;
    }
    oracle.observe(world.files);
    const { objects, flaws: expectedFlaws } = oracle.expected();
    const list = await datastore.list({});
    expect(Object.fromEntries(list.items.map(({ key, value }) => [key, specOf(value)]))).toEqual(objects);
    expect((list.malformed ?? []).map(({ rawKey }) => rawKey)).toEqual(expectedFlaws);
    expect(
      datastore
        .problems()
        .map(({ rawKey }) => rawKey)
        .toSorted(),
    ).toEqual(expectedFlaws);

    const events = await eventsAfter(datastore, revision, list.revision ?? '');
    for (const event of events) apply(picture, flaws, event);
    revision = list.revision ?? '';
    expect(Object.fromEntries([...picture].map(([key, value]) => [key, specOf(value)]))).toEqual(objects);
    expect([...flaws].toSorted()).toEqual(expectedFlaws);
    const changed = [...new Set([...Object.keys(before), ...Object.keys(objects)])].filter((key) => before[key] !== objects[key]);
    const told = events.filter(({ type }) => type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED');
    expect(told).toHaveLength(changed.length);
  }
}

async function eventsAfter(datastore: DirectoryBackend, revision: string, until: string): Promise<readonly WatchEvent[]> {
  if (revision === until) return [];
  for await (const events of await datastore.watch({}, { revision })) return events;
  return [];
}

/** Good files only, so that what is between two looks does not matter: at any pace, the end is the same. */
async function checkAtAnyPace(
  paced: readonly { readonly step: Step; readonly gap: number; readonly notifies: boolean }[],
): Promise<void> {
  const world = new World();
  const { clock, folder } = world;
  await using datastore = new DirectoryBackend({ path: 'manifests', folder, clock, bookmarkInterval: 1e12 });
  await datastore.ensureInitialized();
  for (const { step: change, gap, notifies } of paced) {
    folder.notifies = notifies;
    world.take(change);
    await clock.advance(gap);
  }
  world.take({ do: 'restore' });
  await clock.advance(quiet);
  const oracle = new Oracle();
  oracle.observe(world.files);
  const { objects, flaws } = oracle.expected();
  const { items, revision = '' } = await datastore.list({});
  expect(Object.fromEntries(items.map(({ key, value }) => [key, specOf(value)]))).toEqual(objects);
  const picture = new Map<Key, unknown>();
  const told = new Set<string>();
  for (const event of await eventsAfter(datastore, '1', revision)) apply(picture, told, event);
  expect(Object.fromEntries([...picture].map(([key, value]) => [key, specOf(value)]))).toEqual(objects);
  expect([...told].toSorted()).toEqual(flaws);
}

describe('for any history of a folder', () => {
  it('the datastore holds what the files declare, and watches tell each difference once', async () => {
    await fc.assert(fc.asyncProperty(fc.array(moment, { maxLength: 12 }), check), { numRuns: 300 });
  });

  it('and at any pace, the end is the same', async () => {
    const gap = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }));
    const paced = fc.record({ step: goodStep, gap, notifies: fc.boolean() });
    await fc.assert(fc.asyncProperty(fc.array(paced, { maxLength: 40 }), checkAtAnyPace), { numRuns: 200 });
  });
});
