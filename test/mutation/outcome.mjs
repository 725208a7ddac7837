/** What came of the mutants of a room, from the reports of Stryker: with the properties alone, and with everything. */

const isDetected = ({ status }) => status === 'Killed' || status === 'Timeout';
const isLeft = ({ status }) => status === 'Survived' || status === 'NoCoverage';

/** All mutants of a report, each with its file, the code that it changes, and the line that this stands in. */
function mutantsOf(report) {
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.map((mutant) => {
      const { start, end } = mutant.location;
      const inside = lines.slice(start.line - 1, end.line);
      inside[inside.length - 1] = inside.at(-1)?.slice(0, end.column - 1);
      inside[0] = inside[0]?.slice(start.column - 1);
      return { ...mutant, file, code: oneLine(inside.join('\n')), line: oneLine(lines[start.line - 1] ?? '') };
    });
  });
}

function oneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Those that nobody noticed. */
export function survivorsIn(report) {
  return mutantsOf(report).filter(isLeft);
}

/** Where they are, as Stryker takes it. */
export function rangesOf(mutants) {
  const ranges = mutants.map(
    ({ file, location: { start, end } }) => `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
  );
  return [...new Set(ranges)];
}

/** Tells one mutant from the others of its report. */
function identityOf({ file, location, mutatorName, replacement }) {
  return JSON.stringify([file, location, mutatorName, replacement]);
}

/**
 * @param examples the report of the other tests about it, of those that survived the properties; undefined when none did.
 */
export function outcomeOf(room, properties, examples) {
  const all = mutantsOf(properties);
  const ignored = {};
  for (const { status, statusReason } of all) if (status === 'Ignored') ignored[statusReason] = (ignored[statusReason] ?? 0) + 1;
  const second = new Map(examples === undefined ? [] : mutantsOf(examples).map((mutant) => [identityOf(mutant), mutant]));
  const left = all.filter(isLeft).map((mutant) => {
    const again = second.get(identityOf(mutant));
    if (again === undefined) throw new Error(`Not run with the examples: ${mutant.file}, ${mutant.code}`);
    return {
      file: mutant.file,
      line: mutant.line,
      code: mutant.code,
      becomes: oneLine(mutant.replacement ?? ''),
      killedBy: killerOf(again, examples),
    };
  });
  return {
    room,
    files: Object.keys(properties.files),
    mutants: all.length - sum(ignored),
    killed: all.filter(isDetected).length,
    ignored,
    left,
  };
}

/** The file of the first test that noticed; null when none did. */
function killerOf(mutant, report) {
  if (!isDetected(mutant)) return null;
  const tests = Object.entries(report.testFiles ?? {}).flatMap(([file, found]) => found.tests.map(({ id }) => [id, file]));
  const file = new Map(tests).get(mutant.killedBy?.[0]) ?? 'a test that does not end';
  return file.slice(Math.max(0, file.indexOf('test/')));
}

function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
