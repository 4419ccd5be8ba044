import type { Table } from '../../functions/adapters/dynamo/dynamo-client.ts';

/**
 * What DynamoDB charges for: capacity units, as ConsumedCapacity in its answers says. The embedded server counts them
 * exactly to the half unit too. Tests and benchmarks count with this.
 */
export type Consumed = {
  read: number;
  write: number;
  /** Each request that was made, such as `QueryCommand`. */
  commands: string[];
  /** Units by command. */
  units: Record<string, number>;
};

export type Meter = {
  /** Returns what is consumed until `work` is done, including what others ask the client in this time. */
  during<T>(work: () => Promise<T>): Promise<Consumed & { result: T }>;
};

const READS = /^(?:Get|BatchGet|TransactGet|Query|Scan)/;

/** Asks from now on what every command of the client of this table consumes. A client can have one meter. */
export function meterOf({ client }: Table): Meter {
  let total: Consumed = { read: 0, write: 0, commands: [], units: {} };
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        const units = unitsOf(answer.output);
        total.commands.push(commandName);
        total.units[commandName] = (total.units[commandName] ?? 0) + units;
        if (READS.test(commandName)) total.read += units;
        else total.write += units;
        return answer;
      },
    { step: 'initialize', priority: 'high', name: 'consumedCapacity' },
  );
  return {
    async during(work) {
      total = { read: 0, write: 0, commands: [], units: {} };
      const result = await work();
      return { ...total, result };
    },
  };
}

/** Adds up the units of all tables of the command. Throws if the answer does not name any. */
function unitsOf(output: unknown): number {
  const { ConsumedCapacity } = output as { ConsumedCapacity?: Capacity | Capacity[] };
  const each = ConsumedCapacity === undefined ? [] : [ConsumedCapacity].flat();
  if (each.length === 0) throw new Error('an answer does not say what it consumed');
  return each.reduce((sum, { CapacityUnits = Number.NaN }) => sum + CapacityUnits, 0);
}

type Capacity = { CapacityUnits?: number };
