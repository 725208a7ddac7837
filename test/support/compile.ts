/** Compiles programs as a user would: strictly, against the built package, by its own name. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');

/** A folder inside of the package, so that `heliostat` means this package, and outside of what is committed and published. */
const workshop = join(root, '.programs');

/**
 * Compiles programs.
 *
 * @param name names the folder that they are put into, one for each test file.
 * @param programs by file name, without ending.
 * @param types packages of types that the programs may use without importing them; none, as in a browser, unless given.
 * @returns what the compiler says against them, one line each, and where the compiled programs are.
 */
export function compile(
  name: string,
  programs: Readonly<Record<string, string>>,
  types: string[] = [],
): { readonly errors: readonly string[]; readonly folder: string } {
  const folder = join(workshop, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = Object.entries(programs).map(([program, text]) => {
    const file = join(folder, `${program}.mts`);
    writeFileSync(file, text);
    return file;
  });
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    skipLibCheck: true,
    types,
    outDir: folder,
    rootDir: folder,
  };
  const program = ts.createProgram(files, options);
  const { diagnostics } = program.emit();
  const all = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  return { errors: all.map(textOf), folder };
}

function textOf({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (file === undefined || start === undefined) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName.split('/').at(-1)}:${line + 1}: ${text}\n    ${file.text.split('\n')[line] ?? ''}`;
}
