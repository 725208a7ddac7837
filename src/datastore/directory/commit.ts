/** Makes a memory datastore hold a picture, at one revision, with as few changes as there are. */
import { join } from 'node:path';
import { ParseError } from '../../model/errors.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType } from '../../model/watch.js';
import type { MemoryBackend } from '../memory/memory-backend.js';
import type { OperationContext } from '../memory/operations.js';
import { formatPlace, type Declaration, type Flaw } from './declaration.js';
import type { Picture } from './picture.js';
import { isPlainEqual } from './plain-equal.js';

/** What cannot be read now, and what of it is new. */
export interface Problems {
  /** By raw key. */
  readonly malformed: ReadonlyMap<string, ParseError>;
  readonly found: readonly ParseError[];
  readonly mended: readonly string[];
}

/** @param root the folder, as it is to be shown. */
export function commitPicture<V>(memory: MemoryBackend<V>, picture: Picture, root: string): Problems {
  return memory.write((context) => {
    for (const declaration of picture.objects.values()) put(context, declaration);
    for (const [key] of context.before.objects) if (!picture.objects.has(key)) context.objects.delete(key);
    return putFlaws(context, picture, root);
  }).result;
}

function put<V>(context: OperationContext<V>, { key, value, uid }: Declaration): void {
  const current = context.before.objects.get(key);
  if (current !== undefined && isPlainEqual(current.value, value)) return;
  const pair: KVPair<V> = Object.freeze({
    key,
    value: value as V, // what the manifests hold is for the owner of the datastore to know
    revision: context.revision,
    uid: uid ?? current?.uid ?? context.uid,
  });
  context.objects.set(key, pair);
}

function putFlaws<V>({ malformed, before, revision, notify }: OperationContext<V>, { flaws }: Picture, root: string): Problems {
  const now = new Map<string, ParseError>();
  const found: ParseError[] = [];
  for (const [rawKey, flaw] of flaws) {
    const error = errorOf(flaw, root, revision);
    const known = before.malformed.get(rawKey);
    if (known !== undefined && isSame(known, error)) now.set(rawKey, known);
    else {
      now.set(rawKey, error);
      malformed.set(rawKey, error);
      found.push(error);
      notify({ type: WatchEventType.Error, revision, error });
    }
  }
  const mended = [...before.malformed].map(([rawKey]) => rawKey).filter((rawKey) => !flaws.has(rawKey));
  for (const rawKey of mended) {
    malformed.delete(rawKey);
    notify({ type: WatchEventType.Mended, revision, rawKey });
  }
  return { malformed: now, found, mended };
}

/** The message names the place. */
function isSame(a: ParseError, b: ParseError): boolean {
  return a.message === b.message && a.rawValue === b.rawValue;
}

function errorOf(flaw: Flaw, root: string, revision: Revision): ParseError {
  const { rawKey, line, column, reason, excerpt, cause } = flaw;
  const path = join(root, flaw.path);
  return new ParseError(`${formatPlace({ ...flaw, path })}: ${reason}.`, {
    rawKey,
    path,
    revision,
    cause,
    ...(line === undefined || column === undefined ? {} : { line, column }),
    ...(excerpt === undefined || excerpt === '' ? {} : { rawValue: excerpt }),
  });
}
