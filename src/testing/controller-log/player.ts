/** Plays the lines of a log to a controller, and holds what the controller asks for against them. */
import { AsyncResource } from 'node:async_hooks';
import type { Controller } from '../../controller/controller.js';
import type { Event } from '../../controller/events/event.js';
import type { UpdateOperations } from '../../controller/handler.js';
import type { EventRecord } from '../../controller/history/record.js';
import type { SouthboundEvent } from '../../controller/southbound/port.js';
import { eventOf } from './event-data.js';
import { ValueReader } from './identities.js';
import type { InputLine, LogLine } from './lines.js';
import type { CallSubject } from './notebook.js';
import type { ReplayedClock } from './replayed-clock.js';
import { decode, encode } from './values.js';

/** Where a replay went another way than what was recorded. */
export interface Divergence {
  /** The line of the log, counted from 1. */
  readonly line: number;
  /** What the log has there. */
  readonly recorded: string;
  /** What happened instead. */
  readonly found: string;
}

/** Operations of the transaction that a call is given. */
export type Operations = Pick<UpdateOperations, 'put'> & Partial<Pick<UpdateOperations, 'delete'>>;

/** A call that has not answered. */
interface OpenCall {
  readonly operations: Operations | undefined;
  /** What is done in it later is done as by it. */
  readonly scope: AsyncResource;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Player {
  controller: Controller | undefined;
  divergence: Divergence | undefined;
  listener: ((event: SouthboundEvent) => void) | undefined;
  private readonly lines: readonly LogLine[];
  private readonly clock: ReplayedClock;
  private readonly values = new ValueReader();
  private readonly events = new WeakMap<Event, number>();
  private readonly waiting = new Map<number, OpenCall>();
  /** Nobody's call: what comes from outside is done here. */
  private readonly outside = new AsyncResource('heliostat.replay');
  /** Events of which is noted when they are answered. */
  private readonly followed: ReadonlySet<unknown>;
  /** What events say of themselves. */
  private readonly texts: ReadonlyMap<number, string>;
  private next = 0;
  /** The number of the last record that was kept as it was recorded; undefined: there is none. */
  lastKept: number | undefined;

  constructor(lines: readonly LogLine[], clock: ReplayedClock) {
    this.lines = lines;
    this.clock = clock;
    this.followed = new Set(lines.flatMap((line) => (line.kind === 'call' && line.function === 'done' ? [line.event] : [])));
    this.texts = textsOf(lines);
  }

  get isOver(): boolean {
    return this.divergence !== undefined || this.next >= this.lines.length;
  }

  /** How many lines have been played. */
  get position(): number {
    return this.next;
  }

  /** Does everything that comes before the controller's next doing. @param passesTurns whether a turn may end here. */
  playInputs(passesTurns: boolean): void {
    for (;;) {
      const line = this.peek();
      if (line === undefined || line.kind === 'call' || line.kind === 'record' || this.divergence !== undefined) return;
      if (line.kind === 'turn') {
        if (!passesTurns) return;
        this.next++;
      } else if (line.kind === 'time' || line.kind === 'says') this.next++;
      else this.play(line);
    }
  }

  /** Passes the end of a turn. @returns whether there was one. */
  passTurn(): boolean {
    if (this.peek()?.kind !== 'turn') return false;
    this.next++;
    return true;
  }

  /** The controller does nothing any more that the log has. */
  stuck(): void {
    this.diverge('nothing');
  }

  eventOf(event: Event): number | 'own' {
    return this.events.get(event) ?? 'own';
  }

  /** The controller has kept a record. */
  kept(record: EventRecord): void {
    this.playInputs(true);
    if (this.isOver) return;
    const line = this.peek();
    if (line?.kind !== 'record') return this.diverge(`record ${JSON.stringify(record)}`);
    const found = JSON.stringify(record);
    if (found !== JSON.stringify(line.record)) return this.diverge(`record ${found}`);
    this.lastKept = record.sequence;
    this.passed();
  }

  /** The controller calls something: does what was done in it, and answers what was answered. */
  call(subject: CallSubject, operations?: Operations): unknown {
    this.playInputs(true);
    if (this.isOver) return undefined; // what comes after the end of a log is not judged
    const line = this.peek();
    if (line?.kind !== 'call' || textOf(line) !== textOf(subject)) return this.diverge(textOf(subject));
    const { call } = line;
    this.passed();
    return this.inside(call, operations);
  }

  /** What happens in a call until it has answered, or has returned a promise. */
  private inside(call: number, operations: Operations | undefined): unknown {
    for (;;) {
      const line = this.peek();
      if (line === undefined) return this.later(call, operations);
      if (line.kind === 'wait' && line.call === call) {
        this.next++;
        return this.later(call, operations);
      }
      if (line.kind === 'answer' && line.call === call) {
        this.next++;
        return decode(line.value);
      }
      if (line.kind === 'fail' && line.call === call) {
        this.next++;
        throw decode(line.error);
      }
      if (line.kind === 'call' || line.kind === 'record') return this.diverge('the call goes on');
      if (line.kind === 'time' || line.kind === 'says' || line.kind === 'turn') this.next++;
      else if ('call' in line && line.call === call) {
        this.next++;
        this.inCall(line, operations);
      } else this.play(line);
    }
  }

  private later(call: number, operations: Operations | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.set(call, { operations, scope: new AsyncResource('heliostat.replayed-call'), resolve, reject });
    });
  }

  private play(line: InputLine): void {
    this.next++;
    const open = 'call' in line && line.call !== undefined ? this.waiting.get(line.call) : undefined;
    if (open === undefined) return this.outside.runInAsyncScope(() => this.fromOutside(line));
    switch (line.kind) {
      case 'answer':
        return open.resolve(decode(line.value));
      case 'fail':
        return open.reject(decode(line.error));
      default:
        return open.scope.runInAsyncScope(() => this.inCall(line, open.operations));
    }
  }

  private inCall(line: InputLine, operations: Operations | undefined): void {
    switch (line.kind) {
      case 'put':
        return this.attempt(() => operations?.put(line.key, this.values.read(line.value)));
      case 'delete':
        return this.attempt(() => operations?.delete?.(line.key));
      default:
        return this.fromOutside(line);
    }
  }

  private fromOutside(line: InputLine): void {
    switch (line.kind) {
      case 'start':
        return void this.controller?.start().catch(ignore);
      case 'close':
        return void this.controller?.close().catch(ignore);
      case 'push': {
        const event = eventOf(line.data, this.values);
        this.follow(event, line.event);
        return this.attempt(() => this.controller?.pushEvent(event));
      }
      case 'notify':
        return this.listener?.(decode(line.event) as SouthboundEvent); // as it was told
      case 'timer': {
        const complaint = this.clock.fire(line.timer, line.delay);
        if (complaint !== undefined) this.diverge(complaint, this.next - 1);
        return undefined;
      }
      default:
        return this.diverge(`there is no call ${'call' in line ? line.call : ''} that waits`, this.next - 1);
    }
  }

  /** What was accepted is accepted again. */
  private attempt(work: () => void): void {
    const line = this.next - 1;
    try {
      work();
    } catch (error) {
      this.diverge(`it is refused: ${error instanceof Error ? error.message : String(error)}`, line);
    }
  }

  private follow(event: Event, number: number): void {
    this.events.set(event, number);
    const text = this.texts.get(number) ?? event.name; // an event that is asked and says nothing has failed to
    Object.defineProperty(event, 'toString', { value: () => text });
    if (!this.followed.has(number)) return; // it could not be changed, so nothing was noted
    Object.defineProperty(event, 'done', {
      value: (error: Error | undefined) => void this.call({ function: 'done', event: number, given: encode(error) }),
    });
  }

  private passed(): void {
    this.next++;
    // What comes from outside right after it is not to be late.
    void Promise.resolve().then(() => this.outside.runInAsyncScope(() => this.playInputs(false)));
  }

  private peek(): LogLine | undefined {
    return this.lines[this.next];
  }

  private diverge(found: string, index = this.next): undefined {
    const line = this.lines[index];
    this.divergence ??= { line: index + 2, recorded: line === undefined ? 'the end' : JSON.stringify(line), found };
    return undefined;
  }
}

/** What each event said to the controller: what a record has, when it has said several things. */
function textsOf(lines: readonly LogLine[]): ReadonlyMap<number, string> {
  const kept = new Set(lines.flatMap((line) => (line.kind === 'record' ? [line.record.description] : [])));
  const texts = new Map<number, string>();
  for (const line of lines) {
    if (line.kind !== 'says') continue;
    const known = texts.get(line.event);
    if (known === undefined || (!kept.has(known) && kept.has(line.text))) texts.set(line.event, line.text);
  }
  return texts;
}

function textOf({ function: called, of, event, given }: CallSubject): string {
  return `${called} ${JSON.stringify({ of, event, given })}`;
}

function ignore(): void {}
