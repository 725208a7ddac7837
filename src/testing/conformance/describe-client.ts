import assert from 'node:assert/strict';
import type { Backend, ClientCapabilities } from '../../model/client.js';
import type { KVPair } from '../../model/kv-pair.js';
import { lifecycleProperties } from './lifecycle.js';
import type { Conformance, ConformanceProperty, ConformanceTools, ConformanceWriter, Need, ValueWish } from './property.js';
import { readProperties } from './reads.js';
import { watchProperties } from './watches.js';
import { writeProperties } from './writes.js';

/** How a client under test comes about. */
export interface ConformanceOptions<C extends Backend> {
  /** Makes a client of a fresh, empty datastore. It is closed when the property is done. */
  readonly create: () => C | Promise<C>;
  /** What it does not offer, as `{ bookmarks: false }`: the same as its own `capabilities` say. Not tested, and reported. */
  readonly capabilities?: Partial<ClientCapabilities>;
  /** What only you can do to it. What is absent is not tested, and reported. */
  readonly tools?: ConformanceTools<C>;
  /** Writes to the datastore behind a client that cannot. Default: the client. */
  readonly writer?: (client: C) => ConformanceWriter;
  /** Three kinds, of which the second begins with the first. Default: `pods`, `podsets`, `nodes`. */
  readonly kinds?: readonly [string, string, string];
  /** Makes a value that the datastore takes; labels belong into `metadata.labels`. */
  readonly value?: (wish: ValueWish) => unknown;
  /** Releases what `create` has made, after the client was closed. */
  readonly dispose?: (client: C) => Promise<void>;
}

/** The parts of a test runner that are needed: those of vitest, jest, mocha and node:test fit. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** Which properties apply to a client, and which do not, for want of what. */
export interface ConformancePlan {
  readonly properties: readonly string[];
  readonly notOffered: readonly { readonly property: string; readonly missing: readonly Need[] }[];
}

const capabilityNames: readonly (keyof ClientCapabilities)[] = [
  'writes',
  'watch',
  'history',
  'paging',
  'initialList',
  'bookmarks',
  'previousValues',
  'ttl',
  'deleteConditions',
  'transactions',
];

const allProperties: readonly ConformanceProperty[] = [
  ...writeProperties,
  ...readProperties,
  ...watchProperties,
  ...lifecycleProperties,
];

/**
 * Describes what every client must do, as tests: of writing, reading, watching, of its life, and of a syncer that is built on it. The
 * capabilities select the properties; for each one that does not apply there is a test whose name says why.
 *
 * @param name names the client in the test report.
 * @param options how to make one.
 * @param environment the test runner.
 * @returns which properties apply, and which do not, for want of what.
 *
 * @example
 * ```ts
 * import { describe, it } from 'vitest';
 * import { MemoryDatastore } from 'heliostat/memory';
 * import { describeClient } from 'heliostat/testing';
 *
 * describeClient('the memory datastore', { create: () => new MemoryDatastore(), tools: { compact: (client, revision) => client.compact(revision) } }, { runner: { describe, it } });
 * ```
 */
export function describeClient<C extends Backend>(
  name: string,
  options: ConformanceOptions<C>,
  { runner }: { readonly runner: TestRunner },
): ConformancePlan {
  const isOffered = (need: Need): boolean =>
    isTool(need) ? options.tools?.[need] !== undefined : options.capabilities?.[need] !== false;
  const missingOf = ({ needs }: ConformanceProperty): readonly Need[] => needs.filter((need) => !isOffered(need));
  runner.describe(`${name}, as a client`, () => {
    runner.it('its capabilities are the ones it is tested for', () => checkCapabilities(options));
    for (const property of allProperties) {
      const missing = missingOf(property);
      const title = `${property.spec}: ${property.name}`;
      if (missing.length === 0) runner.it(title, () => runProperty(property, options));
      else runner.it(`${title} (not tested: ${missing.join(', ')} not offered)`, () => Promise.resolve());
    }
  });
  const applying = allProperties.filter((property) => missingOf(property).length === 0);
  const others = allProperties.filter((property) => missingOf(property).length > 0);
  return {
    properties: applying.map((property) => property.name),
    notOffered: others.map((property) => ({ property: property.name, missing: missingOf(property) })),
  };
}

/** A capability that is declared differently here and there would be a silent difference. */
async function checkCapabilities<C extends Backend>(options: ConformanceOptions<C>): Promise<void> {
  const client = await options.create();
  try {
    for (const name of capabilityNames) {
      assert.equal(client.capabilities[name] ?? false, options.capabilities?.[name] ?? true, `capabilities.${name}`);
    }
  } finally {
    await client.close();
    await options.dispose?.(client);
  }
}

function isTool(need: Need): need is keyof ConformanceTools {
  return need === 'advance' || need === 'compact' || need === 'corrupt';
}

async function runProperty<C extends Backend>(property: ConformanceProperty, options: ConformanceOptions<C>): Promise<void> {
  const client = await options.create();
  try {
    await property.run(conformanceOf(client, options));
  } finally {
    await client.close();
    await options.dispose?.(client);
  }
}

function conformanceOf<C extends Backend>(client: C, options: ConformanceOptions<C>): Conformance {
  const { writer, kinds = ['pods', 'podsets', 'nodes'], value = defaultValue, tools = {} } = options;
  return {
    client,
    writer: writer?.(client) ?? { apply: (object: KVPair) => client.apply(object), delete: (key) => client.delete(key) },
    kinds,
    value,
    // The tools are for this client, which is what the properties pass to them.
    tools: tools as ConformanceTools,
  };
}

function defaultValue({ key, n, labels }: ValueWish): unknown {
  return { metadata: { name: key.split('/').at(-1) ?? '', ...(labels === undefined ? {} : { labels }) }, n };
}
