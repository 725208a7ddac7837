/** Whether a mirror, and everybody who follows it, has what there is (RL1, SL1). */
import { SyncStatus, type Key } from '../../index.js';
import type { Consumer } from './consumer.js';
import type { Iterations } from './iterations.js';
import type { MirrorUnderTest } from './mirror-under-test.js';
import type { Picture } from './picture.js';
import type { Subject } from './subjects.js';
import type { Truth } from './truth.js';

/** A mirror, its followers, and what all of them must have. */
export interface Followed {
  readonly mirror: MirrorUnderTest;
  readonly consumer: Consumer;
  readonly iterations: Iterations;
  readonly expected: ReadonlyMap<Key, unknown>;
}

export interface ConvergenceOptions<V> {
  readonly index: number;
  readonly truth: Truth<V>;
  readonly subjects: readonly Subject<V>[];
  readonly violate: (id: string, message: string) => void;
}

export function judgeConvergence<V>({ mirror, consumer, iterations, expected }: Followed, options: ConvergenceOptions<V>): void {
  const { violate, index } = options;
  if (mirror.status !== SyncStatus.InSync) {
    violate('RL1', `Mirror ${index} is ${mirror.status} within the bound after everything healed.`);
  }
  const compare = (who: string, shown: ReadonlyMap<Key, unknown>): void => {
    const difference = differenceOf(expected, shown);
    if (difference !== undefined) violate('RL1', `${who} of mirror ${index} has not converged: ${difference}`);
  };
  compare('The consumer', valuesOf(consumer.picture));
  if (mirror.snapshot !== undefined) {
    compare('The snapshot', new Map([...mirror.snapshot()].map(({ key, value }) => [key, value])));
  }
  for (const picture of iterations.lasting) compare('An iteration', valuesOf(picture));
  judgeRevisions(consumer, options);
}

/** Objects that are shown as they are carry the revision of their last write. */
function judgeRevisions<V>({ picture }: Consumer, { truth, subjects, violate, index }: ConvergenceOptions<V>): void {
  for (const { kind, type } of subjects) {
    if (type().updateProcessor !== undefined) continue;
    for (const [key, { revision, uid }] of truth.objects.get(kind) ?? []) {
      const shown = picture.entries.get(key);
      if (shown?.revision === revision && shown?.uid === uid) continue;
      violate('RL1', `Mirror ${index} shows ${key} at ${shown?.revision} (${shown?.uid}), it was written at ${revision} (${uid}).`);
    }
  }
}

function valuesOf({ entries }: Picture): ReadonlyMap<Key, unknown> {
  return new Map([...entries].map(([key, { value }]) => [key, value]));
}

function differenceOf(expected: ReadonlyMap<Key, unknown>, shown: ReadonlyMap<Key, unknown>): string | undefined {
  const found: string[] = [];
  for (const [key, value] of expected) {
    const [wanted, there] = [JSON.stringify(value), shown.has(key) ? JSON.stringify(shown.get(key)) : 'nothing'];
    if (wanted !== there) found.push(`${key} is ${there}, must be ${wanted}`);
  }
  for (const key of shown.keys()) if (!expected.has(key)) found.push(`${key} is ${JSON.stringify(shown.get(key))}, must be gone`);
  return found.length === 0 ? undefined : found.slice(0, 5).join('; ');
}
