/** What simulations tell of themselves, one by one and all together. */
import { simulatedFaults, simulatedHappenings } from './counters.js';
import { Tally, type Counts } from './tally.js';

/** What a simulation that held was like. */
export interface SimulationReport {
  readonly seed: number;
  /**
   * How much happened: timers that fired, lists that were answered, batches that watches brought, revisions that were written, calls
   * of consumers, and batches that were iterated.
   */
  readonly events: number;
  /** How much time passed, in milliseconds. */
  readonly simulatedMs: number;
  /** How often each fault happened. */
  readonly fired: Counts;
  /** How often everything else did: actions, moods, statuses, answers by error code, places where mirrors were stopped. */
  readonly seen: Counts;
  /** SHA-256 of everything that happened. The same for the same seed and the same code. */
  readonly traceHash: string;
  /** What the datastore held at the end, and so every mirror, as JSON. */
  readonly finalState: string;
}

/** Adds reports up, and says what all of them together have not met. */
export class SimulationTotals {
  runs = 0;
  events = 0;
  simulatedMs = 0;
  private readonly faults = new Tally(simulatedFaults);
  private readonly happenings = new Tally(simulatedHappenings);

  add(report: SimulationReport): void {
    this.runs++;
    this.events += report.events;
    this.simulatedMs += report.simulatedMs;
    this.faults.addAll(report.fired);
    this.happenings.addAll(report.seen);
  }

  get fired(): Counts {
    return this.faults.toJSON();
  }

  get seen(): Counts {
    return this.happenings.toJSON();
  }

  /** What never happened: it has not been tested. */
  missing(): readonly string[] {
    const counts = [...Object.entries(this.fired), ...Object.entries(this.seen)];
    return counts.filter(([, count]) => count === 0).map(([name]) => name);
  }

  /** A few lines for people. `seconds` is how long it took. */
  summary(seconds: number): string {
    const hours = this.simulatedMs / 3_600_000;
    return [
      `${this.runs} simulations, ${this.events} events, ${hours.toFixed(1)} simulated hours in ${seconds.toFixed(1)} s: ` +
        `${Math.round(this.events / seconds)} events/s, ${Math.round((hours * 3_600) / seconds)} times real time`,
      `faults: ${listed(this.fired)}`,
      `seen: ${listed(this.seen)}`,
    ].join('\n');
  }
}

function listed(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
