import { expect } from 'vitest';
import type { FunctionId } from '../infra/policy.ts';
import { type Deployment, EDITOR_TOKEN } from './deployment.ts';
import { deliver, request } from './lambda.ts';

/**
 * Does what an editor does, and what AWS does between the functions. `messages` collects the messages that went through
 * the queues.
 */
export function newsroom(deployed: () => Deployment, messages: { kind: string }[]) {
  /** Expects that the function handles every message. If it does not, the failure shows the last lines of its log. */
  async function handles(id: FunctionId, bodies: string[]): Promise<void> {
    const lambda = deployed().lambda(id);
    const answer = await deliver(lambda, bodies);
    expect(answer, lambda.lines().slice(-3).join('\n')).toEqual({ batchItemFailures: [] });
  }

  function post(path: string, body: unknown) {
    const headers = { authorization: `Bearer ${EDITOR_TOKEN}`, 'content-type': 'application/json' };
    return request(deployed().lambda('Editor'), 'POST', path, { headers, body: JSON.stringify(body) });
  }

  /** Delivers the messages of the queues until all queues are empty. */
  async function drain(): Promise<void> {
    const { queues, composeQueue, workQueue, webSubQueue } = deployed();
    for (let round = 0; round < 10; round++) {
      const forTick = queues.take(composeQueue);
      const forWork = [...queues.take(workQueue), ...queues.take(webSubQueue)];
      if (forTick.length + forWork.length === 0) return;
      messages.push(...[...forTick, ...forWork].map((body) => JSON.parse(body)));
      if (forTick.length > 0) await handles('Tick', forTick);
      if (forWork.length > 0) await handles('Work', forWork);
    }
    throw new Error('the queues do not come to an end');
  }

  return { handles, post, drain };
}
