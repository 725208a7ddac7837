import type { KeyValuePairs } from '../key-values.js';
import { AnsweredEvent } from './answered-event.js';
import { EventMethod } from './event.js';
import { listed } from './text.js';

/** What an {@link ExternalConfigResync} carries. */
export interface ExternalConfigResyncOptions {
  /** One of the controller's external sources. The datastore's own configuration comes with a DBResync. */
  readonly source: string;
  /** Everything the source wants. What it wanted before and is not in it goes. */
  readonly externalConfig: KeyValuePairs;
  /** Whether somebody waits for the answer. Default: false. */
  readonly blocking?: boolean | undefined;
  /** Counts the changes of this source: those up to here are contained. */
  readonly version?: number | undefined;
}

/** Everything that a source of external configuration wants. Handlers build anew what they want, from the state that is known. */
export class ExternalConfigResync extends AnsweredEvent {
  readonly name = 'External Config Resync';
  readonly method: 'upstreamResync' = EventMethod.UpstreamResync;
  readonly source: string;
  readonly externalConfig: KeyValuePairs;
  readonly version: number | undefined;

  constructor({ source, externalConfig, blocking = false, version }: ExternalConfigResyncOptions) {
    super(blocking);
    this.source = source;
    this.externalConfig = externalConfig;
    this.version = version;
  }

  toString(): string {
    const keys = Object.keys(this.externalConfig).toSorted();
    const title = `${this.name} [${this.source.toUpperCase()}]`;
    return keys.length === 0 ? `${title} - empty dataset` : `${title}\n* ${keys.length}x external config: ${listed(keys)}`;
  }
}
