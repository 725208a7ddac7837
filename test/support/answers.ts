/** What a datastore answers, as text: for comparing it with what a model says. */
import { isHeliostatError, type ErrorCode } from '../../src/model/errors.js';
import type { WatchEvent } from '../../src/model/watch.js';

/** `done`, or the code of the error. What is no error of ours is thrown on. */
export async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'done'> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (isHeliostatError(error)) return error.code;
    throw error;
  }
}

/** `3 ADDED /a/1 7`; without a value where there is none. */
export function lineOf(event: WatchEvent): string {
  if (event.type === 'ADDED' || event.type === 'MODIFIED')
    return `${event.revision} ${event.type} ${event.new.key} ${String(event.new.value)}`;
  if (event.type === 'DELETED')
    return `${event.revision} ${event.type} ${event.old.key} ${'value' in event.old ? String(event.old.value) : ''}`;
  return `${event.revision} ${event.type}`;
}
