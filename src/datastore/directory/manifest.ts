/** Manifests: what the content of a document declares. */
import { ValidationError } from '../../model/errors.js';
import { formatKey } from '../../model/key-format.js';
import { copyPlainData, type ValueLimits } from '../../store/plain-data.js';
import { untilThen, type Declaration, type Findings, type Flaw, type Place } from './declaration.js';
import { resourceOf } from './resource.js';

/** Takes in what is found in one file. */
export class Collector implements Findings {
  readonly declarations: Declaration[] = [];
  readonly flaws: Flaw[] = [];
  private readonly most: number;

  /** @param most manifests that a file may hold, counting the wrong ones. */
  constructor(most: number) {
    this.most = most;
  }

  /** @throws FullError when there is no room for one more. */
  checkRoom(): void {
    if (this.declarations.length + this.flaws.length >= this.most) throw new FullError();
  }
}

/** A file holds more manifests than it may. */
export class FullError extends Error {}

/** Where a manifest stands. */
export interface Origin {
  readonly rawKey: string;
  readonly place: Place;
  readonly excerpt: string;
}

/**
 * Reads a manifest into `found`: an object, or all items of a list (`kind: List`, `kind: PodList`), each by itself, so that a wrong item
 * does no harm to the others. Nothing is declared by `null`.
 *
 * @throws FullError when `found` is.
 */
export function readManifest(value: unknown, origin: Origin, limits: ValueLimits, found: Collector): void {
  if (value === null || value === undefined) return;
  found.checkRoom();
  try {
    const manifest = asRecord(value, 'it is');
    const apiVersion = textOf(manifest, 'apiVersion', 'v1');
    const kind = textOf(manifest, 'kind', 'Pod');
    if (!/^[^/]+(?:\/[^/]+)?$/.test(apiVersion)) {
      throw new ManifestError(`its apiVersion is ${JSON.stringify(apiVersion)}, not of the form "v1" or "group/v1"`);
    }
    const { items } = manifest;
    if (apiVersion === 'v1' && kind.endsWith('List') && Array.isArray(items)) readItems(items, kind, origin, limits, found);
    else found.declarations.push(declare(manifest, apiVersion, kind, origin, limits));
  } catch (error) {
    if (!(error instanceof ManifestError || error instanceof ValidationError)) throw error;
    const { rawKey, place, excerpt } = origin;
    found.flaws.push({
      rawKey,
      ...place,
      reason: `This is not a manifest: ${withoutFullStop(error.message)}${untilThen}`,
      excerpt,
      cause: error,
    });
  }
}

/** Something that a manifest must have, and this one does not. */
class ManifestError extends Error {}

function readItems(items: readonly unknown[], kind: string, origin: Origin, limits: ValueLimits, found: Collector): void {
  const itemKind = kind.slice(0, -'List'.length);
  for (const [index, item] of items.entries()) {
    const itemOrigin = { ...origin, rawKey: `${origin.rawKey}.items[${index}]` };
    // The API leaves out of a PodList what its name says already.
    const isUntyped = isRecord(item) && !Object.hasOwn(item, 'apiVersion') && !Object.hasOwn(item, 'kind');
    readManifest(isUntyped ? { apiVersion: 'v1', kind: itemKind, ...item } : item, itemOrigin, limits, found);
  }
}

function declare(
  manifest: Readonly<Record<string, unknown>>,
  apiVersion: string,
  kind: string,
  { rawKey, place }: Origin,
  limits: ValueLimits,
): Declaration {
  const metadata = asRecord(manifest['metadata'], 'its metadata is');
  const name = textOf(metadata, 'name', 'web', 'metadata.');
  const namespace = isAbsent(metadata['namespace']) ? [] : [textOf(metadata, 'namespace', 'default', 'metadata.')];
  const key = formatKey([resourceOf(apiVersion, kind), ...namespace, name]);
  const uid = metadata['uid'];
  return Object.freeze({
    rawKey,
    place,
    key,
    value: copyPlainData<unknown>(manifest, limits),
    uid: typeof uid === 'string' && uid !== '' ? uid : undefined,
  });
}

function asRecord(value: unknown, subject: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new ManifestError(`${subject} ${describe(value)} instead of an object`);
}

function textOf(owner: Readonly<Record<string, unknown>>, name: string, example: string, prefix = ''): string {
  const value = Object.hasOwn(owner, name) ? owner[name] : undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw new ManifestError(
    isAbsent(value)
      ? `it has no ${prefix}${name}; write one, such as "${name}: ${example}"`
      : `its ${prefix}${name} is ${describe(value)} instead of text; write text, in quotes where YAML takes it for something else`,
  );
}

/** An empty text means the same as none to Kubernetes. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return value === null ? 'null' : 'an object';
  return typeof value === 'string' ? 'text' : `the ${typeof value} ${JSON.stringify(value)}`;
}

function withoutFullStop(message: string): string {
  return message.replace(/\.$/, '');
}
