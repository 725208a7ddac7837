/**
 * Which changes can be taken, and which must be looked at again: a file that is being written must not be read, and a file that is being
 * moved must not be taken for deleted.
 */

/** What a look at the folder leads to. */
export interface Verdict {
  /** Changes that have held still and can be taken, all at once. */
  readonly due: readonly string[];
  /** Changes that have not held still for so long that nobody waits for them any more. */
  readonly restless: readonly string[];
  /** Whether nothing is worth waiting for. */
  readonly isSettled: boolean;
  /** When to look again, by the clock that `now` is of; Infinity when there is nothing to look for. */
  readonly lookAgainAt: number;
}

interface Unsettled {
  version: string | undefined;
  /** When it was first seen like that. */
  since: number;
  /** When it was first seen to be different from what is known. */
  readonly first: number;
  /** How many looks have found it different. */
  looks: number;
}

/** Changes wait for each other as long as this, in milliseconds, and as many looks. */
const patience = 1_000;
const patienceInLooks = 10;

/**
 * Changes that have been seen and not been taken. A change is quiet when it has looked the same for `settle` milliseconds. All are taken
 * together, when all are quiet, so that what moves from file to file is not missed in between; but none waits for others longer than
 * ten looks and a second take.
 */
export class Settling {
  private readonly unsettled = new Map<string, Unsettled>();
  private readonly settle: number;

  constructor(settle: number) {
    this.settle = settle;
  }

  /**
   * Takes in a look.
   *
   * @param changed what is different from what is known, with its version; undefined when it is gone.
   * @param settle 0 to take everything as it is.
   */
  look(changed: ReadonlyMap<string, string | undefined>, now: number, settle: number = this.settle): Verdict {
    this.remember(changed, now);
    const quiet: string[] = [];
    const waiting: string[] = [];
    const restless: string[] = [];
    let isLate = false;
    let lookAgainAt = Infinity;
    for (const [path, { since }] of this.unsettled) {
      const isPatienceOver = this.isOverdue(path, now);
      if (now - since >= settle) {
        quiet.push(path);
        isLate ||= isPatienceOver;
      } else {
        (isPatienceOver ? restless : waiting).push(path);
        lookAgainAt = Math.min(lookAgainAt, since + settle);
      }
    }
    const isSettled = waiting.length === 0;
    return { due: isSettled || isLate ? quiet : [], restless, isSettled, lookAgainAt };
  }

  /** Whether nobody waits for the change at `path` any more. */
  isOverdue(path: string, now: number): boolean {
    const change = this.unsettled.get(path);
    return change !== undefined && now - change.first >= patience && change.looks > patienceInLooks;
  }

  /** The change at `path` has been taken. */
  take(path: string): void {
    this.unsettled.delete(path);
  }

  /** Nothing that was seen counts any more. */
  clear(): void {
    this.unsettled.clear();
  }

  private remember(changed: ReadonlyMap<string, string | undefined>, now: number): void {
    for (const path of this.unsettled.keys()) if (!changed.has(path)) this.unsettled.delete(path);
    for (const [path, version] of changed) {
      const known = this.unsettled.get(path);
      if (known === undefined) this.unsettled.set(path, { version, since: now, first: now, looks: 1 });
      else {
        known.looks++;
        if (known.version !== version) Object.assign(known, { version, since: now });
      }
    }
  }
}
