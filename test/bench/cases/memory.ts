/** What holding many objects takes: each side lists them in a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Finding } from '../findings.js';
import type { Holding, Side } from './holding.js';

const megabyte = 1024 * 1024;

export interface MemoryPlan {
  readonly objects: number;
}

/** Heliostat's process may not use more than three times what the Map's objects take: if it has to, it fails, and so does the bench. */
export async function measureMemory({ objects }: MemoryPlan): Promise<Finding> {
  const map = await hold('map', objects, 12_288);
  const clientNode = await hold('client-node', objects, 12_288);
  const limit = Math.max(256, Math.floor((3 * map.heap) / megabyte));
  const heliostat = await hold('heliostat', objects, limit);
  const cache = await hold('cache', objects, limit);
  const sides = { 'a bare Map': map, 'client-node': clientNode, Heliostat: heliostat, 'Heliostat, cache with two indices': cache };
  const rows = Object.entries(sides).map(([name, { heap, peak }]) => ({
    name,
    figures: [heap / megabyte, heap / objects, (heap - map.heap) / objects, heap / map.heap, peak / megabyte],
  }));
  return {
    title: `Memory, ${objects.toLocaleString('en-US')} objects`,
    method:
      'Each side lists the objects in a process of its own, page by page where it can; the heap is measured after a collection, the peak is ' +
      `the largest resident set. Heliostat's process ran, from the list to in sync, with a heap limit of ${limit} MB.`,
    columns: ['heap (MB)', 'bytes an object', 'more than the Map', 'times the Map', 'peak resident (MB)'],
    rows,
    verdicts: [
      {
        goal: `heap after a list of ${objects.toLocaleString('en-US')} objects, times a Map of the same parsed objects`,
        wanted: { atMost: 3 },
        measured: heliostat.heap / map.heap,
      },
      {
        goal: `the same for the cache, with two indices`,
        wanted: { atMost: 3 },
        measured: cache.heap / map.heap,
      },
    ],
  };
}

async function hold(side: Side, objects: number, limit: number): Promise<Holding> {
  const register = join(import.meta.dirname, '../register.mjs');
  const program = join(import.meta.dirname, 'holding.ts');
  const flags = ['--expose-gc', `--max-old-space-size=${limit}`, '--import', register];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, side, String(objects)]);
  return JSON.parse(stdout) as Holding; // holding.ts prints one
}
