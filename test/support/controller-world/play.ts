/**
 * The controller's simulation: a datastore on a bad line, and a process that mirrors it, makes configuration of it and applies it to a
 * plane that fails, drifts and starts anew. The process dies at any of its effects, and another one begins with what is on the disk, often
 * while the datastore is out of reach. All of it is judged while it goes on; when the weather has cleared, the plane must have exactly what
 * the datastore and the second source want.
 */
import { ExternalConfigChange, ExternalConfigResync, MemoryPlane } from '../../../src/controller.js';
import { MemoryDatastore } from '../../../src/memory.js';
import type { Random } from '../../../src/ports/random.js';
import { seededRandom, SimulatedClock, type FaultName, type FaultRates } from '../../../src/testing/index.js';
import { Tally, type Counts } from '../../../src/testing/simulation/tally.js';
import { Disk } from './disk.js';
import type { Violate } from './judges.js';
import { Mortality } from './mortality.js';
import { cliKeys, configKeys, podKeys, policyKeys, textOf, wantedPlane } from './objects.js';
import { effects, lineFaults, Process, type Surroundings } from './process.js';

/** A promise that was broken. */
class ControllerWorldError extends Error {
  readonly id: string;

  constructor(id: string, message: string) {
    super(`${id}: ${message}`);
    this.id = id;
  }
}

const strikes = ['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'] as const;
const outOfReach: FaultRates = { 'list.refused': 1, 'watch.refused': 1 };
/** As in RL1 of the specification; then what hangs in the plane, the retries, a healing and a periodic one. */
const healingBound = 300_000 + 2 * (60_000 + 30_000) + 600_000;

/** What a process dies of, by turns: twice of what happens rarely. */
const dooms = [...effects, ...effects.filter((effect) => effect.startsWith('delete'))];

/** What a play came to. */
export interface ControllerPlay {
  readonly counts: Counts;
  /** Everything that was recorded. */
  readonly trace: readonly string[];
}

/** Plays one seed. @throws ControllerWorldError with the id of the promise that was broken. */
export async function playController(seed: number, steps = 50): Promise<ControllerPlay> {
  const world = new World(seed);
  await world.begin();
  for (let step = 0; step < steps; step++) await world.step();
  await world.heal();
  await world.end();
  return { counts: world.tally.toJSON(), trace: world.lines };
}

