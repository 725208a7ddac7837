/** The demo's controller: pods and policies become addresses, routes and rules through three handlers. */
import {
  Controller,
  DatastoreSource,
  MemoryPlane,
  MemoryScheduler,
  type EventHandler,
  type EventRecord,
} from '../../controller.js';
import type { ListWatchClient } from '../../model/client.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { addresses, routes, rules } from './network-handlers.js';

/** What the network is made with. */
export interface NetworkOptions {
  readonly client: ListWatchClient;
  readonly clock: Clock;
  readonly random: Random;
  /** How often a handler fails, from 0 to 1. */
  readonly failureRate: number;
  /** Is told of what went wrong, in a line. */
  readonly onTrouble: (text: string) => void;
}

/** How often what has happened. */
interface Counts {
  events: number;
  failures: number;
  healings: number;
}

/** Faster than the defaults, so that there is something to see. Milliseconds. */
const timings = { delayAfterErrorHealing: 800, handlerTimeout: 5_000, commitTimeout: 10_000, shutdownTimeout: 5_000 };

/** A controller, what it is fed by, and what it applies to. */
export class DemoNetwork {
  readonly plane: MemoryPlane = new MemoryPlane();
  readonly counts: Counts = { events: 0, failures: 0, healings: 0 };
  private readonly options: NetworkOptions;
  private readonly scheduler: MemoryScheduler;
  private readonly controller: Controller;
  private readonly source: DatastoreSource;
  private isFair = false;

  constructor(options: NetworkOptions) {
    this.options = options;
    const { client, clock, random, onTrouble } = options;
    const { plane } = this;
    this.scheduler = new MemoryScheduler({
      clock,
      descriptors: [
        plane.descriptor({ name: 'addresses', prefix: '/addresses/' }),
        plane.descriptor({
          name: 'routes',
          prefix: '/routes/',
          dependencies: (key) => [key.replace('/routes/', '/addresses/')],
        }),
        plane.descriptor({ name: 'rules', prefix: '/rules/' }),
      ],
    });
    this.controller = new Controller({
      handlers: [rules(), this.sometimesFailing(routes()), addresses()],
      southbound: this.scheduler,
      resources: ['pods', 'policies'],
      timings,
      healing: { attempts: 20, factor: 1 },
      retry: { delay: 200 },
      onRecord: (record) => this.note(record),
      onFatal: (error) => onTrouble(`the controller aborts: ${error.message}`),
      clock,
    });
    this.source = new DatastoreSource({
      client,
      resources: [
        { name: 'pods', kind: 'pods' },
        { name: 'policies', kind: 'policies' },
      ],
      controller: this.controller,
      toleratedSilence: 0,
      resyncRetryInterval: 200,
      timings: impatient,
      clock,
      random,
    });
  }

  async start(): Promise<void> {
    await this.controller.start();
    this.source.start();
  }

  /** In a line: what it is doing. */
  describe(): string {
    const { state, healing, queue } = this.controller.report();
    const { events, failures, healings } = this.counts;
    const healingText = healing === 'none' ? '' : `, healing ${healing}`;
    return `controller ${state}${healingText}: ${events} events, ${queue} wait, ${failures} failed, ${healings} healed; ${this.plane.values.size} values applied`;
  }

  /** The next thing that is applied fails. */
  strike(): void {
    this.plane.fail({ times: 1 });
  }

  /** Nothing fails from now on. */
  heal(): void {
    this.isFair = true;
    this.plane.heal();
  }

  /** Whether everything that was told is applied, and nothing is to be healed. */
  get isAtRest(): boolean {
    const { state, healing, queue, followUps } = this.controller.report();
    return state === 'idle' && healing === 'none' && queue + followUps === 0 && this.isSettled;
  }

  /** Ends, in any state. */
  async stop(): Promise<void> {
    await this.source.close();
    await this.controller[Symbol.asyncDispose]();
    await this.scheduler.close();
  }

  private get isSettled(): boolean {
    return this.scheduler.statuses().every(({ status }) => status !== 'retrying' && status !== 'failed');
  }

  private note({ sequence, name, error }: EventRecord): void {
    this.counts.events++;
    if (name === 'Healing Resync' && error === undefined) this.counts.healings++;
    if (error === undefined) return;
    this.counts.failures++;
    this.options.onTrouble(`event #${sequence} (${name}) failed: ${error.message}`);
  }

  /** A handler that fails now and then, as real ones do. Healing builds anew what it has not done. */
  private sometimesFailing(handler: EventHandler): EventHandler {
    const { random, failureRate } = this.options;
    return {
      name: handler.name,
      ...(handler.dependsOn === undefined ? {} : { dependsOn: handler.dependsOn }),
      handlesEvent: (event) => handler.handlesEvent(event),
      resync: (...all) => handler.resync(...all),
      update: (event, txn) => {
        if (!this.isFair && random.next() < failureRate) throw new Error(`the handler "${handler.name}" has a bad day`);
        return handler.update(event, txn);
      },
      revert: (event) => handler.revert(event),
    };
  }
}

const impatient = {
  listRetryInterval: 200,
  watchPollInterval: 500,
  idleLimit: 2_000,
  requestTimeout: 1_000,
  watchRetryTimeout: 3_000,
  healthyPeriod: 1_000,
};
