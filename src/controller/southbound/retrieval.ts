/** Reading what is there. */
import { copyPlainData } from '../../store/plain-data.js';
import { lookAfterDependents, settle, withdrawDependents } from './converge.js';
import type { Descriptor, RetrievedValue } from './descriptor.js';
import { isAvailable, isKept } from './graph.js';
import { needsOf, noNeeds, type Need } from './needs.js';
import { illegal } from './refusals.js';
import type { Run } from './run.js';
import { isSameData } from './same-data.js';

/** What one descriptor has found, by key. */
export type Found = ReadonlyMap<string, RetrievedValue>;

/** What is there, by descriptor; without those that cannot tell. */
export async function retrieveAll(run: Run, wanted: ReadonlyMap<string, unknown>): Promise<ReadonlyMap<Descriptor, Found>> {
  const answers = new Map<Descriptor, Found>();
  for (const descriptor of run.workshop.registry.inRetrieveOrder) {
    if (run.breather.isDue) await run.breather.breathe();
    const found = await retrieve(run, descriptor, undefined, wanted);
    if (found !== undefined) answers.set(descriptor, found);
  }
  return answers;
}

/** What is there of `keys`, by descriptor; without those that cannot tell. */
export async function retrieveSome(
  run: Run,
  keys: Iterable<string>,
): Promise<ReadonlyMap<Descriptor, readonly [Found, ReadonlySet<string>]>> {
  const byDescriptor = new Map<Descriptor, Set<string>>();
  for (const key of keys) {
    const descriptor = run.workshop.registry.of(key);
    if (descriptor !== undefined) byDescriptor.set(descriptor, (byDescriptor.get(descriptor) ?? new Set<string>()).add(key));
  }
  const answers = new Map<Descriptor, readonly [Found, ReadonlySet<string>]>();
  for (const [descriptor, its] of byDescriptor) {
    const found = await retrieve(run, descriptor, its, new Map());
    if (found !== undefined) answers.set(descriptor, [found, its]);
  }
  return answers;
}

/** Takes in what all descriptors have found. Nothing is done about it yet. */
export async function takeIn(run: Run, answers: ReadonlyMap<Descriptor, Found>): Promise<void> {
  const { registry } = run.workshop;
  for (const [descriptor, found] of answers) {
    const known = [...run.graph.values.entries(descriptor.prefix)];
    for (const [key] of known) {
      if (!key.startsWith(descriptor.prefix)) break;
      if (run.breather.isDue) await run.breather.breathe();
      if (registry.of(key) === descriptor && !found.has(key)) await takeInOne(run, key, undefined);
    }
    for (const value of found.values()) {
      if (run.breather.isDue) await run.breather.breathe();
      // What nobody has ever wanted is nobody's to delete before somebody has said what is wanted as a whole.
      const isIgnored = run.node(value.key) === undefined && run.graph.strangers === 'ignored' && value.isObtained !== true;
      if (!isIgnored) await takeInOne(run, value.key, value);
    }
  }
}

/** Reads again what has failed, and looks after those that need it; what they fail with is read again in turn. */
export async function refreshBroken(run: Run): Promise<void> {
  const read = new Set<string>();
  for (let keys = unread(run, read); keys.length > 0; keys = unread(run, read)) {
    for (const key of keys) read.add(key);
    for (const [found, its] of (await retrieveSome(run, keys)).values()) {
      for (const key of its) {
        if (run.breather.isDue) await run.breather.breathe();
        await noticeChange(run, key, found.get(key));
      }
    }
    if (!run.isReverting) await settle(run);
  }
}

async function noticeChange(run: Run, key: string, value: RetrievedValue | undefined): Promise<void> {
  const wasAvailable = isAvailable(run.graph, run.node(key));
  await takeInOne(run, key, value);
  const node = run.node(key);
  if (node !== undefined && node.wanted === undefined && node.actual === undefined) run.forget(key);
  if (run.isReverting || run.isStopped) return;
  if (!wasAvailable) lookAfterDependents(run, key);
  else if (!isAvailable(run.graph, node)) await withdrawDependents(run, key);
}

