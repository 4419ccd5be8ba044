import type { QueueFaults } from '../../functions/adapters/one-machine/memory-queue.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { setUp, type World } from '../support/installation.ts';
import { afterwards, FAULTS, type Fault } from '../support/provider.ts';

/**
 * A process whose every effect on the outside world is seen, and can be made to fail: what it sends to DynamoDB,
 * requests from the provider and hands to the queue. The steps follow from the code that runs, so a new write is a step
 * too.
 */
export type WatchedProcess = World & {
  /** The names of the steps that had an effect, in the order in which they happened. */
  steps: string[];
  isDead(): boolean;
  /** Runs the tick of a minute, and all work that follows from it. */
  minute(): Promise<void>;
  close(): void;
};

export type Kind = 'read' | 'write' | 'request' | 'hand-over';
export type When = 'before' | 'after';
/**
 * die: nothing that the process does after this has any effect. fail: only this step throws. repeat: the reply to the
 * step is lost, and the SDK sends the same bytes again (writes only). stall: the process stops until it is released,
 * and then goes on as if nothing had happened. meet: the provider answers a request with this fault.
 */
export type Injection =
  | { what: 'die' | 'fail' | 'repeat'; when: When }
  | { what: 'stall'; when: When; until: Promise<unknown> }
  | { what: 'meet'; fault: Fault };
export type Inject = (step: string, kind: Kind) => Injection | undefined;

type Options = {
  inject?: Inject;
  faults?: QueueFaults;
  mailTimeoutMilliseconds?: number;
  isAlone?: boolean;
};

const READS = /^(?:Get|BatchGet|Query|Scan|TransactGet|Describe)/;

export async function watchedProcess(
  home: World,
  { inject = () => undefined, ...options }: Options = {},
): Promise<WatchedProcess> {
  const steps: string[] = [];
  const seen = new Map<string, number>();
  let isDead = false;

  /** Names a step and asks for its injection. A step that comes a second time gets another name: `… (2)`. */
  const meet = (what: string, kind: Kind): { name: string; injection: Injection | undefined } => {
    const count = (seen.get(what) ?? 0) + 1;
    seen.set(what, count);
    const name = count === 1 ? what : `${what} (${count})`;
    const injection = inject(name, kind);
    return { name, injection };
  };
  const broken = (name: string) => new Error(`injected: ${name}`);
  const dead = () => new Error('injected: this process is dead');

  /** Runs an effect, broken as the injection says. */
  async function step<T>(
    what: string,
    kind: Kind,
    effect: (injection?: Injection) => Promise<T>,
  ): Promise<T> {
    if (isDead) throw dead();
    const { name, injection } = meet(what, kind);
    const when = injection && 'when' in injection ? injection.when : undefined;
    const strike = () => {
      if (injection?.what === 'die') isDead = true;
      throw broken(name);
    };
    const breaks = injection?.what === 'die' || injection?.what === 'fail';
    const stalls = injection?.what === 'stall' ? injection.until : undefined;
    if (breaks && when === 'before') strike();
    if (when === 'before') await stalls;
    const result = await effect(injection);
    if (isDead) throw dead();
    if (kind !== 'read') steps.push(name);
    if (breaks) strike();
    if (when === 'after') await stalls;
    return result;
  }

  /** Returns the fault that the provider shows to a request of this process. */
  const request = async ({ key }: { key: string }): Promise<Fault | undefined> => {
    if (isDead) return FAULTS.dropped;
    const { name, injection } = meet(`request ${plain(key)}`, 'request');
    if (injection?.what === 'die') isDead = true;
    const isBefore = injection && 'when' in injection && injection.when === 'before';
    if (!isBefore || injection.what === 'stall') steps.push(name);
    switch (injection?.what) {
      case undefined:
        return undefined;
      case 'meet':
        return injection.fault;
      case 'stall':
        if (!isBefore) return { taken: true, held: injection.until };
        await injection.until;
        return undefined;
      default:
        return isBefore ? FAULTS.dropped : afterwards(FAULTS.dropped);
    }
  };

  const world = await setUp({
    sharing: home,
    config: home.config,
    provider: request,
    confirmations: request,
    ...options,
  });

  const { middlewareStack } = world.table.client;
  middlewareStack.add(
    (next, context) => (args) => {
      const { commandName = '' } = context;
      const kind = READS.test(commandName) ? 'read' : 'write';
      return step(commandOf(commandName, args.input), kind, (injection) => {
        Object.assign(context, { losesReply: injection?.what === 'repeat' });
        return next(args);
      });
    },
    { step: 'initialize', priority: 'high', name: 'watched' },
  );
  // This layer lies behind the layer of the SDK that repeats requests. The SDK sees a broken connection, and sends the
  // same bytes again.
  middlewareStack.add(
    (next, context) => async (args) => {
      const answer = await next(args);
      if (!('losesReply' in context) || !context.losesReply) return answer;
      context.losesReply = false;
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    },
    { step: 'deserialize', priority: 'low', name: 'lossy' },
  );

  const { send } = world.queue;
  world.queue.send = async (messages, delaySeconds) => {
    if (messages.length === 0) return;
    await step(`hand over ${messages.map(messageName).join(', ')}`, 'hand-over', () =>
      send(messages, delaySeconds),
    );
  };

  return {
    ...world,
    steps,
    isDead: () => isDead,
    async minute() {
      // After a tick that fails, the next tick does its work, as on AWS and with the timer of one machine.
      await world.tick().catch((error) => world.log.error('the tick failed', { error }));
      await world.queue.drain();
    },
    close: () => world.table.client.destroy(),
  };
}

type Write = { Key?: Key; Item?: Key; UpdateExpression?: string };
type Key = { pk?: unknown; sk?: unknown };
type Input = Write & { TransactItems?: Record<string, Write>[]; RequestItems?: Record<string, unknown> };

/** Names a write by the items that it touches and by what it does to them. */
function commandOf(command: string, input: unknown): string {
  const { TransactItems, RequestItems, ...single } = input as Input;
  if (RequestItems) return plain(`${command} ${JSON.stringify(Object.values(RequestItems))}`);
  const writes = TransactItems?.flatMap((item) => Object.values(item)) ?? [single];
  return plain(
    `${command} ${writes.map(writeName).join(' + ')}`.replace('ItemsCommand', '').replace('ItemCommand', ''),
  );
}

function writeName({ Key, Item, UpdateExpression }: Write): string {
  const { pk, sk } = Key ?? Item ?? {};
  return `${pk}/${sk}${UpdateExpression ? ` {${UpdateExpression}}` : ''}`;
}

function messageName({ kind, ...ids }: Message): string {
  const [last] = Object.values(ids).slice(-1);
  return plain(`${kind} ${last}`);
}

/** Returns a name without the parts that differ between runs, so that a step has the same name in all of them. */
function plain(name: string): string {
  return name
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\d-\d{4}/g, '<slot>')
    .replaceAll(/-[0-9a-f]{12}\b/g, '-<stories>')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
    .replaceAll(/\bid-\d{8}\b/g, '<id>');
}
