/** Words of the oracles of a controller. */

/** What one event came to. */
export interface Judged {
  readonly outcome: 'succeeded' | 'failed' | 'fatal' | 'interrupted';
  readonly needsHealing: boolean;
}

/** @throws Error that begins with the id of the property. */
export function check(holds: boolean, id: string, message: string): asserts holds {
  if (!holds) throw new Error(`${id}: ${message}`);
}
