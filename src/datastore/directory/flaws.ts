/** What can be wrong with files and folders as such, as people are told. */
import { untilThen, type Flaw } from './declaration.js';
import { errorCode } from './folder.js';

/** How much was not looked at. */
interface Refusals {
  readonly refused: number;
  readonly refusedFolders: number;
}

/** How much is looked at. */
interface Maxima {
  readonly maxFiles: number;
  readonly maxFolders: number;
}

export function unreadableFolder(path: string, cause: unknown): Flaw {
  const reason = `This folder cannot be read (${errorCode(cause)}). Give access to it, or remove it. Until then, what it held stays as it was`;
  return { rawKey: path, path, reason, cause };
}

export function tooMany({ refused, refusedFolders }: Refusals, { maxFiles, maxFolders }: Maxima): Flaw {
  const reasons = [
    ...(refused === 0
      ? []
      : [`${refused} manifests more than the ${maxFiles} that are read. Remove some, or raise the option maxFiles`]),
    ...(refusedFolders === 0
      ? []
      : [`more than the ${maxFolders} folders that are read. Remove some, or raise the option maxFolders`]),
  ];
  return { rawKey: '.', path: '.', reason: reasons.map((reason) => `This folder holds ${reason}`).join('. ') };
}

export function restlessFile(path: string): Flaw {
  const reason = `This file keeps changing, so it is not read. Write it elsewhere and rename it, or pause between two writes${untilThen}`;
  return { rawKey: path, path, reason };
}

export function tooLargeFile(path: string, size: number, most: number): Flaw {
  const reason = `This file has ${size} bytes, more than ${most}. Split it, or raise the option maxFileSize${untilThen}`;
  return { rawKey: path, path, reason };
}

export function unreadableFile(path: string, cause: unknown): Flaw {
  const reason = `This file cannot be read (${errorCode(cause)}). Give access to it, or remove it${untilThen}`;
  return { rawKey: path, path, reason, cause };
}

/** @param reason what a walk found, such as "is not a regular file. Put a file there". */
export function unusableFile(path: string, reason: string, cause: unknown): Flaw {
  return { rawKey: path, path, reason: `This ${reason}${untilThen}`, cause };
}
