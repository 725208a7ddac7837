/** What goes wrong between the demo's mirror and its datastore, and when. */
import type { Random } from '../../ports/random.js';
import type { FaultyClient } from '../../testing/faulty-client.js';
import { faultNames, type FaultName } from '../../testing/faults.js';

const strikes = ['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'] as const;
const lasting = faultNames.filter((name) => !name.startsWith('write.') && name !== 'list.hangs' && name !== 'watch.hangs');

/** Changes the weather: draws what goes wrong for the next while, and says it in words. */
export function changeWeather(client: FaultyClient, random: Random): string {
  const pick = <T>(from: readonly T[], otherwise: T): T => from[Math.floor(random.next() * from.length)] ?? otherwise;
  if (random.next() < 0.35) {
    client.heal();
    return 'fair weather';
  }
  if (random.next() < 0.5) {
    const strike = pick(strikes, 'watch.cut');
    client.strike(strike);
    return `struck: ${strike}`;
  }
  const faults = [pick(lasting, 'watch.cut'), pick(lasting, 'list.refused')];
  client.setRates(Object.fromEntries(faults.map((fault) => [fault, 0.5])));
  return `bad weather: ${[...new Set(faults)].join(', ')}`;
}

/** How often each fault has happened, the most frequent first. */
export function faultsOf(client: FaultyClient): readonly (readonly [FaultName, number])[] {
  return faultNames
    .map((name) => [name, client.fired[name]] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a);
}