class World implements Surroundings {
  readonly tally = new Tally();
  readonly clock = new SimulatedClock();
  readonly random: Random;
  readonly isRecorded: boolean;
  readonly datastore: MemoryDatastore;
  readonly plane: MemoryPlane;
  readonly disk: Disk = new Disk(this.tally);
  readonly cli = new Map<string, unknown>();
  readonly lines: string[] = [];
  moods = 0.05;
  private readonly objects = new Map<string, unknown>();
  private process: Process | undefined;
  private rates: FaultRates = {};
  private turn = 0;
  private dooms: number;
  private broken: ControllerWorldError | undefined;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.dooms = seed * 13;
    this.isRecorded = seed % 10 === 0;
    const { clock, random } = this;
    this.datastore = new MemoryDatastore({ clock, random, history: { maxRevisions: 30 } });
    this.plane = new MemoryPlane({ clock });
  }

  readonly trace = (line: string): void => void this.lines.push(line);

  readonly violate: Violate = (id, message) => {
    this.broken ??= new ControllerWorldError(id, `${message}, at ${this.clock.now()} ms`);
  };

  async begin(): Promise<void> {
    for (let count = 0; count < 6; count++) await this.write();
    await this.startProcess();
    await this.clock.advance(2_000);
    this.check();
  }

  /** One thing that happens, and some time. */
  async step(): Promise<void> {
    const dice = this.random.next();
    if (dice < 0.35) await this.write();
    else if (dice < 0.43) for (let count = 0; count < 4; count++) await this.write();
    else if (dice < 0.53) this.order();
    else if (dice < 0.6) this.process?.client.strike(this.one(strikes));
    else if (dice < 0.68) this.weather(Object.fromEntries(this.some(lineFaults).map((fault) => [fault, 0.4])));
    else if (dice < 0.74) this.spoilPlane();
    else if (dice < 0.8) this.drift();
    else if (dice < 0.91) this.doom();
    else if (dice < 0.93) await this.endProcess();
    else if (dice < 0.95) await this.datastore.compact();
    else this.disk.isFull = this.chance(0.3);
    await this.clock.advance(this.one([0, 10, 200, 3_000, 12_000, 70_000]));
    await this.lookAfter();
    this.check();
  }

  /** The weather clears, and everything must come to agree. */
  async heal(): Promise<void> {
    this.moods = 0;
    this.disk.isFull = false;
    this.plane.heal();
    this.weather({});
    this.process?.life.meets(undefined);
    await this.lookAfter(true);
    this.settleOrders();
    // What was begun in bad weather may still end the process; whoever looks after it starts it again.
    for (let lives = 3; lives > 0; lives--) {
      await this.clock.advance(healingBound);
      if (this.process?.life.isDead === false) break;
      this.tally.add('ends after the weather has cleared');
      await this.lookAfter(true);
    }
    this.check();
    const { process } = this;
    if (process === undefined || process.life.isDead) throw new ControllerWorldError('EL2', 'the process ends in good weather');
    const report = process.controller.report();
    if (report.state !== 'idle' || report.healing !== 'none') {
      this.violate('EL2', `the controller is ${report.state}, healing ${report.healing}, when nothing goes wrong any more`);
    }
    const wanted = textOf(wantedPlane(this.objects, this.cli));
    const found = textOf(this.plane.values);
    if (found !== wanted) this.violate('EL2', `the plane has\n${found}\nand not\n${wanted}`);
    const mirrored = textOf(
      new Map(
        process.syncer
          .snapshot()
          .list()
          .map(({ key, value }) => [key, value]),
      ),
    );
    const held = textOf(new Map([...this.objects].filter(([key]) => !key.startsWith('/config/'))));
    if (mirrored !== held) this.violate('SL1', `the syncer beside has\n${mirrored}\nand not\n${held}`);
    this.check();
  }

  /** Everything ends, and nothing is left. */
  async end(): Promise<void> {
    await this.endProcess();
    await this.datastore.close();
    this.tally.add('plane faults', this.plane.faultsHappened);
    if (this.clock.pending > 0) this.violate('E15', `${this.clock.pending} timers are left`);
    this.check();
  }

  private check(): void {
    const error = this.broken;
    this.broken = undefined;
    if (error !== undefined) throw error;
  }

  /** Somebody looks after the process: when it is gone, it is started again after a while. */
  private async lookAfter(mustRun = false): Promise<void> {
    if (this.process?.life.isDead === true) {
      await this.process.bury();
      this.process = undefined;
    }
    if (this.process !== undefined || !(mustRun || this.chance(0.7))) return;
    if (!mustRun && this.chance(0.5)) {
      this.tally.add('started while the datastore is out of reach');
      this.weather(outOfReach);
    }
    await this.startProcess();
  }

  private async startProcess(): Promise<void> {
    this.tally.add('processes');
    const life = new Mortality((at) => {
      this.trace(`death ${at}`);
      this.tally.add(`death ${at}`);
      this.tally.add('deaths');
    });
    this.process = new Process(this, life, this.rates);
    if (this.moods > 0 && this.chance(0.5)) this.doom();
    await this.process.start();
  }

  private async endProcess(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    if (process === undefined) return;
    if (process.life.isDead) return process.bury();
    process.life.meets(undefined);
    await process.end();
    if (process.life.isDead) await process.bury();
    else this.tally.add('ends in peace');
  }

  /** The second source changes its mind, and tells the process when there is one. */
  private order(): void {
    const key = this.one(cliKeys);
    const value = this.chance(0.35) ? null : { from: 'cli', metric: this.turn++ };
    if (value === null) this.cli.delete(key);
    else this.cli.set(key, value);
    this.tell(() => new ExternalConfigChange({ source: 'cli', updatedKVs: { [key]: value }, blocking: this.chance(0.5) }));
  }

  /** The second source says all that it wants: what it has said while nobody listened is known then. */
  private settleOrders(): void {
    this.tell(() => new ExternalConfigResync({ source: 'cli', externalConfig: Object.fromEntries(this.cli) }));
  }

  private tell(make: () => ExternalConfigChange | ExternalConfigResync): void {
    try {
      this.process?.push(make());
    } catch {
      this.tally.add('orders that were refused');
    }
  }

  /** The process is going to die: at its next effect of some kind, each of which has its turn; or at the end of so many. */
  private doom(): void {
    const life = this.process?.life;
    if (life === undefined) return;
    const number = this.dooms++;
    if (this.chance(0.2)) life.meets({ at: 1 + Math.floor(this.random.next() * 40), isAfter: this.chance(0.5) });
    else life.meets({ at: dooms[(number >> 1) % dooms.length] ?? '', isAfter: number % 2 === 0 });
  }

  private weather(rates: FaultRates): void {
    this.rates = rates;
    this.process?.client.setRates(rates);
  }

  private spoilPlane(): void {
    const mode = this.one(['fail', 'refuse', 'loseAnswer', 'hang'] as const);
    this.tally.add(`plane: ${mode}`);
    this.plane.fail({ mode, times: mode === 'hang' ? 1 : 1 + Math.floor(this.random.next() * 5) });
    if (this.chance(0.3)) this.plane.slowDown(this.one([0, 40, 400]));
  }

  private drift(): void {
    const keys = [...this.plane.values.keys()].toSorted();
    const dice = this.random.next();
    const what = dice < 0.4 ? 'gone' : dice < 0.7 ? 'another value' : dice < 0.85 ? 'a stranger' : 'restart';
    this.tally.add(`drift: ${what}`);
    if (what === 'restart') {
      this.plane.restart();
      if (this.process?.life.isDead === false) this.process.scheduler.restored();
    } else if (what === 'a stranger') this.plane.set('/routes/stranger', { via: 'nowhere' });
    else if (keys.length > 0 && what === 'gone') this.plane.remove(this.one(keys));
    else if (keys.length > 0) this.plane.set(this.one(keys), { pod: '/pods/default/a', drifted: this.turn++ });
  }

  private async write(): Promise<void> {
    const key = this.one([...podKeys, ...podKeys, ...policyKeys, ...configKeys, ...configKeys]);
    if (this.objects.has(key) && this.chance(0.4)) {
      this.objects.delete(key);
      await this.datastore.delete(key);
      return;
    }
    const turn = this.turn++;
    const value = key.startsWith('/pods/')
      ? { node: this.one(['one', 'two']), address: `10.0.0.${turn % 250}`, turn }
      : key.startsWith('/policies/')
        ? { pod: this.one(podKeys), allow: this.one(['all', 'some']), turn }
        : { from: 'db', turn };
    this.objects.set(key, value);
    await this.datastore.apply({ key, value });
  }

  private chance(likelihood: number): boolean {
    return this.random.next() < likelihood;
  }

  private one<C>(choices: readonly C[]): C {
    const choice = choices[Math.floor(this.random.next() * choices.length)];
    if (choice === undefined) throw new Error('There is nothing to choose from.');
    return choice;
  }

  private some(faults: readonly FaultName[]): readonly FaultName[] {
    return Array.from({ length: 1 + Math.floor(this.random.next() * 4) }, () => this.one(faults));
  }
}
