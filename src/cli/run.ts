/** The command, given its arguments and a terminal: everything but the process. */
import { createRequire } from 'node:module';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { runCheck } from './check-command.js';
import { readCommandLine, type Command } from './command-line.js';
import { runDemo } from './demo/demo-command.js';
import { CommandError, exitCodes } from './failure.js';
import { helpText } from './help.js';
import { runSync } from './sync-command.js';
import type { Terminal } from './terminal.js';

/** Runs `heliostat` and returns its exit code. What goes wrong is said on standard error. */
export async function run(args: readonly string[], terminal: Terminal, clock: Clock, random: Random): Promise<number> {
  try {
    return await perform(readCommandLine(args, Math.floor(random.next() * 1_000_000)), terminal, clock);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const hint = error.exitCode === exitCodes.usage ? ' heliostat help tells more.' : '';
    terminal.writeError(`heliostat: ${error.message}${hint}\n`);
    return error.exitCode;
  }
}

async function perform(command: Command, terminal: Terminal, clock: Clock): Promise<number> {
  switch (command.name) {
    case 'help':
      terminal.write(helpText());
      return exitCodes.done;
    case 'version':
      terminal.write(`${versionOfPackage()}\n`);
      return exitCodes.done;
    case 'sync':
      return runSync(command.request, terminal, clock);
    case 'demo':
      return runDemo(command.request, terminal, clock);
    case 'check':
      return runCheck(command.request, terminal);
  }
}

function versionOfPackage(): string {
  const manifest = createRequire(import.meta.url)('heliostat/package.json') as { readonly version: string }; // our own package.json
  return manifest.version;
}
