/** The local fallback: a copy of the datastore, for when it is out of reach at the start. */
import type { DatastoreState } from './picture.js';

/**
 * What is kept. External configuration is a part of it: a process that starts from a copy without it would tell its southbound that
 * nothing of it is wanted.
 */
export interface MirroredState extends DatastoreState {
  /** When, in milliseconds since 1970. For people. */
  readonly savedAt: number;
  /** The datastore that it is a copy of, where that can be told. */
  readonly storeId?: string;
}

/** Where a copy is kept: a {@link FileMirror}, or anything of yours. */
export interface LocalMirror {
  /**
   * The copy that was saved last, whole; undefined when there is none.
   *
   * @param options.signal aborts when the answer is of no interest any more.
   * @throws whatever says that it cannot be read. Then there is none.
   */
  load(options: { readonly signal: AbortSignal }): Promise<MirroredState | undefined>;
  /**
   * Replaces the copy. Whatever happens meanwhile, `load` gives the old one or the new one. One at a time is asked for.
   *
   * @param state plain, frozen data.
   */
  save(state: MirroredState): Promise<void>;
}
