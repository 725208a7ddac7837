/** Every program in the README, the docs and the comments of the public API compiles against the built package; the README's and the guides' run. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compile } from '../support/compile.js';

const root = resolve(import.meta.dirname, '../..');

interface Block {
  readonly file: string;
  readonly number: number;
  readonly language: string;
  readonly text: string;
}

function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The fenced blocks of a file; in a source file they stand behind the stars of a comment. */
function blocksOf(file: string): readonly Block[] {
  const isComment = file.endsWith('.ts');
  const text = readFileSync(file, 'utf8');
  const fence = isComment ? /^ *\* ```(\w+)\n([\s\S]*?)^ *\* ```/gm : /^```(\w+)\n([\s\S]*?)^```/gm;
  return [...text.matchAll(fence)].map(([, language = '', body = ''], index) => ({
    file: relative(root, file),
    number: index + 1,
    language,
    text: isComment ? body.replaceAll(/^ *\* ?/gm, '') : body,
  }));
}

const blocks = [
  join(root, 'README.md'),
  ...filesIn('docs', '.md').filter((file) => !/docs.(?:api|machines)/.test(file)),
  ...filesIn('src', '.ts'),
].flatMap(blocksOf);
const programs = blocks.filter(({ language }) => language === 'ts' || language === 'js');
const nameOf = ({ file, number }: Block): string => `${file.replaceAll(/\W+/g, '-')}-${number}`;

describe('programs in the docs', () => {
  const texts = programs.map((block) => [nameOf(block), `${block.text}\nexport {};\n`]);
  const { errors, folder } = compile('docs', Object.fromEntries(texts), ['node']);

  it('compile', () => {
    expect(programs.length).toBeGreaterThan(8);
    expect(errors).toEqual([]);
  });

  const told = blocks.filter(({ file }) => file === 'README.md' || file.startsWith(join('docs', 'guides')));
  const runs = told.flatMap((block, index) => {
    const output = told[index + 1];
    const isItsOutput = output?.language === 'text' && output.file === block.file;
    return isItsOutput && /^[jt]s$/.test(block.language) ? [[nameOf(block), output.text] as const] : [];
  });

  it.each(runs)('%s prints what is told', async (name, expected) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, `${name}.mjs`)]);
    expect(stdout).toBe(expected);
    expect(stderr).toBe('');
  });

  it('are there to be run', () => {
    expect(runs.length).toBeGreaterThan(5);
  });
});
