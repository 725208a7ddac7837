/** What people see: boxes and tables, as they look, and what no text whatever can do to them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFinalised, formatRecords, formatTaken } from '../../../src/controller/history/print.js';
import type { EventRecord, TransactionRecord } from '../../../src/controller/history/record.js';
import { formatTransaction } from '../../../src/controller/history/transaction-table.js';
import type { RecordedTransaction } from '../../../src/controller/southbound/port.js';
import { anyRecord, recordWith } from './records.js';

const startedAt = Date.UTC(2026, 10, 21, 22, 37, 36, 123);
const transaction: TransactionRecord = {
  kind: 'update',
  sequence: 7,
  outcome: 'partlyApplied',
  versionBefore: 12,
  versionAfter: 13,
  changes: [
    { key: '/routes/10.1.0.6', before: { via: 'web-1' }, wantedBy: ['routes'] },
    { key: '/routes/10.1.0.7', after: { via: 'web-0' }, wantedBy: ['routes', 'operator'] },
    { key: '/rules/web', before: { allow: [80] }, after: { allow: [80, 443] }, wantedBy: ['rules'] },
  ],
  failures: [
    {
      key: '/rules/web/443',
      owner: '/rules/web',
      wantedBy: ['rules'],
      operation: 'create',
      isRevert: false,
      error: { name: 'Error', message: 'the firewall did not answer' },
    },
  ],
};
const record: EventRecord = {
  sequence: 4,
  name: 'Kube State Change',
  description: 'Kube State Change [pod]\n  * key: /default/web-0\n  * new value: {"ip":"10.1.0.7"}',
  method: 'update',
  transactionType: 'bestEffort',
  direction: 'forward',
  startedAt,
  endedAt: startedAt + 1234,
  followUpTo: 3,
  handlers: [
    { handler: 'addresses', isRevert: false, change: 'assigned 10.1.0.7', took: 1.23 },
    { handler: 'routes', isRevert: false, change: 'added a route to 10.1.0.7\nremoved the route to 10.1.0.6', took: 0.04 },
    {
      handler: 'rules',
      isRevert: false,
      change: '',
      took: 1200,
      error: {
        name: 'RangeError',
        message: 'the port 99999 is none: ports go from 1 to 65535, and this one came from an annotation of the pod',
      },
    },
  ],
  transaction,
  error: {
    name: 'EventFailedError',
    code: 'event-failed',
    message: '2 errors',
    errors: [
      { name: 'RangeError', message: 'the port 99999 is none' },
      {
        name: 'TransactionError',
        code: 'transaction-failed',
        message: 'not all was applied',
        cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.0.0.1:443' },
      },
    ],
  },
};

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

describe('the printed view', () => {
  it('EC30: an event that is taken: what it is, what it follows, how and by whom', () => {
    expect(lines(formatTaken({ ...record, handlers: ['addresses', 'routes', 'rules'] }))).toEqual([
      '╭─ NEW EVENT #4, follow-up to #3 ──────────────────────────────────────────────────────── 2026-11-21 22:37:36.123 UTC ─╮',
      '│ Kube State Change [pod]                                                                                              │',
      '│   * key: /default/web-0                                                                                              │',
      '│   * new value: {"ip":"10.1.0.7"}                                                                                     │',
      '│                                                                                                                      │',
      '│ method       update, best effort, forward                                                                            │',
      '│ handlers     addresses → routes → rules                                                                              │',
      '╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯',
    ]);
    const { followUpTo: _, transactionType: __, direction: ___, ...rest } = record;
    expect(
      lines(formatTaken({ ...rest, method: 'fullResync', resyncCount: 1, description: 'DB Resync (Remote)', handlers: [] })),
    ).toEqual([
      '╭─ NEW EVENT #4 ───────────────────────────────────────────────────────────────────────── 2026-11-21 22:37:36.123 UTC ─╮',
      '│ DB Resync (Remote)                                                                                                   │',
      '│                                                                                                                      │',
      '│ method       full resync, resync number 1                                                                            │',
      '│ handlers     none                                                                                                    │',
      '╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯',
    ]);
  });

  it('EC30: an event that has failed: who did what, what failed, what became of it', () => {
    expect(lines(formatFinalised(record))).toEqual([
      '╭─ EVENT #4 FAILED ────────────────────────────────────────────────────────────────────────────────────── took 1.23 s ─╮',
      '│ Kube State Change [pod]                                                                                              │',
      '│                                                                                                                      │',
      '│ handled by   addresses     1.2 ms  assigned 10.1.0.7                                                                 │',
      '│              routes          0 ms  added a route to 10.1.0.7                                                         │',
      '│                                    removed the route to 10.1.0.6                                                     │',
      '│              rules          1.2 s  failed: RangeError: the port 99999 is none: ports go from 1 to 65535, and this    │',
      '│                                      one came from an annotation of the pod                                          │',
      '│ transaction  #7 update, partly applied: 1 added, 1 changed, 1 removed; configuration 12 → 13                         │',
      '│                failed: create of /rules/web/443, made for /rules/web, wanted by rules: Error: the firewall did not   │',
      '│                  answer                                                                                              │',
      '│ error        EventFailedError [event-failed]: 2 errors                                                               │',
      '│                - RangeError: the port 99999 is none                                                                  │',
      '│                - TransactionError [transaction-failed]: not all was applied                                          │',
      '│                    caused by Error [ECONNREFUSED]: connect ECONNREFUSED 10.0.0.1:443                                 │',
      '╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯',
    ]);
  });

  it('EC30: an event that was reverted, and one that nobody handles', () => {
    const reverted = recordWith({
      sequence: 5,
      description: 'Add Pod [web-0]',
      endedAt: 3,
      handlers: [
        { handler: 'addresses', isRevert: false, change: 'assigned 10.1.0.7', took: 2 },
        { handler: 'routes', isRevert: false, change: '', took: 1, error: { name: 'Error', message: 'no route' } },
        { handler: 'addresses', isRevert: true, change: '', took: 0.5, error: { name: 'TypeError', message: 'it is gone' } },
      ],
      error: { name: 'Error', message: 'no route' },
    });
    const notes = ['The source "operator" has no snapshot; what it wanted before stays. It has not answered within 60000 ms.'];
    const nobody = recordWith({ sequence: 6, description: 'Shutdown', endedAt: 0, notes });
    expect(lines(formatFinalised(reverted) + formatFinalised(nobody))).toEqual([
      '╭─ EVENT #5 FAILED ──────────────────────────────────────────────────────────────────────────────────────── took 3 ms ─╮',
      '│ Add Pod [web-0]                                                                                                      │',
      '│                                                                                                                      │',
      '│ handled by   addresses       2 ms  assigned 10.1.0.7                                                                 │',
      '│              routes          1 ms  failed: Error: no route                                                           │',
      '│ reverted by  addresses     0.5 ms  failed: TypeError: it is gone                                                     │',
      '│ error        Error: no route                                                                                         │',
      '╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯',
      '╭─ EVENT #6 DONE ────────────────────────────────────────────────────────────────────────────────────────── took 0 ms ─╮',
      '│ Shutdown                                                                                                             │',
      '│                                                                                                                      │',
      '│ handled by   nobody                                                                                                  │',
      '│ notes        The source "operator" has no snapshot; what it wanted before stays. It has not answered within 60000    │',
      '│                ms.                                                                                                   │',
      '╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯',
    ]);
    expect(formatFinalised({ ...nobody, transaction })).toContain('handled by   the southbound alone');
  });

  it('EH32: percent signs stay, controls and escapes can be seen and do nothing', () => {
    const description =
      '100% %s %d\u001b[2J\u0007\r back\tand forth \u202eright to left\u2028 \u009b1m \ud800\n漢字 e\u0301 \u{1f680}';
    expect(lines(formatFinalised(recordWith({ sequence: 0, description })))[1]).toBe(
      String.raw`│ 100% %s %d\x1b[2J\x07\x0d back    and forth \u{202e}right to left\u{2028} \x9b1m \u{d800}`.padEnd(119) + '│',
    );
    expect(
      lines(formatTaken({ ...recordWith({ sequence: 0, description }), handlers: ['%s', 'a\u001b[31m'] })).slice(2, 6),
    ).toEqual([
      '│ 漢字 e\u0301 \u{1f680}                                                                                                            │',
      '│                                                                                                                      │',
      '│ method       update                                                                                                  │',
      String.raw`│ handlers     %s → a\x1b[31m`.padEnd(119) + '│',
    ]);
  });

  it('EC30: a transaction as a table', () => {
    expect(lines(formatTransaction(transaction))).toEqual([
      'TRANSACTION #7 update, partly applied: 1 added, 1 changed, 1 removed; configuration 12 → 13',
      'KEY               CHANGE   BEFORE → AFTER                                     WANTED BY         STATUS',
      '────────────────  ───────  ─────────────────────────────────────────────────  ────────────────  ────────────────────────',
      '/routes/10.1.0.6  removed  {"via":"web-1"}                                    routes            applied',
      '/routes/10.1.0.7  added    {"via":"web-0"}                                    routes, operator  applied',
      '/rules/web        changed  {"allow":[80]} → {"allow":[80,443]}                rules             failed: create of',
      '                                                                                                  /rules/web/443: Error:',
      '                                                                                                  the firewall did not',
      '                                                                                                  answer',
    ]);
  });

  it('EC30: a table tells the southbound’s statuses where they are known, and what failed without being part of it', () => {
    const operation = { operation: 'create', isRevert: false, isRetry: false } as const;
    const executed: RecordedTransaction = {
      sequence: 7,
      kind: 'update',
      description: '',
      startedAt: 0,
      endedAt: 0,
      outcome: 'applied',
      executed: [
        { ...operation, key: '/routes/10.1.0.7', status: 'failed' },
        { ...operation, key: '/routes/10.1.0.7', status: 'pending' },
      ],
    };
    const foreign = {
      key: '/elsewhere',
      owner: '/elsewhere',
      wantedBy: [],
      operation: 'delete',
      isRevert: true,
      error: { name: 'Error', message: 'busy' },
    };
    const text = formatTransaction(
      { ...transaction, outcome: 'revertFailed', sequence: 8, changes: transaction.changes.slice(0, 2), failures: [foreign] },
      executed,
    );
    expect(lines(text)).toEqual([
      'TRANSACTION #8 update, revert failed: 1 added, 1 removed; configuration 12 → 13',
      'KEY               CHANGE   BEFORE → AFTER                                     WANTED BY         STATUS',
      '────────────────  ───────  ─────────────────────────────────────────────────  ────────────────  ────────────────────────',
      '/routes/10.1.0.6  removed  {"via":"web-1"}                                    routes            reverted',
      '/routes/10.1.0.7  added    {"via":"web-0"}                                    routes, operator  pending',
      '/elsewhere        –                                                                             revert failed: delete:',
      '                                                                                                  Error: busy',
    ]);
  });

  it('EC30: long keys are wrapped, and long values shortened to where they differ', () => {
    const taken = Array.from({ length: 20 }, (_, index) => `10.1.0.${index}`);
    const changes = [
      {
        key: '/addresses/of/a/pool/with/a/very/long/name/that/does/not/fit',
        before: { pool: '10.1.0.0/16', taken },
        after: { pool: '10.1.0.0/16', taken: [...taken, '10.1.0.77'] },
        wantedBy: ['addresses', 'operator', 'tenant'],
      },
      { key: '/long', after: { text: 'x'.repeat(100) }, wantedBy: [] },
      { key: '/kept', before: 1, after: 1, wantedBy: [] },
    ];
    expect(
      lines(
        formatTransaction({ kind: 'fullResync', outcome: 'applied', versionBefore: 1, versionAfter: 1, changes, failures: [] }),
      ),
    ).toEqual([
      'TRANSACTION full resync, applied: 1 added, 1 changed; configuration 1',
      'KEY                                 CHANGE   BEFORE → AFTER                                    WANTED BY         STATUS',
      '──────────────────────────────────  ───────  ────────────────────────────────────────────────  ────────────────  ───────',
      '/addresses/of/a/pool/with/a/very/l  changed  ….18","10.1.0.19"]}                               addresses,        applied',
      '  ong/name/that/does/not/fit                 → ….18","10.1.0.19","10.1.0.77"]}                   operator,',
      '                                                                                                 tenant',
      '/long                               added    {"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…                    applied',
      '/kept                               kept     1                                                                   applied',
    ]);
  });

  it('EC30: records are told one after the other, each with its table', () => {
    const text = formatRecords([record, recordWith({ sequence: 5 })]);
    expect([...text.matchAll(/NEW EVENT #\d|EVENT #\d [A-Z]+|TRANSACTION #7 update.*\nKEY|\n\n/g)].map(([match]) => match)).toEqual(
      ['NEW EVENT #4', 'EVENT #4 FAILED', expect.stringContaining('KEY'), '\n\n', 'NEW EVENT #5', 'EVENT #5 DONE'],
    );
    expect(formatRecords([])).toBe('');
  });
});

/** How many cells the characters of these properties take; told here once more, by hand. */
const anyWord = fc.stringMatching(/^[a-zé漢\u{1f680}]{1,40}$/u);
function cells(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (/[漢\u{1f680}]/u.test(character) ? 2 : 1), 0);
}

