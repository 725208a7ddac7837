/** What a controller must know and want, folded anew: plain maps of inputs, and of what handlers wrote. */
import { check } from './loop-check.js';
import type { EventPlan } from './loop-draws.js';
import type { Line } from './loop-lines.js';

interface Wanted {
  readonly value: string;
  readonly writers: readonly number[];
}

/** What handlers have written under a key, and which of them. */
export interface Written {
  /** null: deleted. */
  readonly value: string | null;
  readonly writers: readonly number[];
}

export class StateOracle {
  resyncs = 0;
  private kube = new Map<string, number>();
  private readonly external = new Map<string, number>();
  private readonly db = new Map<string, number>();
  private readonly isExternalKnown = { db: false, cli: false };
  private internal = new Map<string, Wanted>();

  judgeState({ id, internal, kube, external }: Line<'done'>): void {
    const wanted = [...this.internal].toSorted(byKey).map(([key, { value }]) => `${JSON.stringify(key)}:${value}`);
    check(internal === `{${wanted.join()}}`, 'E20', `after ${id} handlers want ${internal}, and should {${wanted.join()}}`);
    const pods = JSON.stringify(Object.fromEntries([...this.kube].toSorted(byKey)));
    check(kube === pods, 'E20', `after ${id} the pods are ${kube}, and should be ${pods}`);
    const { db, cli } = this.isExternalKnown;
    const layers = { ...(cli && { cli: sorted(this.external) }), ...(db && { db: sorted(this.db) }) };
    check(
      external === JSON.stringify(layers),
      'E20',
      `after ${id} external configuration is ${external}, and should be ${JSON.stringify(layers)}`,
    );
  }

  /** Inputs stay, whatever becomes of the event. @returns the keys that an update changes in external configuration. */
  receive(plan: EventPlan | undefined): readonly string[] {
    if (plan?.kind === 'dbResync') {
      this.kube = new Map(Object.entries(plan.kube));
      this.external.clear(); // it was asked, and wants nothing
      this.isExternalKnown.cli = true;
      if (plan.external === undefined) return [];
      this.db.clear();
      for (const [key, value] of Object.entries(plan.external)) this.db.set(key, value);
      this.isExternalKnown.db = true;
    }
    if (plan?.kind === 'kube') {
      if (plan.value === null) this.kube.delete(plan.key);
      else this.kube.set(plan.key, plan.value);
    }
    if (plan?.kind === 'external' || plan?.kind === 'externalResync') {
      if (plan.kind === 'externalResync') this.external.clear();
      for (const [key, value] of Object.entries(plan.values)) this.external.set(key, value);
      this.isExternalKnown.cli = true;
      return plan.kind === 'external' ? Object.keys(plan.values) : [];
    }
    return [];
  }

  judgeTold({ told, id }: Line<'call'>, isUpdate: boolean): void {
    const pods = `${this.resyncs} ${JSON.stringify(Object.fromEntries([...this.kube].toSorted(byKey)))}`;
    check(told === (isUpdate ? undefined : pods), 'E18', `${id}: a handler was told ${String(told)}, and should be ${pods}`);
  }

  /** What external sources want, the one with the higher precedence over the other. */
  private wantedOutside(): Map<string, number> {
    return new Map([...this.db, ...this.external]);
  }

  merged(
    isUpdate: boolean,
    writes: ReadonlyMap<string, Written>,
    changed: readonly string[],
    failed: readonly number[],
  ): Map<string, string | null> {
    const outside = this.wantedOutside();
    const values = new Map<string, string | null>();
    if (isUpdate) {
      for (const [key, { value }] of writes) values.set(key, value);
      for (const key of changed) values.set(key, JSON.stringify(outside.get(key) ?? null));
    } else {
      for (const [key, { value }] of this.afterResync(writes, failed)) values.set(key, value);
      for (const [key, value] of outside) values.set(key, JSON.stringify(value));
    }
    return new Map([...values].toSorted(byKey));
  }

  private afterResync(writes: ReadonlyMap<string, Written>, failed: readonly number[]): Map<string, Wanted> {
    const kept = [...this.internal].filter(([, { writers }]) => writers.some((writer) => failed.includes(writer)));
    const put = [...writes].flatMap(([key, { value, writers }]) => (value === null ? [] : [[key, { value, writers }] as const]));
    return new Map([...kept, ...put]);
  }

  keep(isUpdate: boolean, writes: ReadonlyMap<string, Written>, failed: readonly number[]): void {
    if (!isUpdate) this.internal = this.afterResync(writes, failed);
    else {
      for (const [key, { value, writers }] of writes) {
        if (value === null) this.internal.delete(key);
        else this.internal.set(key, { value, writers });
      }
    }
  }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function sorted(values: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...values].toSorted(byKey));
}
