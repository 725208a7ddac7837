import type { MemoryDatastore } from '../memory.js';
import { CommandError, exitCodes } from './failure.js';

/**
 * Writes lines of `{"key": ..., "value": ...}` to a datastore; a value of `null` deletes what is at and below the key. The lines that
 * `--output ndjson` prints are such lines.
 *
 * @throws CommandError naming the line that is none.
 */
export async function readObjects(lines: AsyncIterable<string>, datastore: MemoryDatastore): Promise<void> {
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    try {
      await write(JSON.parse(line), datastore);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`Line ${number} of the input is no object to write: ${reason}`, exitCodes.failed);
    }
  }
}

async function write(parsed: unknown, datastore: MemoryDatastore): Promise<void> {
  if (typeof parsed !== 'object' || parsed === null || !('key' in parsed) || typeof parsed.key !== 'string') {
    if (typeof parsed === 'object' && parsed !== null && !('key' in parsed) && 'type' in parsed) return; // a status or a report
    throw new TypeError('it has no "key" that is a string');
  }
  const { key } = parsed;
  const value: unknown = 'value' in parsed ? parsed.value : undefined;
  if (value === null) await datastore.delete(key);
  else await datastore.apply({ key, value });
}
