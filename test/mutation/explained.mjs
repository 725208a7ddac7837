/**
 * Why each mutant that survives everything may: it is the same program, or differs in what nobody can observe through this package.
 * An explanation is about all survivors in one line of a file, or with `code` about those that change this part of it.
 */
const asQuickAsPossible = 'Equivalent: a short cut. The longer way behind it answers the same, which the properties show for both.';
const forTheCompiler = 'Equivalent: cannot happen. The condition is there for the compiler, which does not know it.';

const nameOnly =
  'Equivalent: the name of an effect among those of its state. Nothing refers to it; charts are drawn and listed without it.';

export const explained = [
  {
    file: 'src/policy/judge-list.ts',
    line: "if (applied === undefined || listed === undefined || compare === undefined) return 'accept';",
    code: 'compare === undefined',
    why: 'Equivalent: to call a function that is not there throws, and what throws while it compares is taken as not older.',
  },
  {
    file: 'src/policy/failure.ts',
    line: 'return asked > 0 ? Math.min(asked, longestRetryAfter) : 0;',
    code: 'asked > 0',
    why: 'Equivalent: of nothing the least is nothing.',
  },
  { file: 'src/store/plain-data.ts', line: 'if (freezeQuickly(value, limits)) return value;', why: asQuickAsPossible },
  {
    file: 'src/store/plain-data.ts',
    line: 'if (walk.copies) result.push(item);',
    why: 'Equivalent: a copy that nobody asked for is made, and thrown away.',
  },
  {
    file: 'src/store/plain-data.ts',
    line: 'if (walk.copies) define(result, name, item);',
    why: 'Equivalent: a copy that nobody asked for is made, and thrown away.',
  },
  {
    file: 'src/store/plain-data.ts',
    line: "if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });",
    why: 'Equivalent: to define a property does what assigning it does, more slowly; and whether it can be changed ends with the object being frozen.',
  },
  {
    file: 'src/store/selector.ts',
    line: 'matches: (key, value) => matchesKey(key) && (labels.length === 0 || carriesLabels(value, labels)),',
    why: asQuickAsPossible,
  },
  {
    file: 'src/store/selector.ts',
    line: 'if (kind !== undefined && !prefix && (namespace !== undefined || name === undefined)) {',
    why: asQuickAsPossible,
  },
  {
    file: 'src/store/selector.ts',
    line: 'const from = first !== undefined && (range === undefined || first > range.from) ? first : range?.from;',
    code: 'first !== undefined',
    why: 'Equivalent: a comparison with undefined is false, and without a range both sides are undefined.',
  },
  {
    file: 'src/store/selector.ts',
    line: 'const from = first !== undefined && (range === undefined || first > range.from) ? first : range?.from;',
    code: 'first > range.from',
    why: 'Equivalent: where the two are equal it does not matter which one is taken.',
  },
  {
    file: 'src/store/transact.ts',
    line: 'if (after === undefined) draft.delete(key);',
    why: 'Equivalent: setting a key to undefined is how a draft deletes it. The types do not allow it, so the code does not do it.',
  },
  { file: 'src/store/transact.ts', line: 'const isRebuilt = changes.length * rebuildShare > tree.size;', why: asQuickAsPossible },
  {
    file: 'src/store/object-tree.ts',
    line: 'for (const [key, value] of this.nodes.entries(range?.from, [])) {',
    why: 'Equivalent: the array is one that the library fills again and again instead of making new ones; what is in it before does not matter.',
  },
  { file: 'src/store/object-tree.ts', line: 'if (earlier.nodes === this.nodes) return [];', why: asQuickAsPossible },
  {
    file: 'src/store/object-tree.ts',
    line: 'return keys.length === 0 ? empty : new ObjectTree(bulkLoad(keys, values, maxNodeSize, compareKeys));',
    why: 'Equivalent: a tree made of nothing is empty, too.',
  },
  {
    file: 'src/store/quick-freeze.ts',
    line: "if (descriptor === undefined || !('value' in descriptor) || !freeze(descriptor.value, depth, allowance)) return false;",
    why: 'Equivalent: to ask what is not there throws, and what throws is left to the closer look, like what is refused here.',
  },
  {
    file: 'src/store/quick-freeze.ts',
    line: "if (descriptor === undefined || !('value' in descriptor)) return false;",
    why: 'Equivalent: to ask what is not there throws, and what throws is left to the closer look, like what is refused here.',
  },
  {
    file: 'src/store/snapshot.ts',
    line: 'if (earlier instanceof TreeSnapshot) return this.#tree.diff(earlier.#tree);',
    why: asQuickAsPossible,
  },
  { file: 'src/store/snapshot.ts', line: '.toSorted((a, b) => (a < b ? -1 : 1))', why: 'Equivalent: no key is there twice.' },
  {
    file: 'src/datastore/memory/history.ts',
    line: 'this.entries = [{ state: initial, at, changes: [], notices: [], told: new Set() }];',
    why: 'Equivalent: nobody can watch what led to the first revision.',
  },
  {
    file: 'src/datastore/memory/history.ts',
    line: 'private release(): void {',
    why: 'Differs in memory only: entries that nobody can read any more stay, or leave, sooner or later.',
  },
  {
    file: 'src/datastore/memory/history.ts',
    line: 'if (this.start * 2 <= this.entries.length) return;',
    why: 'Differs in memory and time only: entries that nobody can read any more leave sooner or later.',
  },
  {
    file: 'src/datastore/memory/history.ts',
    line: 'if (entry === undefined) throw new RangeError(`history has no entry ${index} of ${this.entries.length}`);',
    why: forTheCompiler,
  },
  {
    file: 'src/datastore/memory/list-page.ts',
    line: 'if (!hasMore || last === undefined) return { state, items };',
    why: forTheCompiler,
  },
  {
    file: 'src/datastore/memory/leases.ts',
    line: 'if (timer !== undefined) this.clock.clearTimeout(timer);',
    why: 'Equivalent: every clock does nothing when it is to clear no timer. The types do not allow it, so the code does not do it.',
  },
  {
    file: 'src/datastore/memory/list-page.ts',
    line: 'let hasMore = false;',
    why: 'Equivalent: whoever finds an item says whether there is more, and without an item there is nothing to go on behind.',
  },
  {
    file: 'src/datastore/memory/memory-backend.ts',
    line: "const initial = wantsList ? this.versions.stateAt(request.revision, 'notOlderThan') : undefined;",
    why: "Equivalent: every word but 'exact' means this one.",
  },
  {
    file: 'machines/syncer-status.machine.ts',
    line: "isKnownType: ({ context, event }) => event.type === 'type.reported' && event.index in context.reports,",
    why: forTheCompiler,
  },
  {
    file: 'machines/syncer-status.machine.ts',
    line: "return event.type === 'type.reported' ? context.reports.with(event.index, event.status) : context.reports;",
    why: forTheCompiler,
  },
  {
    file: 'machines/syncer-status.machine.ts',
    line: "if (event.type !== 'type.reported' || !(event.index in context.reports)) return undefined;",
    why: forTheCompiler,
  },
  {
    file: 'machines/reflector.decisions.ts',
    line: "return event.type !== 'watch.ended' || isWatchEndAnswer(event.failure, event.wasOpened);",
    why: 'Equivalent: no other fact carries a failure, and without one the answer is the same.',
  },
  {
    file: 'machines/reflector.machine.ts',
    line: "decide.isCurrent(context, event) && event.type === 'list.completed' && event.revision !== undefined,",
    code: "event.type === 'list.completed'",
    why: forTheCompiler,
  },
  {
    file: 'machines/poller.machine.ts',
    line: "invoke: { src: 'fetch', id: 'fetch', input: ({ context }) => ({ request: context.request }) },",
    code: "'fetch'",
    why: nameOnly,
  },
  {
    file: 'machines/reflector.machine.ts',
    line: "invoke: { src: 'list', id: 'list', input: ({ context }) => decide.listInput(context) },",
    code: "'list'",
    why: nameOnly,
  },
  {
    file: 'machines/reflector.machine.ts',
    line: "invoke: { src: 'watch', id: 'watch', input: ({ context }) => ({ ...decide.listInput(context), initialList: true }) },",
    code: "'watch'",
    why: nameOnly,
  },
  {
    file: 'machines/reflector.machine.ts',
    line: "id: 'watch',",
    code: "'watch'",
    why: nameOnly,
  },
  {
    file: 'machines/syncer-status.machine.ts',
    line: "id: 'syncerStatus',",
    why: 'Equivalent for whoever runs it: the chart has no transition that refers to its own name. The pages in docs/machines carry it, and are compared.',
  },
];
