/**
 * Why each mutant that survives everything may: it is the same program, or differs in what nobody can observe through this package.
 * An explanation is about all survivors in one line of a file, or with `code` about those that change this part of it.
 */
const asQuickAsPossible = 'Equivalent: a short cut. The longer way behind it answers the same, which the properties show for both.';
const forTheCompiler = 'Equivalent: cannot happen. The condition is there for the compiler, which does not know it.';

const nameOnly =
  'Equivalent: the name of an effect among those of its state. Nothing refers to it; charts are drawn and listed without it.';

const memoryOnly = 'Differs in memory only: what is empty stays where nobody finds it, until the next list.';
const sortsDistinct = 'Equivalent: no key is there twice.';
const saysNothing = 'Equivalent: what has neither a key nor a value claims nothing, like an empty answer.';

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
  {
    file: 'src/syncer/change-queue.ts',
    line: 'const finalStateUnknown = removal?.finalStateUnknown ?? true;',
    why: 'Equivalent: of a key that is absent in the end it is always known how it was deleted, since whoever tells of the deletion says so. The rest is there for the compiler.',
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'removal?.revision,',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'if (changes.length === 0) return;',
    why: 'Equivalent: a group of changes without a key is taken, and tells nothing.',
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'if (shown.size === 0) return;',
    why: 'Equivalent: a group of changes without a key is taken, and tells nothing. An iteration that has nothing to give ends when it is asked, as before.',
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'touch(open.touched, { key, before, after, removal: after === undefined ? removalOf(key) : undefined });',
    why: 'Equivalent: how a key was deleted is looked at only where it is absent in the end, and then the last change, a deletion, has said so.',
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: "this.remove((item) => item.kind === 'notice' && item.slot === slot);",
    code: "item.kind === 'notice'",
    why: 'Equivalent: only notices have a slot. The condition is there for the compiler.',
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'if (next !== undefined && !wouldTellWhileWaiting) {',
    code: 'next !== undefined',
    why: 'Equivalent: no two statuses in a row are the same, so of nine the third at the latest can be left out; the last one is never come to.',
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'if (after === before || (after !== undefined && before !== undefined && isSameState(before, after))) return undefined;',
    code: 'after === before',
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/change-queue.ts',
    line: 'if (before === undefined) return undefined;',
    why: 'Equivalent: where both are absent they are equal, which has been looked at before. The condition is there for the compiler.',
  },
  {
    file: 'src/syncer/conversion.ts',
    line: 'for (const result of results ?? []) {',
    why: 'Equivalent: what is no result has no key and shows nothing; to delete what is not there does nothing.',
  },
  {
    file: 'src/syncer/conversion.ts',
    line: "if (failed.size > 0 && this.options.onMalformed === 'keepLast') {",
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/conversion.ts',
    line: 'const entries = [...next].toSorted(([a], [b]) => (a < b ? -1 : 1));',
    why: sortsDistinct,
  },
  {
    file: 'src/syncer/conversion.ts',
    line: 'const uid = (after ?? before)?.uid;',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/mirrored-type.ts',
    line: "onMalformed: type.onMalformed ?? 'keepLast',",
    why: "Equivalent: the mirror asks for 'delete' only; every other word means to keep.",
  },
  {
    file: 'src/syncer/mirrored-type.ts',
    line: 'if (status === this.reported) return;',
    why: 'Equivalent: a short cut. The chart that puts the statuses together takes the same one again, and what has not changed is not published.',
  },
  {
    file: 'src/syncer/mirrored-type.ts',
    line: 'if (isParseError(error)) this.mirror.defer(() => quarantine.clear(this.processor, error.rawKey));',
    why: 'Equivalent: no other error names an entry, and what is not in quarantine does not leave it.',
  },
  {
    file: 'src/syncer/processors/claims.ts',
    line: 'for (const key of before) if (!claimed.has(key)) this.withdraw(key, change.key);',
    why: 'Equivalent: a claim that stays is taken away and put back at once; claims are sorted when they are resolved.',
  },
  {
    file: 'src/syncer/processors/claims.ts',
    line: 'if (claimed.size === 0) this.claimedBy.delete(change.key);',
    why: memoryOnly,
  },
  {
    file: 'src/syncer/processors/claims.ts',
    line: 'claimants?.delete(source);',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/processors/claims.ts',
    line: 'if (claimants?.size === 0) this.claimsOn.delete(key);',
    code: 'claimants?.size === 0',
    why: memoryOnly,
  },
  {
    file: 'src/syncer/processors/claims.ts',
    line: 'if (claimants?.size === 0) this.claimsOn.delete(key);',
    code: 'claimants?.size',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/processors/claims.ts',
    line: 'const [first, ...others] = [...(this.claimsOn.get(key)?.values() ?? [])].toSorted((a, b) => (a.source < b.source ? -1 : 1));',
    why: sortsDistinct,
  },
  {
    file: 'src/syncer/processors/ready-made.ts',
    line: 'const [top, ...below] = layers.toSorted((a, b) => b.value.layer - a.value.layer || (a.source < b.source ? -1 : 1));',
    why: 'Equivalent: claims come in the order of their sources, none twice, and the sort leaves what it is not told to swap. It compares a later one with an earlier one, never the other way round, in V8, the engine that this runs on; what a comparison that contradicts itself does elsewhere is open.',
  },
  {
    file: 'src/syncer/processors/ready-made.ts',
    line: 'const values = [...below.toReversed(), top].flatMap((claim) => (claim === undefined ? [] : [claim.value.value]));',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/processors/ready-made.ts',
    line: 'return claims({ claim: (object: KVPair<V>) => (predicate(object) ? [object] : []), resolve: firstClaim<V> });',
    why: saysNothing,
  },
  {
    file: 'src/syncer/processors/ready-made.ts',
    line: 'return target === null ? [] : [{ key: target, value: value(object) }];',
    why: saysNothing,
  },
  {
    file: 'src/syncer/processors/ready-made.ts',
    line: 'return key === null ? [] : [{ key, value: { layer: layer(object), value: object.value } }];',
    why: saysNothing,
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: 'const commit = replaceAll(this.objects, [], () => false);',
    why: 'Equivalent: with nothing listed there is nothing to compare, and nobody asks.',
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: "if (pairs.every(({ key }, index) => index === 0 || (pairs[index - 1]?.key ?? '') < key)) return pairs;",
    code: "''",
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: "if (pairs.every(({ key }, index) => index === 0 || (pairs[index - 1]?.key ?? '') < key)) return pairs;",
    code: 'pairs[index - 1]?.key',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: "if (pairs.every(({ key }, index) => index === 0 || (pairs[index - 1]?.key ?? '') < key)) return pairs;",
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: 'if (this.deferred.length > 0 || this.options.host.hasQuarantined()) this.defer(() => this.options.host.release(rawKey));',
    why: 'Equivalent: a short cut. What is not in quarantine does not leave it, and nothing is told.',
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: 'const at = revision === undefined ? {} : { revision };',
    code: 'revision === undefined',
    why: 'Equivalent: a ParseError has the property revision in any case, undefined where none is known.',
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: "if (malformed.length === 0 || this.options.onMalformed === 'delete') return;",
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: 'if (changes.length > 0) this.options.host.show(after, changes, removalOf);',
    why: 'Equivalent: a short cut. Without a change the picture stays the same, and nobody is told anything.',
  },
  {
    file: 'src/syncer/type-mirror.ts',
    line: 'return [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));',
    why: sortsDistinct,
  },
  {
    file: 'src/syncer/consumer.ts',
    line: "const delivery = this.state === 'delivering' ? this.queue.take(this.options.maxBatchSize) : undefined;",
    why: 'Equivalent: to close a consumer empties its queue, and nobody fills it after the end of the syncer.',
  },
  {
    file: 'src/syncer/consumer.ts',
    line: "if (this.state === 'delivering') this.state = 'idle';",
    why: 'Equivalent: what is closed has an empty queue, and nobody fills it after the end of the syncer: idle or closed, nothing wakes it, and who waits for it is released.',
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: "private life: Life = { stage: 'created' };",
    why: 'Equivalent: it is asked only whether it is running or stopped; the first stage is a word for readers.',
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: "const { pageSize = syncerDefaults.pageSize, maxBatchSize = Infinity, initialList = 'paged' } = options;",
    code: "'paged'",
    why: "Equivalent: every word but 'streamed' means this one.",
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: "if (this.fold.getSnapshot().status !== 'active') return;",
    why: 'Equivalent: a chart that has ended takes nothing in any more, and a status that has not changed is not published.',
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: 'const [first, second] = [this.mirrored[shown]?.type.list ?? {}, this.mirrored[hidden]?.type.list ?? {}];',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: 'this.audience.change(changes, this.picture.shown, () => ({ revision: undefined, finalStateUnknown: true }));',
    code: '() => ({ revision: undefined, finalStateUnknown: true })',
    why: 'Equivalent: what is not known of a deletion is taken as this: no revision, and the final state unknown.',
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: 'this.audience.change(changes, this.picture.shown, () => ({ revision: undefined, finalStateUnknown: true }));',
    code: '{ revision: undefined, finalStateUnknown: true }',
    why: 'Equivalent: what is not known of a deletion is taken as this: no revision, and the final state unknown.',
  },
  {
    file: 'src/syncer/mirror-syncer.ts',
    line: 'const isInTime = await Promise.race([work.then(() => true), pause(this.clock, limit, abort.signal).then(() => false)]);',
    code: '() => false',
    why: 'Equivalent: undefined is as little in time as false.',
  },
  {
    file: 'src/syncer/audience.ts',
    line: "signal?.addEventListener('abort', end, { once: true });",
    why: 'Equivalent: a signal aborts once, and the end of the iteration takes the listener away.',
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'if (all.length === 1) return { after: replace(picture, { outputs: all, shown: outputs }), changes, collisions: [] };',
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'const isOursAlone = draft.get(key) === before && !picture.contested.has(key);',
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'if (isOursAlone) {',
    why: asQuickAsPossible,
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'put(draft, key, owner === undefined ? undefined : all[owner]?.get(key));',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'if (before !== undefined || owner === undefined || next === undefined) continue;',
    code: 'owner === undefined',
    why: 'Equivalent: without an owner there is no next one, either. The condition is there for the compiler.',
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'for (const { key } of collisions) draft.set(key, true);',
    why: 'Equivalent: it is asked only whether the key is there.',
  },
  {
    file: 'src/syncer/picture.ts',
    line: 'if (value === undefined) draft.delete(key);',
    why: 'Equivalent: setting a key to undefined is how a draft deletes it. The types do not allow it, so the code does not do it.',
  },
  {
    file: 'src/syncer/update-stream.ts',
    line: 'this.waiting.shift()?.({ done: false, value: batch });',
    why: forTheCompiler,
  },
  {
    file: 'src/syncer/update-stream.ts',
    line: "if (this.waiting.length === 0 || this.state === 'ended') return undefined;",
    why: 'Equivalent: what has ended has an empty queue, and nobody fills it any more.',
  },
  {
    file: 'src/syncer/update-stream.ts',
    line: "if (this.state === 'draining' && !this.queue.isEmpty) return;",
    why: 'Equivalent: whoever ends an open iteration has emptied its queue, and that of one that has ended is empty.',
  },
];
