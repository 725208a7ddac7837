/** What happens to the objects: one seeded story, told to every side. */
import { seededRandom } from '../../src/testing/index.js';
import { listRevision, parsePod, type Pod } from './pods.js';

/** One event, before it is put into anybody's words. */
export interface Happening {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly index: number;
  readonly revision: number;
}

/** An event as a Kubernetes watch stream has it. */
export interface PodEvent {
  readonly type: Happening['type'];
  readonly object: Pod;
}

/**
 * An endless story over `objects` objects, all of which exist at the beginning: of ten events eight modify, and as many delete as
 * create again. No key occurs twice in one batch, and the last event of a batch is none that deletes.
 */
export class Script {
  private readonly random = seededRandom(7);
  private readonly objects: number;
  private readonly absent: number[] = [];
  private readonly isAbsent = new Set<number>();
  private revision = listRevision;

  constructor(objects: number) {
    this.objects = objects;
  }

  /** What happens next: `count` batches of `size` events. */
  next(count: number, size: number): readonly (readonly Happening[])[] {
    return Array.from({ length: count }, () => this.batch(size));
  }

  private batch(size: number): readonly Happening[] {
    const touched = new Set<number>();
    const batch: Happening[] = [];
    while (batch.length < size) {
      const happening = this.happen(touched, batch.length === size - 1);
      if (happening !== undefined) batch.push(happening);
    }
    return batch;
  }

  private happen(touched: Set<number>, isLast: boolean): Happening | undefined {
    const dice = this.random.next();
    const returning = dice < 0.1 && !isLast ? this.absent[0] : undefined;
    const index = returning ?? Math.floor(this.random.next() * this.objects);
    if (touched.has(index) || (returning === undefined && this.isAbsent.has(index))) return undefined;
    touched.add(index);
    this.revision++;
    if (returning !== undefined) {
      this.absent.shift();
      this.isAbsent.delete(index);
      return { type: 'ADDED', index, revision: this.revision };
    }
    if (dice < 0.9 || isLast) return { type: 'MODIFIED', index, revision: this.revision };
    this.absent.push(index);
    this.isAbsent.add(index);
    return { type: 'DELETED', index, revision: this.revision };
  }
}

/** As one side is given it: parsed anew with each call. */
export function podEvents(batches: readonly (readonly Happening[])[]): readonly (readonly PodEvent[])[] {
  return batches.map((batch) => batch.map(({ type, index, revision }) => ({ type, object: parsePod(index, revision) })));
}
