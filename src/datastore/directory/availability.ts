import { ClosedError } from '../../model/errors.js';

type State =
  /** The first look is not done. */
  { readonly kind: 'starting' } | { readonly kind: 'available' } | { readonly kind: 'refusing'; readonly error: Error };

/** Whether calls are let through, at once or later. */
export class Availability {
  private state: State = { kind: 'starting' };
  private readonly waiting = new Set<() => void>();
  private isClosed = false;

  /** Why calls are refused; undefined while they are not. */
  get refusal(): Error | undefined {
    return this.state.kind === 'refusing' ? this.state.error : undefined;
  }

  /** Lets calls through. */
  open(): void {
    this.enter({ kind: 'available' });
  }

  /** Refuses calls, for the time being. */
  refuse(error: Error): void {
    this.enter({ kind: 'refusing', error });
  }

  /** Refuses calls for good. */
  close(): void {
    this.refuse(new ClosedError('This datastore has been closed.'));
    this.isClosed = true;
  }

  /**
   * Resolves when calls are let through.
   *
   * @throws the reason why they are not, or that of `signal`.
   */
  async admit(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    while (this.state.kind === 'starting') {
      await this.change(signal);
      signal?.throwIfAborted();
    }
    if (this.state.kind === 'refusing') throw this.state.error;
  }

  private enter(state: State): void {
    if (this.isClosed) return;
    this.state = state;
    for (const wake of this.waiting) wake();
  }

  private change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
