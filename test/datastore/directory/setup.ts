/** A directory datastore over a folder in memory, in simulated time, with what watches report. */
import { onTestFinished } from 'vitest';
import { DirectoryBackend } from '../../../src/datastore/directory/directory-backend.js';
import type { DirectoryDatastoreOptions } from '../../../src/datastore/directory/options.js';
import type { ListOptions } from '../../../src/model/list-options.js';
import type { WatchEvent } from '../../../src/model/watch.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { MemoryFolder } from './memory-folder.js';

/** What a manifest says beyond its name. */
export interface ManifestParts {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly namespace?: string | undefined;
  readonly uid?: string;
}

/** A manifest as YAML. Its `spec.value` tells one state of it from another. */
export function yaml(name: string, value: unknown = 1, parts: ManifestParts = {}): string {
  const { kind = 'Pod', apiVersion = 'v1', namespace = 'default', uid } = parts;
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}${namespace === '' ? '' : `\n  namespace: ${namespace}`}${uid === undefined ? '' : `\n  uid: ${uid}`}
spec:
  value: ${JSON.stringify(value)}
`;
}

/** Several documents in one text. */
export function documents(...texts: readonly string[]): string {
  return texts.join('---\n');
}

/** Long enough for every change to be taken in, hints or not. */
export const quiet = 25_000;

/** What a watch said, in words: `ADDED /pods/default/a`, `ERROR a.yaml#1`. */
export function say(event: WatchEvent): string {
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return `${event.type} ${event.new.key}`;
    case 'DELETED':
      return `DELETED ${event.old.key}`;
    case 'ERROR':
      return `ERROR ${event.error.rawKey}`;
    case 'MENDED':
      return `MENDED ${event.rawKey}`;
    case 'BOOKMARK':
      return 'BOOKMARK';
  }
}

export interface Rig {
  readonly clock: SimulatedClock;
  readonly folder: MemoryFolder;
  readonly logger: MemoryLogger;
  readonly datastore: DirectoryBackend;
  /** Lets `action` happen and everything that follows from it, and tells what a watch reported meanwhile. */
  during(action: () => void, time?: number): Promise<readonly string[]>;
  /** Everything that is there, by key, as `spec.value`. */
  values(): Promise<Readonly<Record<string, unknown>>>;
}

/** Opens a datastore over a folder that `prepare` fills; it is closed when the test is over. */
export async function open(
  prepare: (folder: MemoryFolder) => void = () => {},
  options: Partial<DirectoryDatastoreOptions> = {},
): Promise<Rig> {
  const clock = new SimulatedClock(1_700_000_000_000);
  const folder = new MemoryFolder(clock);
  const logger = new MemoryLogger();
  prepare(folder);
  const datastore = new DirectoryBackend({ path: 'manifests', folder, clock, logger, bookmarkInterval: 1e9, ...options });
  onTestFinished(() => datastore.close());
  datastore.ensureInitialized().catch(() => {}); // some tests begin without a folder
  await clock.settle();
  const during: Rig['during'] = async (action, time = quiet) => {
    const watch = await datastore.watch({});
    const said: string[] = [];
    const reading = (async () => {
      for await (const events of watch) said.push(...events.map(say));
    })();
    action();
    await clock.advance(time);
    await watch.stop();
    await reading;
    return said;
  };
  return { clock, folder, logger, datastore, during, values: () => valuesOf(datastore) };
}

export async function valuesOf(datastore: DirectoryBackend, options: ListOptions = {}): Promise<Readonly<Record<string, unknown>>> {
  const { items } = await datastore.list(options);
  return Object.fromEntries(items.map(({ key, value }) => [key, (value as { spec?: { value?: unknown } }).spec?.value])); // see yaml()
}
