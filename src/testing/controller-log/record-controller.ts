/** Records a run of a controller, so that it can be played again. */
import { Controller } from '../../controller/controller.js';
import type { Event } from '../../controller/events/event.js';
import { isInsideLoop } from '../../controller/events/loop-scope.js';
import type { EventHistory } from '../../controller/history/record.js';
import type { ControllerOptions } from '../../controller/options.js';
import { systemClock } from '../../ports/clock.js';
import { eventDataOf } from './event-data.js';
import { headerOptionsOf } from './header.js';
import { Notebook } from './notebook.js';
import { RecordedClock, recordedEscalation, recordedHandler, recordedSource, recordedSouthbound } from './recorded-ports.js';
import { encode } from './values.js';

/** A controller that is recorded. */
export interface ControllerRecording {
  /** Made of the options as they were given; use it as any other. */
  readonly controller: Controller;
  /** What has happened so far, one JSON object a line: what `replayController` plays, and docs/controller-log.md describes. */
  readonly log: string;
}

/**
 * Makes a controller that writes down everything that comes to it: events, what handlers write and answer, what the southbound and
 * sources answer, which timers fire; and what it asks for in between. What is kept is what is needed to do the same again: values of
 * keys are in the log as they are.
 *
 * An event's `done` and `toString` are replaced by ones that note that they are called, as far as the event can be changed.
 *
 * @throws ValidationError as the constructor of a Controller.
 * @example
 * ```ts
 * import { DBResync, MemoryPlane, MemoryScheduler } from 'heliostat/controller';
 * import { recordController, replayController } from 'heliostat/testing';
 * const plane = new MemoryPlane();
 * const southbound = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'all', prefix: '/' })] });
 * const recording = recordController({ handlers: [], southbound });
 * await recording.controller.start();
 * recording.controller.pushEvent(new DBResync({ kubeState: {} }));
 * await recording.controller.close();
 * const { history, divergence } = await replayController(recording.log);
 * console.log(history === recording.controller.history.toJSONLines(), divergence); // true undefined
 * ```
 */
export function recordController(options: ControllerOptions): ControllerRecording {
  const notebook = new Notebook({ format: 'heliostat-controller-log', version: 1, options: headerOptionsOf(options) });
  const controller = new RecordedController(options, notebook);
  return {
    controller,
    get log() {
      return notebook.text;
    },
  };
}

class RecordedController extends Controller {
  private readonly notebook: Notebook;

  constructor(options: ControllerOptions, notebook: Notebook) {
    const clock = new RecordedClock(options.clock ?? systemClock, notebook);
    super(recordedOptions(options, clock, notebook));
    this.notebook = notebook;
    Object.defineProperty(this, 'history', { value: lookingAt(this.history, clock) });
  }

  override start(): Promise<void> {
    this.notebook.note({ kind: 'start' });
    return super.start();
  }

  override pushEvent(event: Event): void {
    const { notebook } = this;
    const inside = this.callInside();
    super.pushEvent(event);
    const number = notebook.accepted(event);
    notebook.note({ kind: 'push', event: number, ...inside, data: eventDataOf(event, notebook.values) });
    follow(event, number, notebook);
  }

  override close(): Promise<void> {
    this.notebook.note({ kind: 'close', ...this.callInside() });
    return super.close();
  }

  private callInside(): { readonly call?: number } {
    const call = isInsideLoop(this) ? this.notebook.currentCall : undefined;
    return call === undefined ? {} : { call };
  }
}

function recordedOptions(options: ControllerOptions, clock: RecordedClock, notebook: Notebook): ControllerOptions {
  const { handlers, southbound, externalSources = [], healing, onRecord } = options;
  const onExhausted = healing?.onExhausted;
  return {
    ...options,
    handlers: handlers.map((handler) => recordedHandler(handler, notebook)),
    southbound: recordedSouthbound(southbound, notebook),
    externalSources: externalSources.map((source) => recordedSource(source, notebook)),
    ...(onExhausted !== undefined && { healing: { ...healing, onExhausted: recordedEscalation(onExhausted, notebook) } }),
    clock,
    onRecord(record) {
      notebook.note({ kind: 'record', record });
      onRecord?.(record);
    },
  };
}

/** Notes when the event is answered, and what it says of itself when it is asked: now, if it cannot be changed. */
function follow(event: Event, number: number, notebook: Notebook): void {
  const done = event.done.bind(event);
  const ask = event.toString.bind(event);
  const say = (): string => {
    const said: unknown = ask(); // somebody else's code
    const text = String(said);
    notebook.note({ kind: 'says', event: number, text });
    return text;
  };
  if (!Object.isExtensible(event)) return void textOf(event, say);
  const members = {
    done: (error: Error | undefined): void =>
      notebook.call({ function: 'done', event: number, given: encode(error) }, () => done(error)),
    toString: say,
  };
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(event, name, { value, configurable: true, writable: true });
  }
}

/** What it says; its name when it fails to. */
function textOf({ name }: Event, say: () => string): string {
  try {
    return say();
  } catch {
    return name;
  }
}

function lookingAt(history: EventHistory, clock: RecordedClock): EventHistory {
  const look = <R>(read: () => R): R => {
    clock.isLooking = true;
    try {
      return read();
    } finally {
      clock.isLooking = false;
    }
  };
  return {
    query: (query) => look(() => history.query(query)),
    transactionOf: (sequence) => look(() => history.transactionOf(sequence)),
    toJSONLines: (query) => look(() => history.toJSONLines(query)),
    print: (query) => look(() => history.print(query)),
  };
}
