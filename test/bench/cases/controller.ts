/** The event loop: update events through three handlers that do nothing, and what the number of keys held costs. */
import { Controller, DBResync, KubeStateChange, type EventHandler, type Southbound } from '../../../src/controller.js';
import type { Finding } from '../findings.js';
import { byTurns, timed, type Contestant } from '../measure.js';

export interface ControllerPlan {
  /** How many objects are held. */
  readonly sizes: readonly number[];
  /** Events in one round. */
  readonly events: number;
  readonly rounds: number;
}

const bareLoop = 'a loop over a bare Map';

/** Update events a second, beside a loop without transactions, records, queues and answers. */
export async function measureController({ sizes, events, rounds }: ControllerPlan): Promise<Finding> {
  const contestants: Contestant[] = [];
  const controllers: Controller[] = [];
  for (const size of sizes) {
    const controller = await holding(size);
    controllers.push(controller);
    contestants.push(
      { name: `controller ${size}`, round: () => timed(() => pushAll(controller, size, events)) },
      { name: `bare ${size}`, round: bare(size, events) },
    );
  }
  const timings = await byTurns(contestants, rounds);
  for (const controller of controllers) await controller.close();
  const each = (name: string): readonly number[] =>
    sizes.map((size) => ((timings.find((timing) => timing.name === `${name} ${size}`)?.median ?? NaN) / events) * 1_000);
  const controllerCosts = each('controller');
  const [first = NaN] = controllerCosts;
  const growth = (costs: readonly number[]): number => (costs.at(-1) ?? NaN) / (costs[0] ?? NaN);
  return {
    title: 'Event loop, update events through three handlers that do nothing',
    method:
      `${events.toLocaleString('en-US')} KubeStateChange events a round, pushed in portions of 1,000, each awaited by state; history on, nothing to commit; ` +
      `${rounds} rounds by turns. The bare loop awaits three functions for each event and sets a key of a Map.`,
    columns: [...sizes.map((size) => `${size.toLocaleString('en-US')} keys`), 'growth'],
    rows: [
      { name: 'controller: an event (microseconds)', figures: [...controllerCosts, growth(controllerCosts)] },
      { name: 'controller: events a second', figures: [...controllerCosts.map((cost) => 1e6 / cost), undefined] },
      { name: `${bareLoop}: an event (microseconds)`, figures: [...each('bare'), growth(each('bare'))] },
    ],
    verdicts: [
      {
        goal: 'event loop, update events a second through three no-op handlers',
        wanted: { atLeast: 20_000 },
        measured: 1e6 / first,
      },
      { goal: 'event loop, cost of an event by keys held: growth', wanted: { atMost: 4 }, measured: growth(controllerCosts) },
    ],
  };
}

const idle = (name: string): EventHandler => ({
  name,
  handlesEvent: () => true,
  resync: () => {},
  update: () => '',
  revert: () => {},
});

const handlers: readonly EventHandler[] = ['addresses', 'routes', 'rules'].map(idle);

const southbound: Southbound = {
  commit: () => Promise.resolve({ outcome: 'applied', sequence: 0, failures: [], values: [] }),
};

const keyOf = (index: number): string => `/pods/default/pod-${index}`;

async function holding(size: number): Promise<Controller> {
  const pods = Object.fromEntries(Array.from({ length: size }, (_, index) => [keyOf(index), { image: 'web:1' }]));
  const controller = new Controller({ handlers, southbound });
  await controller.start();
  controller.pushEvent(new DBResync({ kubeState: { pods } }));
  await rest(controller);
  return controller;
}

/** Until everything that was pushed is processed. */
async function rest(controller: Controller): Promise<void> {
  while (controller.report().state !== 'idle') await new Promise((resolve) => setImmediate(resolve));
}

async function pushAll(controller: Controller, size: number, events: number): Promise<void> {
  const before = controller.history.query({ last: 1 })[0]?.sequence ?? 0;
  for (let index = 0; index < events; index++) {
    const newValue = { image: `web:${index}` };
    controller.pushEvent(new KubeStateChange({ key: keyOf((index * 7_919) % size), resource: 'pods', newValue }));
    if (index % 1_000 === 999) await rest(controller);
  }
  await rest(controller);
  const after = controller.history.query({ last: 1 })[0]?.sequence ?? 0;
  if (after - before !== events) throw new Error(`${events} events were pushed, and ${after - before} processed.`);
}

function bare(size: number, events: number): () => Promise<number> {
  const pods = new Map<string, unknown>(Array.from({ length: size }, (_, index) => [keyOf(index), { image: 'web:1' }]));
  const reactions = [async () => '', async () => '', async () => ''];
  return () =>
    timed(async () => {
      for (let index = 0; index < events; index++) {
        pods.set(keyOf((index * 7_919) % size), { image: `web:${index}` });
        for (const react of reactions) await react();
      }
    });
}
