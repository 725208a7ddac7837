/** Reads the bytes of one file. */
import type { ValueLimits } from '../../store/plain-data.js';
import { untilThen, type Findings, type Flaw } from './declaration.js';
import { readDocuments, type DocumentLimits } from './documents.js';
import { Collector, FullError, readManifest, type Origin } from './manifest.js';

/** What a file may hold. */
export interface FileLimits extends Omit<DocumentLimits, 'depth'> {
  readonly values: ValueLimits;
}

/** Reads a file of manifests, whatever its bytes are: what cannot be read is among the findings. */
export function readManifests(path: string, bytes: Uint8Array, limits: FileLimits): Findings {
  const text = decode(bytes);
  if (text === undefined) return notUtf8(path, bytes);
  const found = new Collector(limits.maxDocuments);
  let number = 0;
  try {
    for (const reading of readDocuments(text, { ...limits, depth: limits.values.depth })) {
      if (++number > limits.maxDocuments) throw new FullError();
      const { line, column, excerpt } = reading;
      const origin = { rawKey: `${path}#${number}`, place: { path, line, column }, excerpt };
      if ('value' in reading) readManifest(reading.value, origin, limits.values, found);
      else found.flaws.push(unreadable(origin, reading));
    }
    return found;
  } catch (error) {
    if (!(error instanceof FullError)) throw error;
    return { declarations: [], flaws: [tooMany(path, limits.maxDocuments)] };
  }
}

function unreadable({ rawKey, place, excerpt }: Origin, { reason, cause }: { reason: string; cause?: unknown }): Flaw {
  return {
    rawKey,
    ...place,
    reason: `This cannot be read: ${reason}${untilThen}`,
    excerpt,
    ...(cause === undefined ? {} : { cause }),
  };
}

/** The text, without a byte order mark; undefined when it is not UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function notUtf8(path: string, bytes: Uint8Array): Findings {
  const before = new TextDecoder().decode(bytes).split('\ufffd', 1)[0] ?? '';
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return {
    declarations: [],
    flaws: [{ rawKey: path, path, line, column, reason: `This is not UTF-8: save it as UTF-8${untilThen}` }],
  };
}

function tooMany(path: string, most: number): Flaw {
  const reason = `This file holds more than ${most} documents: split it, or raise the option maxDocuments${untilThen}`;
  return { rawKey: path, path, reason };
}
