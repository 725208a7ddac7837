/** The tables of docs/mutation.md, and what is wrong with the explanations. */
import { readFileSync, writeFileSync } from 'node:fs';
import { explained } from './explained.mjs';

const [begin, end] = ['<!-- written by npm run mutate: begin -->', '<!-- written by npm run mutate: end -->'];

/** Whether an explanation is about this survivor: it stands in that line, and is one of those that are named, if any are. */
function isAbout({ file, line, code }, survivor) {
  if (survivor.file !== file || (code !== undefined && code !== survivor.code)) return false;
  return line instanceof RegExp ? line.test(survivor.line) : line === survivor.line;
}

export function complaintsAbout(outcomes) {
  const left = outcomes.flatMap((outcome) => outcome.left.filter(({ killedBy }) => killedBy === null));
  const all = outcomes.flatMap((outcome) => outcome.left);
  const files = new Set(outcomes.flatMap(({ files: known }) => known));
  return [
    ...left
      .filter((survivor) => !explained.some((one) => isAbout(one, survivor)))
      .map(({ file, line, code, becomes }) => `Not explained: ${file}: ${line}\n    ${code}\n    became ${becomes}`),
    ...explained
      .filter((one) => files.has(one.file) && !all.some((survivor) => isAbout(one, survivor)))
      .map(({ file, line }) => `Explains nothing: ${file}: ${line}`),
  ];
}

export function writeReport(path, outcomes) {
  const text = readFileSync(path, 'utf8');
  const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end) + end.length)];
  writeFileSync(path, `${before}${begin}\n\n${tablesOf(outcomes)}\n\n${end}${after}`);
}

function tablesOf(outcomes) {
  return [
    '| room | mutants | killed by properties | score by properties | killed by everything | score with everything | left, each explained |',
    '|---|---|---|---|---|---|---|',
    ...outcomes.map(rowOf),
    '',
    '### Left out',
    '',
    '| room | why | how many |',
    '|---|---|---|',
    ...outcomes.flatMap(({ room, ignored }) =>
      Object.entries(ignored).map(([reason, count]) => `| ${room} | ${reason} | ${count} |`),
    ),
    ...outcomes.flatMap(survivorsOf),
  ].join('\n');
}

function rowOf({ room, mutants, killed, left }) {
  const alive = left.filter(({ killedBy }) => killedBy === null).length;
  return `| ${room} | ${mutants} | ${killed} | **${share(killed, mutants)}** | ${mutants - alive} | **${share(mutants - alive, mutants)}** | ${alive} |`;
}

/** Rounded down, so that 100 % means all of them. */
function share(part, whole) {
  return `${(Math.floor((1_000 * part) / whole) / 10).toFixed(1)} %`;
}

function survivorsOf({ room, left }) {
  if (left.length === 0) return [];
  const others = left.filter(({ killedBy }) => killedBy !== null);
  const alive = left.filter(({ killedBy }) => killedBy === null);
  return [
    '',
    `### ${room}`,
    '',
    ...byLine('Killed by examples only:', others, exampleRow),
    ...byLine('Survive everything:', alive, aliveRow),
  ];
}

function byLine(title, survivors, row) {
  if (survivors.length === 0) return [];
  const groups = Map.groupBy === undefined ? grouped(survivors) : Map.groupBy(survivors, keyOf);
  return [title, '', ...[...groups.values()].map(row), ''];
}

function keyOf(survivor) {
  const reason = explained.find((one) => isAbout(one, survivor))?.why ?? '';
  return JSON.stringify([survivor.file, survivor.line, reason]);
}

function grouped(survivors) {
  const groups = new Map();
  for (const survivor of survivors) groups.set(keyOf(survivor), [...(groups.get(keyOf(survivor)) ?? []), survivor]);
  return groups;
}

function aliveRow(group) {
  const [{ file, line }] = group;
  const why = explained.find((one) => isAbout(one, group[0]))?.why ?? 'Not explained.';
  return `- \`${file}\`, ${quote(line)}\n  ${changes(group)}\n  **${why}**`;
}

function exampleRow(group) {
  const [{ file, line }] = group;
  const tests = [...new Set(group.map(({ killedBy }) => `\`${killedBy}\``))];
  return `- \`${file}\`, ${quote(line)}\n  ${changes(group)}\n  Noticed by ${tests.join(', ')}.`;
}

function changes(group) {
  return `${group.map(({ code, becomes }) => `${quote(short(code))} to ${becomes === '' ? 'nothing' : quote(short(becomes))}`).join('; ')}.`;
}

function short(code) {
  return code.length > 90 ? `${code.slice(0, 87)}...` : code;
}

function quote(code) {
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``;
}
