/** The proof at the end of the demo. */
import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../../model/key.js';
import type { Revision } from '../../model/revision.js';
import type { FaultName } from '../../testing/faults.js';
import { styled, type Terminal } from '../terminal.js';

/** The keys at which what the mirror told and what the store holds differ, and how. */
export function differencesOf(told: ReadonlyMap<Key, unknown>, stored: ReadonlyMap<Key, unknown>): readonly string[] {
  const differences: string[] = [];
  for (const [key, value] of stored) {
    if (!told.has(key)) differences.push(`${key} is in the store and not in the mirror`);
    else if (!isDeepStrictEqual(told.get(key), value)) differences.push(`${key} is another value in the mirror`);
  }
  for (const key of told.keys()) if (!stored.has(key)) differences.push(`${key} is in the mirror and not in the store`);
  return differences;
}

/** What the demo has shown. */
export interface DemoReport {
  readonly differences: readonly string[];
  readonly objects: number;
  readonly revision: Revision;
  readonly updateCount: number;
  readonly faults: readonly (readonly [FaultName, number])[];
  readonly seed: number;
}

/** Says whether mirror and store are equal, and what the mirror has been through. On standard error, to leave the other to programs. */
export function report(terminal: Terminal, { differences, objects, revision, updateCount, faults, seed }: DemoReport): void {
  const faultCount = faults.reduce((sum, [, count]) => sum + count, 0);
  const verdict =
    differences.length === 0
      ? styled(terminal, 'green', `The mirror and the store are equal: ${objects} objects at revision ${revision}.`)
      : styled(terminal, 'red', `The mirror and the store differ in ${differences.length} objects:`);
  const lines = [
    verdict,
    ...differences.slice(0, 10).map((difference) => `  ${difference}`),
    `${updateCount} updates were delivered through ${faultCount} faults: ${faults.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'}.`,
    `Again with the same chances: heliostat demo --seed ${seed}`,
  ];
  terminal.writeError(`${lines.join('\n')}\n`);
}

/** Says whether what the controller has applied is what the datastore demands. */
export function reportNetwork(
  terminal: Terminal,
  differences: readonly string[],
  values: number,
  { events, failures, healings }: Readonly<Record<'events' | 'failures' | 'healings', number>>,
): void {
  const verdict =
    differences.length === 0
      ? styled(terminal, 'green', `The network is what the store demands: ${values} addresses, routes and rules.`)
      : styled(terminal, 'red', `The network is not what the store demands, in ${differences.length} values:`);
  const lines = [
    verdict,
    ...differences.slice(0, 10).map((difference) => `  ${inNetworkWords(difference)}`),
    `The controller processed ${events} events, of which ${failures} failed and were healed by ${healings} resyncs.`,
  ];
  terminal.writeError(`${lines.join('\n')}\n`);
}

/** The same difference, said of a network and not of a mirror. */
function inNetworkWords(difference: string): string {
  return difference
    .replace('is in the store and not in the mirror', 'is demanded and not there')
    .replace('is in the mirror and not in the store', 'is there and not demanded')
    .replace('is another value in the mirror', 'is another value than the demanded one');
}
