/** The way from a source into its controller. */
import { isHeliostatError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';
import type { EventLoop } from '../events/event-loop.js';
import type { Event } from '../events/event.js';
import { outsideLoops } from '../events/loop-scope.js';
import type { ProblemTeller } from './problems.js';

/** What the controller said to an event. */
export type Verdict = 'accepted' | 'refused' | 'closed';

export class ControllerGate {
  /** Why it takes nothing any more. */
  closedBy: Error | undefined;
  private readonly controller: EventLoop;
  private readonly problems: ProblemTeller;
  private readonly onClosed: () => void;

  /** @param onClosed is called when an event was accepted, and is answered with the end of the loop. */
  constructor(controller: EventLoop, problems: ProblemTeller, onClosed: () => void) {
    this.controller = controller;
    this.problems = problems;
    this.onClosed = onClosed;
  }

  push(event: Event): Verdict {
    this.listen(event);
    try {
      // A handler may have asked the source for something: what comes of it is no follow-up of the event that is being handled.
      outsideLoops(() => this.controller.pushEvent(event));
      return 'accepted';
    } catch (thrown) {
      const { error } = failureOf(thrown);
      if (this.isEnd(error)) return 'closed';
      this.problems.tell({ kind: 'refused', error });
      return 'refused';
    }
  }

  /** A loop that aborts accepts events still, and answers each of them with its end. */
  private listen(event: Event): void {
    const done = event.done.bind(event);
    event.done = (error) => {
      done(error);
      if (this.closedBy === undefined && error !== undefined && this.isEnd(error)) this.onClosed();
    };
  }

  private isEnd(error: Error): boolean {
    const isEnd =
      isHeliostatError(error, 'closed') || isHeliostatError(error, 'stopped') || isHeliostatError(error, 'loop-aborting');
    if (isEnd) this.closedBy ??= error;
    return isEnd;
  }
}