function unread(run: Run, read: ReadonlySet<string>): readonly string[] {
  return [...run.broken].filter(([key, operation]) => operation !== 'validate' && !read.has(key)).map(([key]) => key);
}

async function takeInOne(run: Run, key: string, value: RetrievedValue | undefined): Promise<void> {
  const node = run.node(key);
  const actual = value?.value;
  const isObtained = value?.isObtained === true && node?.wanted === undefined;
  if (actual === undefined ? node?.actual === undefined : await isSame(run, key, node?.actual, actual)) return;
  const needs = actual === undefined || isObtained ? (node?.needs ?? noNeeds) : await needsOfFound(run, key, actual);
  const found = { ...run.nodeOrNothing(key), actual, isObtained, needs };
  const status = found.wanted === undefined && isKept(run.graph, found) ? 'obtained' : found.status;
  run.put(key, { ...found, status });
  run.note(key, 'retrieve', node?.actual, actual, status, undefined);
}

/** Whether what was found is what was known. Whoever cannot compare is told by the comparison with what is wanted. */
async function isSame(run: Run, key: string, known: unknown, found: unknown): Promise<boolean> {
  if (known === undefined) return false;
  const descriptor = run.workshop.registry.of(key);
  if (descriptor?.equals === undefined) return isSameData(known, found);
  return (await run.workshop.calls.make('equals', () => descriptor.equals?.(key, found, known) ?? false)).value ?? false;
}

/** What a value needs that was found; nothing, when nobody can tell: it is there, after all. */
async function needsOfFound(run: Run, key: string, value: unknown): Promise<readonly Need[]> {
  const descriptor = run.workshop.registry.of(key);
  if (descriptor?.dependencies === undefined) return noNeeds;
  const ask = async (): Promise<readonly Need[]> => needsOf(key, (await descriptor.dependencies?.(key, value)) ?? []);
  return (await run.workshop.calls.make('dependencies', ask)).value ?? noNeeds;
}

async function retrieve(
  run: Run,
  descriptor: Descriptor,
  keys: ReadonlySet<string> | undefined,
  wanted: ReadonlyMap<string, unknown>,
): Promise<Found | undefined> {
  const { registry, calls, log } = run.workshop;
  const { name, prefix } = descriptor;
  if (descriptor.retrieve === undefined) {
    log.say('debug', `${name} cannot retrieve: what it has done is taken for what is there`, { descriptor: name });
    return undefined;
  }
  const isIts = (key: string): boolean => registry.of(key) === descriptor && (keys === undefined || keys.has(key));
  const known = new Map([...wanted].filter(([key, value]) => isIts(key) && value !== null));
  for (const key of keys ?? run.graph.values.keys()) {
    const actual = run.node(key)?.actual;
    if (actual !== undefined && isIts(key)) known.set(key, actual);
  }
  const answer = await calls.make(`The retrieval of ${name}`, async ({ signal }) => {
    const found = new Map<string, RetrievedValue>();
    for (const value of (await descriptor.retrieve?.({ keys, known, signal })) ?? []) {
      if (run.breather.isDue) await run.breather.breathe();
      if (!value.key.startsWith(prefix)) throw illegal('retrieved key', value.key, `a key of the descriptor ${name}`, value);
      if (registry.of(value.key) !== descriptor) continue; // it is for the one with the longer prefix to tell
      found.set(value.key, { ...value, value: copyPlainData(value.value) });
    }
    return found;
  });
  if (answer.error === undefined) return answer.value;
  run.failures.push(
    Object.freeze({ key: prefix, owner: prefix, operation: 'retrieve', error: answer.error, isRevert: run.isReverting }),
  );
  log.say('warn', `${name} could not retrieve: what it has done is taken for what is there`, {
    descriptor: name,
    error: answer.error,
  });
  return undefined;
}
