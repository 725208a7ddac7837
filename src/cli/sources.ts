/** Where objects come from: each scheme of a source is one entry here. */
import { stat } from 'node:fs/promises';
import type { ListWatchClient } from '../model/client.js';
import { MemoryDatastore } from '../memory.js';
import type { Logger } from '../ports/logger.js';
import { CommandError, exitCodes } from './failure.js';
import { readObjects } from './read-objects.js';
import type { Terminal } from './terminal.js';

/** A datastore that the command has opened. */
export interface Source {
  readonly client: ListWatchClient;
  close(): Promise<void>;
}

/** What a source is opened with. */
export interface SourceContext {
  readonly terminal: Terminal;
  readonly logger: Logger;
  /** The objects will be read once: what is given with the command must be there then. */
  readonly once: boolean;
}

/** A kind of source. */
export interface SourceScheme {
  readonly scheme: string;
  /** How it is written, and what it is: for the help. */
  readonly usage: readonly [form: string, meaning: string];
  /**
   * Opens it.
   *
   * @param rest what stands behind the colon.
   * @throws CommandError when that is not understood.
   */
  open(rest: string, context: SourceContext): Promise<Source>;
}

const directory: SourceScheme = {
  scheme: 'directory',
  usage: ['directory:PATH', 'a folder of YAML and JSON manifests, followed as its files change'],
  async open(path, { logger, once }) {
    if (path === '') throw new CommandError('directory: needs a path, such as directory:./manifests');
    if (once && (await stat(path).catch(() => undefined)) === undefined) {
      throw new CommandError(`There is no folder ${path}.`, exitCodes.failed);
    }
    const { DirectoryDatastore } = await import('../directory.js');
    const client = new DirectoryDatastore({ path, logger });
    return { client, close: () => client.close() };
  },
};

const memory: SourceScheme = {
  scheme: 'memory',
  usage: ['memory:', 'an embedded datastore; lines of {"key": "/pods/a", "value": {...}} on standard input are written to it'],
  async open(rest, { terminal, once }) {
    if (rest !== '') throw new CommandError(`memory: takes nothing behind the colon, not ${JSON.stringify(rest)}.`);
    const client = new MemoryDatastore();
    const lines = terminal.input?.[Symbol.asyncIterator]();
    const reading = lines === undefined ? undefined : readObjects({ [Symbol.asyncIterator]: () => lines }, client);
    if (once) await reading;
    else
      reading?.catch((error: unknown) =>
        terminal.writeError(`heliostat: ${error instanceof Error ? error.message : String(error)}\n`),
      );
    const close = async (): Promise<void> => {
      await lines?.return?.(); // whoever writes there may never end
      await client.close();
    };
    return { client, close };
  },
};

/** Every kind of source there is. */
export const sourceSchemes: readonly SourceScheme[] = [directory, memory];

/**
 * Opens `source`, such as `directory:./manifests`.
 *
 * @throws CommandError when it is not understood.
 */
export async function openSource(source: string, context: SourceContext): Promise<Source> {
  const [name = '', ...rest] = source.split(':');
  const scheme = sourceSchemes.find((known) => known.scheme === name);
  if (scheme !== undefined && rest.length > 0) return scheme.open(rest.join(':'), context);
  const forms = sourceSchemes.map(({ usage: [form] }) => form).join(', ');
  const hint = rest.length === 0 ? ` Did you mean directory:${source}?` : '';
  throw new CommandError(`Not a source: ${JSON.stringify(source)}.${hint} A source is one of: ${forms}.`);
}
