/** What users' code throws. */
import type { Severity } from '../../../machines/index.js';
import { isHeliostatError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';

/** The error itself, or one about what is no error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : failureOf(thrown).error;
}

/** How bad it is. An error that wraps a fatal one is a plain one: whoever wraps it takes it upon himself. */
export function severityOf(error: Error): Severity {
  if (isHeliostatError(error, 'fatal')) return 'fatal';
  return isHeliostatError(error, 'event-aborted') ? 'abort' : 'plain';
}
