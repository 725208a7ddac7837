import { sourceSchemes } from './sources.js';

/** What `heliostat help` prints. */
export function helpText(): string {
  const sources = sourceSchemes.map(({ usage: [form, meaning] }) => `  ${form.padEnd(18)} ${meaning}`).join('\n');
  return `heliostat: an immutable, provably convergent mirror of a datastore

heliostat sync SOURCE    mirror a source in the terminal, until Ctrl-C
  --kinds a,b            only these kinds; default: all of them
  --output table|ndjson  for people (a live table on a terminal, lines in a pipe), or one JSON object a line; default: table
  --once                 print what there is and end, with exit code 0, as soon as everything is in sync
  --timeout SECONDS      how long --once may take; default: 30

heliostat demo           mirror a small living cluster through bad weather, and let a controller build a network from it; check at
                         the end that mirror and store are equal, and the network what the store demands
  --seconds N            how long it lives; default: 20 (Ctrl-C ends it earlier, as cleanly)
  --seed S               what everything is drawn from; default: a new one, which is printed
  --output table|ndjson  as above

heliostat check FILE     hold a recorded history (docs/history-format.md) against the promises of docs/SPEC.md; - reads standard input
  --only R1,S2           only these promises; default: every one that a history can be held against

heliostat help, heliostat version

Sources:
${sources}

Exit codes: 0 done; 1 not done (not in sync in time, no such folder, mirror and store differ, a promise broken or with
nothing to judge it by); 2 the command line is not understood, or there is no history to read; 130 interrupted before it was done.
`;
}
