/** The rooms whose code is changed, and the tests that are about it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Of each room: the files that are changed; the folders whose properties are about it; and those of all tests about it, of which the
 * last are about what stands on it.
 *
 * @type {Readonly<Record<string, { readonly mutate: readonly string[], readonly properties: readonly string[], readonly everything: readonly string[] }>>}
 */
export const rooms = {
  policy: {
    mutate: ['src/policy/**/*.ts'],
    properties: ['test/policy'],
    everything: ['test/policy', 'test/machines'],
  },
  store: {
    mutate: ['src/store/**/*.ts'],
    properties: ['test/store'],
    everything: ['test/store', 'test/datastore/memory'],
  },
  memory: {
    mutate: ['src/datastore/memory/**/*.ts'],
    properties: ['test/datastore/memory'],
    everything: ['test/datastore/memory', 'test/testing/faulty-client.test.ts', 'test/testing/conformance.test.ts'],
  },
  syncer: {
    mutate: ['src/syncer/**/*.ts'],
    properties: ['test/syncer'],
    everything: ['test/syncer'],
  },
  machines: {
    mutate: ['machines/**/*.ts', '!machines/**/*.table.ts', '!machines/**/*.types.ts', '!machines/index.ts'],
    properties: ['test/machines', 'test/testing/exploration'],
    everything: ['test/machines', 'test/testing/exploration', 'test/syncer'],
  },
};

/** The test files that are asked for: HELIOSTAT_ROOM says of which room, HELIOSTAT_TESTS whether its properties or its examples. */
export function testFilesOf({ HELIOSTAT_ROOM: room = 'policy', HELIOSTAT_TESTS: which = 'properties' } = process.env) {
  const { properties, everything } = rooms[room];
  if (which === 'examples')
    return everything.flatMap((folder) => filesIn(folder, /\.test\.ts$/)).filter((file) => !isProperty(file));
  return properties.flatMap((folder) => filesIn(folder, /\.test\.ts$/)).filter(isProperty);
}

/** Explorations are properties, whatever their files are called. */
function isProperty(file) {
  return file.endsWith('.property.test.ts') || file.includes('/exploration/');
}

function filesIn(folder, pattern) {
  if (folder.endsWith('.ts')) return [folder];
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && pattern.test(entry.name),
  );
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}
