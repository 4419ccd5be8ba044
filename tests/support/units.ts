import type { Table } from '../../functions/adapters/dynamo/dynamo-client.ts';

/**
 * What DynamoDB charges for: capacity units as its own ConsumedCapacity says, whole to the half unit in the embedded
 * server too. Tests and benchmarks count with this.
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
  /** What is consumed until `work` is done, also by what else the client is asked meanwhile. */
  during<T>(work: () => Promise<T>): Promise<Consumed & { result: T }>;
};

const READS = /^(?:Get|BatchGet|TransactGet|Query|Scan)/;

/** From now on every command of the table's client is asked what it consumed. One meter a client. */
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

/** One table's, or one of each table's that the command was about. Throws where the answer does not say. */
function unitsOf(output: unknown): number {
  const { ConsumedCapacity } = output as { ConsumedCapacity?: Capacity | Capacity[] };
  const each = ConsumedCapacity === undefined ? [] : [ConsumedCapacity].flat();
  if (each.length === 0) throw new Error('an answer does not say what it consumed');
  return each.reduce((sum, { CapacityUnits = Number.NaN }) => sum + CapacityUnits, 0);
}

type Capacity = { CapacityUnits?: number };
