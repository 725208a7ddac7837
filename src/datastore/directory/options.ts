import { ValidationError } from '../../model/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { MemoryDatastoreOptions } from '../memory/memory-options.js';
import type { Folder } from './folder.js';

/** How a directory datastore is set up. Times are in milliseconds. */
export interface DirectoryDatastoreOptions extends MemoryDatastoreOptions {
  /** The folder. Everything below it is read, through symbolic links too. */
  readonly path: string;
  /** How long a change must look the same before it is taken. 0: not at all. Default 100. */
  readonly settle?: number | undefined;
  /** Between two looks at the folder when nothing reports a change. 0: never. Default 10,000. */
  readonly rescanInterval?: number | undefined;
  /** The largest file that is read, in bytes. Default 8 MiB. */
  readonly maxFileSize?: number | undefined;
  /** Files that are read at most. Default 10,000. */
  readonly maxFiles?: number | undefined;
  /** Folders that are read at most, and watched. Default 10,000. */
  readonly maxFolders?: number | undefined;
  /** Documents of one file at most, counting the items of lists. Default 10,000. */
  readonly maxDocuments?: number | undefined;
  /** How often the content of one anchor may be repeated, directly and by what it holds (`maxAliasCount` of `yaml`). Default 100. */
  readonly maxAliasCount?: number | undefined;
  /**
   * Tokens of YAML in one document at most. Each takes about 10 µs and, while the document is read, 1 KB, and nothing else happens
   * meanwhile. Default 2,000,000: five megabytes of JSON, or twenty of what people write.
   */
  readonly maxTokens?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Told what cannot be read or watched. */
  readonly logger?: Logger | undefined;
  /** Where the files are. Default: in the file system, at `path`. */
  readonly folder?: Folder | undefined;
}

/** The numbers among the options, complete. */
export type DirectorySettings = Record<
  'settle' | 'rescanInterval' | 'maxFileSize' | 'maxFiles' | 'maxFolders' | 'maxDocuments' | 'maxAliasCount' | 'maxTokens',
  number
>;

const defaults: DirectorySettings = {
  settle: 100,
  rescanInterval: 10_000,
  maxFileSize: 8 * 1024 * 1024,
  maxFiles: 10_000,
  maxFolders: 10_000,
  maxDocuments: 10_000,
  maxAliasCount: 100,
  maxTokens: 2_000_000,
};

/**
 * Completes the options.
 *
 * @throws ValidationError when one of them is not what it must be.
 */
export function settingsOf(options: DirectoryDatastoreOptions): DirectorySettings {
  const { path } = options;
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new ValidationError(`Illegal path ${JSON.stringify(path)}: give the folder that holds the manifests.`, { field: 'path' });
  }
  const settings = { ...defaults };
  for (const field of Object.keys(defaults) as (keyof DirectorySettings)[]) {
    const value = options[field] ?? defaults[field];
    const least = field.startsWith('max') ? 1 : 0;
    if (!(value >= least)) {
      throw new ValidationError(`Illegal ${field} ${value}: it must be a number from ${least} up.`, { field });
    }
    settings[field] = value;
  }
  return settings;
}
