/** C2, C3, C8, C11 and C14: what the operations of clients answered, held against what the datastore wrote. */
import type { Key } from '../../model/key.js';
import type { CallBeganRecord, CalledOperation, CallReturnedRecord, HistoryRecord, ListedItem } from '../history/record.js';
import { CallJudge } from './call-judge.js';
import type { Judge } from './checker.js';
import type { World } from './world.js';

class ConditionalWrites extends CallJudge {
  private readonly winners = new Map<string, number>();

  protected override returned(record: CallReturnedRecord, began: CallBeganRecord): void {
    for (const operation of began.operations ?? []) {
      const { key, expected, expectedUid } = operation;
      if (expected === undefined && expectedUid === undefined) continue;
      this.judgeWinner(record, operation);
      this.whenWritten(record, (position) => {
        const found = position === undefined ? undefined : this.before(key, position);
        const holds =
          (expected === undefined || found?.revision === expected) &&
          (expectedUid === undefined || found?.uid === undefined || found.uid === expectedUid);
        this.expect(
          holds,
          record,
          () =>
            `${operation.op} of ${key} on condition that it is at revision ${expected ?? 'any'} succeeded at revision ${record.revision}, but it was at ${found?.revision ?? 'none'} then`,
        );
      });
    }
  }

  private judgeWinner(record: CallReturnedRecord, { key, expected, op }: CalledOperation): void {
    if (expected === undefined) return;
    const name = `${key} ${expected}`;
    const other = this.winners.get(name);
    this.expect(
      other === undefined,
      record,
      () => `${op} of ${key} at revision ${expected} succeeded, but so had that of record ${other}: of many, one`,
    );
    this.winners.set(name, record.seq);
  }
}

class ExclusiveCreate extends CallJudge {
  protected override returned(record: CallReturnedRecord, began: CallBeganRecord): void {
    for (const { op, key } of began.operations ?? []) {
      if (op !== 'create') continue;
      this.whenWritten(record, (position) => {
        const found = position === undefined ? undefined : this.before(key, position);
        this.expect(position !== undefined && found === undefined, record, () =>
          position === undefined
            ? `create of ${key} succeeded at revision ${record.revision}, at which nothing was written`
            : `create of ${key} succeeded at revision ${record.revision}, but it was there since revision ${found?.revision}`,
        );
      });
    }
  }
}

class DeleteTells extends CallJudge {
  protected override returned(record: CallReturnedRecord, began: CallBeganRecord): void {
    const key = began.op === 'delete' ? began.operations?.[0]?.key : undefined;
    if (key === undefined) return;
    this.whenWritten(record, (position) => {
      const { truth } = this.world;
      const gone =
        position === undefined
          ? []
          : truth.changedAt(position).filter((other) => this.before(other, position)?.isMalformed === false);
      const wanted = gone.map((other) => this.shown(other, position ?? 0)).toSorted();
      const told = record.items.map((item) => showItem(item)).toSorted();
      const isInPlace = gone.every((other) => other === key || other.startsWith(`${key}/`));
      this.expect(
        position !== undefined && isInPlace && wanted.join() === told.join(),
        record,
        () =>
          `delete of ${key} answered that revision ${record.revision} removed ${told.join(', ') || 'nothing'}, but that revision removed ${wanted.join(', ') || 'nothing'}`,
      );
    });
  }

  private shown(key: Key, position: number): string {
    const { hash = '', revision } = this.before(key, position) ?? {};
    return showItem({ key, hash: hash ?? '', ...(revision === undefined ? {} : { revision }) });
  }
}

class OneRevision extends CallJudge {
  protected override returned(record: CallReturnedRecord, began: CallBeganRecord): void {
    if (began.op !== 'transaction') return;
    this.whenWritten(record, (position) => {
      const { truth } = this.world;
      for (const { op, key, hash = null } of began.operations ?? []) {
        const version = position === undefined ? undefined : truth.at(key, position);
        const isDone = version?.position === position && version?.hash === (op === 'delete' ? null : hash);
        const wasNothing = op === 'delete' && position !== undefined && version?.position !== position; // only what lies below was there
        this.expect(
          position !== undefined && (isDone || wasNothing),
          record,
          () => `the transaction answered with revision ${record.revision}, but ${op} of ${key} is not in what that revision wrote`,
        );
      }
    });
  }
}

class Settled extends CallJudge {
  private readonly settled = new Map<number, number>();

  protected override look(record: HistoryRecord): void {
    if (record.kind === 'call.returned' || record.kind === 'call.failed') {
      const began = this.pending.get(record.call);
      const before = this.settled.get(record.call);
      this.expect(began !== undefined, record, () =>
        before === undefined
          ? `call ${record.call} settled without having begun`
          : `call ${record.call} settled again: it had with record ${before}`,
      );
      this.settled.set(record.call, record.seq);
      const { deadline } = began ?? {};
      if (began !== undefined && deadline !== undefined)
        this.expect(
          record.at - began.at <= deadline + this.world.header.slack,
          record,
          () => `${began.op} settled after ${record.at - began.at} ms: it was to settle within ${deadline} ms`,
        );
    }
    if (record.kind === 'ended')
      for (const began of this.pending.values())
        this.expect(false, began, () => `${began.op} had not settled when the history ended`);
    super.look(record);
  }
}

function showItem({ key, hash, revision }: ListedItem): string {
  return `${key} (hash ${hash} at revision ${revision})`;
}

export function conditionalWrites(world: World): Judge {
  return new ConditionalWrites('C2', 'A conditional write succeeds only if its revision is current; of many, one.', world);
}

export function exclusiveCreate(world: World): Judge {
  return new ExclusiveCreate('C3', 'Create succeeds only where nothing is.', world);
}

export function deleteTells(world: World): Judge {
  return new DeleteTells('C8', 'Delete returns what was there, and the revision of the deletion.', world);
}

export function oneRevision(world: World): Judge {
  return new OneRevision('C14', 'A transaction is one revision.', world);
}

export function settled(world: World): Judge {
  return new Settled('C11', 'Every call settles once, by its deadline.', world);
}
