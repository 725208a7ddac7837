import type { Revision } from '../../model/revision.js';

/** What stood at a key: an object, nothing, or something that cannot be read. */
export interface Version {
  /** Of the state that began it. */
  readonly position: number;
  /** Of the write that made it, or deleted it. */
  readonly revision: Revision;
  readonly hash: string | null;
  readonly uid: string | undefined;
  readonly isMalformed: boolean;
}
