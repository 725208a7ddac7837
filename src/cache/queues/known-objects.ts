/** What the consumer of a queue keeps, asked with care: it is somebody else's code. */
import type { Logger } from '../../ports/logger.js';
import type { KeyGetter, KeyLister } from '../store.js';
import type { Known } from './delta-queue.js';

/** Tells what `source` does; where its getter fails, that is logged, and what it lists still counts. */
export class KnownObjects<T> implements Known<T> {
  private readonly source: KeyLister & Partial<KeyGetter<T>>;
  private readonly logger: Logger;

  constructor(source: KeyLister & Partial<KeyGetter<T>>, logger: Logger) {
    this.source = source;
    this.logger = logger;
  }

  keys(): readonly string[] {
    return this.source.listKeys();
  }

  has(key: string): boolean {
    const found = this.lookUp(key);
    return found === 'unanswered' ? this.keys().includes(key) : found.object !== undefined;
  }

  get(key: string): T | undefined {
    const found = this.lookUp(key);
    return found === 'unanswered' ? undefined : found.object;
  }

  private lookUp(key: string): { readonly object: T | undefined } | 'unanswered' {
    if (this.source.getByKey === undefined) return 'unanswered';
    try {
      return { object: this.source.getByKey(key) ?? undefined };
    } catch (error) {
      this.logger.error(`The known objects failed to tell what they hold for ${JSON.stringify(key)}; going on without it.`, {
        key,
        error,
      });
      return 'unanswered';
    }
  }
}

/** For a queue whose consumer keeps nothing that it could be asked for. */
export const nothingKnown: Known<never> = { keys: () => [], has: () => false, get: () => undefined };
