/**
 * The format of a local copy: JSON, one document a line. The first line says what it is; then comes a line for each object,
 * `[resource, key, value]` with the resource as a number into the first line's list, or `null` for external configuration; the last line
 * says how many there were, and the SHA-256 of everything before it.
 */
import { createHash, type Hash } from 'node:crypto';
import { ParseError } from '../../model/errors.js';
import { freezePlainData } from '../../store/plain-data.js';
import { recordOf } from '../key-values.js';
import type { MirroredState } from './local-mirror.js';

const format = 'heliostat-mirror';
const version = 1;
/** Characters in one piece of the text, about. */
const pieceSize = 65_536;

interface Header {
  readonly format: string;
  readonly version: number;
  readonly savedAt: number;
  readonly storeId?: string;
  readonly resources: readonly string[];
  readonly hasExternalConfig: boolean;
}

/** The copy as text, in pieces. */
export function* writeMirror(state: MirroredState): Generator<string> {
  const hash = createHash('sha256');
  const resources = Object.keys(state.kubeState);
  let entries = 0;
  let piece = '';
  for (const line of linesOf(state, resources)) {
    piece += `${line}\n`;
    entries++;
    if (piece.length < pieceSize) continue;
    yield hashed(hash, piece);
    piece = '';
  }
  yield hashed(hash, piece);
  yield `${JSON.stringify({ entries: entries - 1, sha256: hash.digest('hex') })}\n`;
}

function hashed(hash: Hash, piece: string): string {
  hash.update(piece);
  return piece;
}

function* linesOf({ savedAt, storeId, kubeState, externalConfig }: MirroredState, resources: readonly string[]): Generator<string> {
  const store = storeId === undefined ? {} : { storeId };
  const header: Header = { format, version, savedAt, ...store, resources, hasExternalConfig: externalConfig !== undefined };
  yield JSON.stringify(header);
  for (const [index, resource] of resources.entries()) {
    for (const [key, value] of Object.entries(kubeState[resource] ?? {})) yield JSON.stringify([index, key, value]);
  }
  for (const [key, value] of Object.entries(externalConfig ?? {})) yield JSON.stringify([null, key, value]);
}

/**
 * Reads what {@link writeMirror} has written.
 *
 * @param path of the file, for the message.
 * @throws ParseError when it is torn, was changed by somebody else, or is of another version.
 */
export function readMirror(bytes: Uint8Array, path: string): MirroredState {
  try {
    return parse(bytes);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new ParseError(`The local copy ${path} cannot be read, and is not used: ${cause.message}`, { rawKey: path, path, cause });
  }
}

function parse(bytes: Uint8Array): MirroredState {
  const end = bytes.lastIndexOf(newline, bytes.length - 2) + 1; // where the last line begins
  if (bytes.at(-1) !== newline || end === 0) throw new Error('it ends in the middle of a line');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const footer = JSON.parse(decoder.decode(bytes.subarray(end))) as Partial<{ entries: number; sha256: string }> | null;
  const body = bytes.subarray(0, end);
  const sha256 = createHash('sha256').update(body).digest('hex');
  if (footer?.sha256 !== sha256) throw new Error('its checksum is not that of its content');
  const [first = '', ...lines] = decoder.decode(body).split('\n').slice(0, -1);
  const header = JSON.parse(first) as Header; // its checksum says that it was written by this package
  if (header.format !== format || header.version !== version) {
    throw new Error(`it is ${header.format} of version ${header.version}; this is ${format} of version ${version}`);
  }
  if (footer.entries !== lines.length) throw new Error(`it has ${lines.length} entries, and says it has ${footer.entries}`);
  return contentOf(header, lines);
}

const newline = 10;

function contentOf({ savedAt, storeId, resources, hasExternalConfig }: Header, lines: readonly string[]): MirroredState {
  const kubeState = recordOf(resources.map((name) => [name, recordOf<unknown>([])] as const));
  const externalConfig = recordOf<unknown>([]);
  for (const line of lines) {
    const [index, key, value] = JSON.parse(line) as [number | null, string, unknown]; // as above
    const values = index === null ? externalConfig : kubeState[resources[index] ?? ''];
    if (values === undefined) throw new Error(`an entry is of resource ${index}, and there are ${resources.length}`);
    values[key] = freezePlainData(value);
  }
  const store = storeId === undefined ? {} : { storeId };
  return { savedAt, ...store, kubeState, ...(hasExternalConfig ? { externalConfig } : {}) };
}