describe('the printed view, of anything', () => {
  it('EH32: every line of a box is 120 cells wide, and no word is lost', () => {
    const anyDescription = fc
      .array(
        fc.array(anyWord, { maxLength: 30 }).map((words) => words.join(' ')),
        { maxLength: 5 },
      )
      .map((texts) => texts.join('\n'));
    fc.assert(
      fc.property(anyDescription, fc.array(anyWord, { maxLength: 12 }), (description, handlers) => {
        const box = lines(formatTaken({ ...recordWith({ sequence: 0, description }), handlers }));
        expect(box.map(cells)).toEqual(box.map(() => 120));
        const inside = box.slice(1, -1).map((line) => line.slice(1, -1)).join('').replaceAll(/\s/g, ''); // prettier-ignore
        expect(inside).toBe(`${description.replaceAll(/\s/g, '')}methodupdatehandlers${handlers.join('→') || 'none'}`);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('EH32: whatever a record holds, nothing that is printed can move a cursor, and no line is too long', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 2 }), (records) => {
        const text = formatRecords(records);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        for (const line of lines(text)) expect(line.length).toBeLessThanOrEqual(240);
        for (const line of lines(text).filter((one) => /^[\u0020-\u007e│╭╰─→…╮╯–]*$/.test(one))) {
          if (/^[│╭╰]/.test(line)) expect(line).toHaveLength(120);
          else expect(line.length).toBeLessThanOrEqual(120);
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
