/**
 * The bug zoo: bugs that others and we have had, as changes of one place of the sources. Every one of them must be found.
 *
 * `from` must be in its file exactly once: a mutant that does not fit the sources any more is an error, not a mutant that survives.
 */
export interface Mutant {
  /** As in `?mutant=`. */
  readonly name: string;
  /** What goes wrong. */
  readonly bug: string;
  /** Where it happened. */
  readonly seen: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Every layer must find it, and not only one. */
  readonly everyLayer?: true;
}

const reflector = 'machines/reflector.machine.ts';
const decisions = 'machines/reflector.decisions.ts';
const effects = 'src/reflector/effects.ts';
const typeMirror = 'src/syncer/type-mirror.ts';
const changeQueue = 'src/syncer/change-queue.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'stale-relist',
    bug: 'the list of a lagging replica is believed',
    seen: 'kubernetes #59848, #83520',
    file: 'src/policy/judge-list.ts',
    from: "return mayGoBack && !isIdentified ? 'accept' : 'stale';",
    to: "return 'accept';",
  },
  {
    name: 'missed-delete',
    bug: 'a relist does not delete the first key that is gone',
    seen: 'kubernetes #115658, #83911; kubernetes-client/javascript #494, #572',
    file: 'src/store/transact.ts',
    from: 'for (const change of gone) changes.push(change);',
    to: 'for (const change of gone.slice(1)) changes.push(change);',
    everyLayer: true,
  },
  {
    name: 'phantoms',
    bug: 'a list is taken as additions: nothing is ever deleted by it',
    seen: 'porch #1101',
    file: 'src/store/transact.ts',
    from: 'for (const change of gone) changes.push(change);',
    to: 'gone.length = 0;',
  },
  {
    name: 'ignored-deletion',
    bug: 'a deletion that a watch tells is not taken',
    seen: 'kubernetes-client/javascript #494, #572',
    file: typeMirror,
    from: 'draft.delete(key);\n      removals.set(key, event.revision);',
    to: 'removals.set(key, event.revision);',
  },
  {
    name: 'too-new-loop',
    bug: 'a revision that the datastore does not know is asked for again and again',
    seen: 'kubernetes #107133',
    file: reflector,
    from: "actions: ['recordListFailure', 'forgetFloor'],",
    to: "actions: ['recordListFailure'],",
  },
  {
    name: 'hot-loop',
    bug: 'a watch that is accepted and closed at once counts as a success: it is opened again without a pause',
    seen: 'kubernetes #104171, #137089',
    file: decisions,
    from: "return event.type === 'watch.ended' && event.wasOpened && event.received === 0 && event.lasted < timings.shortWatch;",
    to: 'return timings.shortWatch < 0;',
  },
  {
    name: 'silence',
    bug: 'a half-open connection is never noticed',
    seen: 'kubernetes-client/javascript #596, #364; etcd3',
    file: reflector,
    from: "    idleLimit: { target: '#watching.waiting', actions: ['recordWatchTimeout', 'missContact'] },\n",
    to: '',
  },
  {
    name: 'request-storm',
    bug: 'the backoff is reset by a connection, not by progress',
    seen: 'kubernetes-client/javascript #1933',
    file: reflector,
    from: "'watch.opened': { guard: 'isCurrent', target: 'following' },",
    to: "'watch.opened': { guard: 'isCurrent', target: 'following', actions: 'forgetWatchFailures' },",
    everyLayer: true,
  },
  {
    name: 'resumed-too-far',
    bug: 'a watch is resumed one revision too far',
    seen: 'etcd3, which resumes after the revision of the header; kubernetes #136583',
    file: decisions,
    from: 'return { revision: event.revision, floor: event.revision, watchFailures: 0,',
    to: 'return { revision: `${Number(event.revision) + 1}`, floor: event.revision, watchFailures: 0,',
    everyLayer: true,
  },
  {
    name: 'gap',
    bug: 'a watch begins at the present, not at the revision of the list',
    seen: 'kube-rs #134; calico, a watch without its revision',
    file: effects,
    from: 'const from = input.initialList ? input.notOlderThan : input.applied;',
    to: 'const from = input.initialList ? input.notOlderThan : undefined;',
  },
  {
    name: 'dead-after-compaction',
    bug: 'compaction ends a watch, and the same revision is asked for again for ever',
    seen: 'cn-infra #265',
    file: reflector,
    from: "isCompacted: ({ context, event }) => decide.failedAs(context, event, ['compacted', 'tooNew']),",
    to: 'isCompacted: () => false,',
  },
  {
    name: 'replayed',
    bug: 'what a watch tells again is taken again: back in time',
    seen: 'kubernetes-client/javascript #1598; etcd #15271',
    file: 'src/reflector/read-watch.ts',
    from: 'return this.compare === undefined || !isOlder(revision, before, this.compare);',
    to: 'return true;',
  },
  {
    name: 'unfenced',
    bug: 'a late answer to a request that was given up is taken',
    seen: 'XState: done events are matched by the id of the invocation alone',
    file: decisions,
    from: "return 'request' in event && event.request === context.request;",
    to: "return 'request' in event && context.request >= 0;",
  },
  {
    name: 'synced-before-the-sweep',
    bug: 'a status is told before the updates that belong to it',
    seen: 'calico: InSync before the deletes of a resync',
    file: changeQueue,
    from: "this.pending.push({ kind: 'status', status });",
    to: "this.pending.unshift({ kind: 'status', status });",
    everyLayer: true,
  },
  {
    name: 'first-is-enough',
    bug: 'in sync with the first resource type',
    seen: 'calico: InSync counted instead of folded',
    file: 'src/policy/status.ts',
    from: 'return distinct.size > 1 ? SyncStatus.ResyncInProgress : only;',
    to: 'return distinct.has(SyncStatus.InSync) ? SyncStatus.InSync : distinct.size > 1 ? SyncStatus.ResyncInProgress : only;',
  },
  {
    name: 'updates-while-waiting',
    bug: 'updates are told while the status is still waiting for the datastore',
    seen: 'calico: updates in WaitForDatastore after a disconnect',
    file: typeMirror,
    from: 'replaceAll(list: KVPairList<In>): void {\n    const { host } = this.options;\n    this.reconnected();\n    host.leaveWaiting();',
    to: 'replaceAll(list: KVPairList<In>): void {\n    const { host } = this.options;\n    this.reconnected();',
  },
  {
    name: 'merged-identity',
    bug: 'an object that was deleted and created again looks like one that was updated',
    seen: 'kubernetes: delete and add coalesced',
    file: changeQueue,
    from: 'const recreated = before.uid !== undefined && after.uid !== undefined && before.uid !== after.uid;',
    to: 'const recreated = false;',
  },
  {
    name: 'old-processor-state',
    bug: 'a processor remembers what was before the list',
    seen: 'calico: caches of update processors after a resync',
    file: 'src/syncer/conversion.ts',
    from: '    this.restart();\n    const next',
    to: '    const next',
  },
  {
    name: 'fatal-consumer',
    bug: 'a consumer that throws is not called any more',
    seen: 'fabric8 #6379; XState: a subscriber that throws',
    file: 'src/syncer/consumer.ts',
    from: 'const error = thrown instanceof Error ? thrown : new Error(`A callback threw',
    to: "this.state = 'closed';\n      const error = thrown instanceof Error ? thrown : new Error(`A callback threw",
  },
  {
    name: 'lost-timer',
    bug: 'after a failure nothing is left that would try again',
    seen: 'the first model of this library',
    file: reflector,
    from: "                  after: { watchRetry: { target: 'resuming' } },\n",
    to: '',
  },
  {
    name: 'audit-without-revision',
    bug: 'a list of no known moment is taken, and the watch goes on from the revision before it',
    seen: 'this library, found by exploration',
    file: reflector,
    from: "{ guard: 'hasRevision', target: '#watching', actions: takeList },\n",
    to: "{ guard: 'isCurrent', target: '#watching', actions: takeList },\n",
  },
  {
    name: 'half-a-list',
    bug: 'when a page has expired, the pages before it are taken for the list',
    seen: 'client-go before resumable pagers; calico, a failed page',
    file: 'src/reflector/read-list.ts',
    from: 'onPage();\n    return client.list(list, { ...atLeast, signal });',
    to: 'onPage();\n    return { items, malformed, revision: first.revision ?? "" };',
  },
  {
    name: 'impatient',
    bug: 'what a throttling datastore asks for is ignored',
    seen: 'kubernetes-client/javascript #1933',
    file: 'src/policy/failure.ts',
    from: "const asked = failure?.kind === 'throttled' ?",
    to: "const asked = failure?.kind === 'throttled' && failure.error === undefined ?",
  },
  {
    name: 'left-running',
    bug: 'a request goes on after its state was left',
    seen: 'etcd3, kubernetes-client/javascript: sockets after stop',
    file: effects,
    from: 'return () => abort.abort();',
    to: 'return () => {};',
  },
  {
    name: 'hidden-for-ever',
    bug: 'a key of two resource types vanishes with the first of them',
    seen: 'calico: two resources, one key',
    file: 'src/syncer/picture.ts',
    from: 'put(draft, key, owner === undefined ? undefined : all[owner]?.get(key));',
    to: 'put(draft, key, all[index]?.get(key));',
  },
];
