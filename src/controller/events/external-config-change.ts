import type { KeyValuePairs } from '../key-values.js';
import { AnsweredEvent } from './answered-event.js';
import { EventMethod, UpdateDirection, UpdateTransactionType, type UpdateEvent } from './event.js';
import { textOfValue } from './text.js';

/** What an {@link ExternalConfigChange} carries. */
export interface ExternalConfigChangeOptions {
  /** One of the controller's external sources, or `db`. */
  readonly source: string;
  /** What the source wants under each key from now on; null: nothing. Other keys stay. */
  readonly updatedKVs: KeyValuePairs;
  /** Whether somebody waits for the answer. Default: false. */
  readonly blocking?: boolean | undefined;
  /** Counts the changes of this source: a snapshot that says it contains this one makes it void. */
  readonly version?: number | undefined;
}

/**
 * A source of external configuration wants something else under some keys.
 *
 * @example
 * ```ts
 * import { ExternalConfigChange } from 'heliostat/controller';
 * const change = new ExternalConfigChange({ source: 'cli', updatedKVs: { '/acl/web': { allow: ['10.0.0.0/8'] } }, blocking: true });
 * console.log(`${change}`); // External Config Change [CLI, PUT] …
 * ```
 */
export class ExternalConfigChange extends AnsweredEvent implements UpdateEvent {
  readonly name = 'External Config Change';
  readonly method: 'update' = EventMethod.Update;
  readonly transactionType: 'bestEffort' = UpdateTransactionType.BestEffort;
  readonly direction: 'forward' = UpdateDirection.Forward;
  readonly source: string;
  readonly updatedKVs: KeyValuePairs;
  readonly version: number | undefined;

  constructor({ source, updatedKVs, blocking = false, version }: ExternalConfigChangeOptions) {
    super(blocking);
    this.source = source;
    this.updatedKVs = updatedKVs;
    this.version = version;
  }

  toString(): string {
    const entries = Object.entries(this.updatedKVs).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const operations = new Set(entries.map(([, value]) => operationOf(value)));
    const [only] = operations;
    const isUniform = operations.size === 1 && only !== undefined;
    const title = `${this.name} [${[this.source.toUpperCase(), ...(isUniform ? [only] : [])].join(', ')}]`;
    const lines = entries.map(([key, value]) => {
      const line = `* key: ${key}${isUniform ? '' : ` [${operationOf(value)}]`}`;
      return value === null || value === undefined ? line : `${line}\n  new-value: ${textOfValue(value)}`;
    });
    return [title, ...lines].join('\n');
  }
}

function operationOf(value: unknown): 'PUT' | 'DEL' {
  return value === null || value === undefined ? 'DEL' : 'PUT';
}
