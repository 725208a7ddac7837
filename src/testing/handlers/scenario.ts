/** What a handler is verified with: a state, and changes that lead on from it. */
import type { KubeStateData } from '../../controller/key-values.js';
import { recordOf } from '../../controller/key-values.js';
import { copyPlainData } from '../../store/plain-data.js';

/** One object of the Kubernetes state changes. */
export interface KubeChange {
  readonly resource: string;
  readonly key: string;
  /** Absent, or null: it is deleted. */
  readonly value?: unknown;
}

/** One thing that can happen to a handler. */
export interface HandlerScenario {
  /** What there is at the beginning. */
  readonly state: KubeStateData;
  /** What changes then, one after the other. A deletion of what is not there is left out. */
  readonly changes: readonly KubeChange[];
  /** Which of the other changes is done and reverted before each of them: numbers that count round. */
  readonly detours: readonly number[];
}

/** A state as values by resource and key. */
export type Picture = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** A state as it was drawn, its values frozen copies. What is null is not there. */
export function pictureOf(state: KubeStateData): Picture {
  return new Map(
    Object.entries(state).map(([resource, values]) => [
      resource,
      new Map(
        Object.entries(values).flatMap(([key, value]) =>
          value === null || value === undefined ? [] : [[key, copyPlainData(value)] as const],
        ),
      ),
    ]),
  );
}

/** A state that knows the same resources, and has nothing of them: a controller, too, shows every resource, however empty. */
export function withoutObjects(picture: Picture): Picture {
  return new Map([...picture.keys()].map((resource) => [resource, new Map()]));
}

/** A state as handlers are given it, frozen: its keys in order, or the other way round. */
export function dataOf(picture: Picture, isReversed = false): KubeStateData {
  const inOrder = <V>(entries: Iterable<readonly [string, V]>): readonly (readonly [string, V])[] => {
    const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return isReversed ? sorted.toReversed() : sorted;
  };
  return Object.freeze(
    recordOf(inOrder(picture).map(([resource, values]) => [resource, Object.freeze(recordOf(inOrder(values)))] as const)),
  );
}

/** The state after a change. */
export function changed(picture: Picture, { resource, key, value }: KubeChange): Picture {
  const values = new Map(picture.get(resource));
  if (value === null || value === undefined) values.delete(key);
  else values.set(key, copyPlainData(value));
  return new Map(picture).set(resource, values);
}

/** What is there. */
export function valueAt(picture: Picture, { resource, key }: KubeChange): unknown {
  return picture.get(resource)?.get(key);
}

/** What makes `after` of `before`, in key order. */
export function changesBetween(before: Picture, after: Picture): readonly KubeChange[] {
  const changes: KubeChange[] = [];
  for (const resource of [...new Set([...before.keys(), ...after.keys()])].toSorted()) {
    const [old, now] = [before.get(resource) ?? new Map(), after.get(resource) ?? new Map()];
    for (const key of [...new Set<string>([...old.keys(), ...now.keys()])].toSorted()) {
      const value: unknown = now.get(key);
      if (JSON.stringify(old.get(key)) !== JSON.stringify(value)) changes.push({ resource, key, value: value ?? null });
    }
  }
  return changes;
}

/** The changes that lead through `states`, those from one to the next in the order that `ranks` gives them. */
export function changesThrough(states: readonly KubeStateData[], ranks: readonly number[]): readonly KubeChange[] {
  const pictures = states.map(pictureOf);
  return pictures.slice(1).flatMap((picture, index) => {
    const changes = changesBetween(pictures[index] ?? picture, picture);
    const rankOf = (change: KubeChange): number => ranks[changes.indexOf(change)] ?? 0;
    return changes.toSorted((a, b) => rankOf(a) - rankOf(b));
  });
}

/** A value as people read it. */
export function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** A scenario as people read it, a line for each object and each change. */
export function linesOf({ state, changes }: HandlerScenario): readonly string[] {
  let picture = pictureOf(state);
  const objects = [...picture].flatMap(([resource, values]) =>
    [...values].map(([key, value]) => `  ${resource} ${key} = ${JSON.stringify(value)}`),
  );
  const steps = changes.map((change, index) => {
    const before = valueAt(picture, change);
    picture = changed(picture, change);
    return `  ${index + 1}. ${change.resource} ${change.key}: ${textOf(before)} → ${textOf(valueAt(picture, change))}`;
  });
  return ['State:', ...(objects.length === 0 ? ['  empty'] : objects), ...(steps.length === 0 ? [] : ['Updates:', ...steps])];
}
