/**
 * Writes down what a syncer tells, as one line each, and checks with every call what must hold in any history (docs/SPEC.md, I1-I7):
 * it keeps its own picture and never asks the syncer for one.
 */
import { expect } from 'vitest';
import {
  SyncStatus,
  UpdateType,
  type ParseError,
  type SyncerCallbacks,
  type SyncerProblem,
  type SyncFailure,
  type Update,
} from '../../src/index.js';

export class Recorder implements Required<SyncerCallbacks> {
  /** `status inSync`, `new /pods/a, deleted /pods/b`, `parseFailed /pods/c`, ... */
  readonly lines: string[] = [];
  readonly statuses: SyncStatus[] = [];
  readonly updates: Update[] = [];
  readonly problems: SyncerProblem[] = [];
  /** What a consumer that believes every update has. */
  readonly picture = new Map<
    string,
    { readonly value: unknown; readonly revision: string | undefined; readonly uid: string | undefined }
  >();
  /** Called, and waited for, before a callback returns. */
  gate: (() => void | Promise<void>) | undefined;
  /** What was told and must not be. */
  readonly violations: unknown[] = [];
  /** Called when the updates of a batch have been taken in. */
  afterUpdates: (() => void) | undefined;
  private isInside = false;
  private taken = 0;

  onStatusUpdated = (status: SyncStatus): Promise<void> =>
    this.inside(() => {
      if (this.statuses.length === 0) expect(status, 'I1: the first callback is Wait').toBe(SyncStatus.WaitForDatastore);
      expect(status, 'I2: no two equal consecutive statuses').not.toBe(this.statuses.at(-1));
      this.statuses.push(status);
      this.lines.push(`status ${status}`);
    });

  onUpdates = (updates: readonly Update[]): Promise<void> =>
    this.inside(() => {
      expect(updates.length, 'I7: never empty').toBeGreaterThan(0);
      expect(this.statuses.at(-1), 'I3: no updates while waiting').not.toBe(SyncStatus.WaitForDatastore);
      expect(new Set(updates.map(({ key }) => key)).size, 'each key once in a batch').toBe(updates.length);
      for (const update of updates) this.apply(update);
      this.afterUpdates?.();
      this.lines.push(updates.map(({ type, key }) => `${type} ${key}`).join(', '));
    });

  parseFailed = (error: ParseError): Promise<void> => this.note(`parseFailed ${error.rawKey}`);
  parseMended = (rawKey: string): Promise<void> => this.note(`parseMended ${rawKey}`);
  syncFailed = ({ list, failure }: SyncFailure): Promise<void> => this.note(`syncFailed ${list.kind ?? '*'} ${failure.kind}`);
  syncRecovered = ({ list }: Pick<SyncFailure, 'list'>): Promise<void> => this.note(`syncRecovered ${list.kind ?? '*'}`);
  onProblem = (problem: SyncerProblem): Promise<void> => {
    this.problems.push(problem);
    return this.note(`problem ${problem.kind}`);
  };

  /** The lines since the last time this was asked. */
  take(): readonly string[] {
    const fresh = this.lines.slice(this.taken);
    this.taken = this.lines.length;
    return fresh;
  }

  private apply(update: Update): void {
    const known = this.picture.get(update.key);
    this.updates.push(update);
    if (update.type === UpdateType.Deleted) {
      expect(update.value, 'I5: a Deleted has no value').toBeNull();
      expect(known, `I4: Deleted ${update.key} was there`).toBeDefined();
      expect({ value: update.previous.value, revision: update.previous.revision }).toEqual({
        value: known?.value,
        revision: known?.revision,
      });
      this.picture.delete(update.key);
      return;
    }
    expect(update.value, `I5: a ${update.type} has a value`).not.toBeNull();
    expect(update.type, `I4: ${update.key}`).toBe(known === undefined ? UpdateType.New : UpdateType.Updated);
    if (update.type === UpdateType.Updated) {
      expect(update.previous.value, 'the value before is the one that was given').toEqual(known?.value);
      const isNewIdentity = update.uid !== undefined && known?.uid !== undefined && update.uid !== known.uid;
      expect(update.recreated, 'another identity is visible').toBe(isNewIdentity);
    }
    this.picture.set(update.key, { value: update.value, revision: update.revision, uid: update.uid });
  }

  private note(line: string): Promise<void> {
    return this.inside(() => void this.lines.push(line));
  }

  private async inside(record: () => void): Promise<void> {
    if (this.isInside) this.violations.push(new Error('I7: callbacks are serial'));
    this.isInside = true;
    try {
      try {
        record();
      } catch (violation) {
        this.violations.push(violation); // thrown to the syncer it would be just another consumer that throws
      }
      await this.gate?.();
    } finally {
      this.isInside = false;
    }
  }
}
