#!/usr/bin/env node
/** The `heliostat` command. */
import { systemClock } from '../ports/clock.js';
import { systemRandom } from '../ports/random.js';
import { exitCodes } from './failure.js';
import { processTerminal } from './process-terminal.js';
import { run } from './run.js';

const terminal = processTerminal();
let interrupts = 0;
terminal.onInterrupt(() => {
  interrupts++;
  if (interrupts < 2) return;
  if (terminal.isInteractive) terminal.write('\u001b[?25h\u001b[?1049l'); // gives the screen back
  process.exit(exitCodes.interrupted); // asked twice: whatever it waits for, it does not any more
});
process.exitCode = await run(process.argv.slice(2), terminal, systemClock, systemRandom);
