/**
 * A statechart as plain JSON: everything that its author wrote, in words, and nothing of XState. Every picture, table and live view is
 * made of this and of nothing else.
 */

/** A whole statechart. Survives JSON unchanged. */
export interface ChartModel {
  readonly schema: 1;
  readonly id: string;
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /** In document order, the root first: every state comes after its parent and before its next sibling. */
  readonly nodes: readonly ChartNode[];
  /** By source in document order; of one source by event, and of one event by priority. */
  readonly edges: readonly ChartEdge[];
  /** What names stand for, as far as their implementations tell: a guard made of guards, an action that raises an event. */
  readonly legend: readonly ChartWord[];
  /**
   * Twelve hexadecimal digits of the SHA-256 of everything but the legend, as JSON. Two machines with the same hash have the same
   * chart; implementations do not count, so a test double has the hash of what it stands for.
   */
  readonly hash: string;
}

/** A state. */
export interface ChartNode {
  /** Unique in the chart. */
  readonly id: string;
  /** Unique among its siblings: its name. */
  readonly key: string;
  /** The id of the state that it is part of; the root has none. */
  readonly parent?: string | undefined;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Its place in the document, from 0. */
  readonly order: number;
  readonly description?: string | undefined;
  readonly tags: readonly string[];
  /** Ids of the specification that it upholds (`meta.spec`). */
  readonly spec: readonly string[];
  /** Where a compound state begins. */
  readonly initial?: ChartInitial | undefined;
  /** What a history state remembers. */
  readonly history?: ChartHistory | undefined;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  readonly invoke: readonly ChartInvoke[];
  /** What the chart hands out when it ends here. */
  readonly output?: string | undefined;
}

export interface ChartInitial {
  readonly targets: readonly string[];
  readonly actions: readonly string[];
  readonly description?: string | undefined;
}

export interface ChartHistory {
  readonly depth: 'shallow' | 'deep';
  /** Where it leads when there is nothing to remember. */
  readonly targets: readonly string[];
}

/** An actor that lives as long as its state is active. */
export interface ChartInvoke {
  readonly id: string;
  /** What edges call it: its id when the author gave one, or else its logic. */
  readonly name: string;
  /** The name of its logic, or `inline`. */
  readonly src: string;
  readonly input?: string | undefined;
  readonly systemId?: string | undefined;
}

/**
 * What makes an edge be considered: an event, any event (`wildcard`), nothing (`always`), time (`after`), what becomes of an actor or of
 * the state itself (`done`, `error`, `snapshot`), or a request to go to its target (`route`).
 */
export type EdgeKind = 'event' | 'wildcard' | 'always' | 'after' | 'done' | 'error' | 'snapshot' | 'route';

/** A transition, or a step of a list of transitions on one event: the first whose guard holds is taken. */
export interface ChartEdge {
  /** `source|type|index`. Stays the same as long as the place of the transition in its chart does. */
  readonly id: string;
  readonly source: string;
  /** Ids of states; none: the active states stay. */
  readonly targets: readonly string[];
  readonly kind: EdgeKind;
  /** The event type, as the chart has it; empty when the kind is `always`. */
  readonly type: string;
  /** What it waits for, in words. */
  readonly event: string;
  /** Name, or milliseconds. */
  readonly delay?: string | number | undefined;
  readonly guard?: string | undefined;
  readonly actions: readonly string[];
  /** Whether its source is left and entered again, even when the target lies within. */
  readonly reenter: boolean;
  /** Its priority among the edges of one source and type: 0 is asked first. */
  readonly index: number;
  /** It has neither target nor actions: it keeps the event from the states around its source. */
  readonly forbidden: boolean;
  readonly description?: string | undefined;
  /** Ids of the specification that it upholds (`meta.spec`). */
  readonly spec: readonly string[];
}

/** A name, and what it stands for. */
export interface ChartWord {
  readonly kind: 'action' | 'guard' | 'delay';
  readonly name: string;
  readonly text: string;
}
