import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Lets requests to the database wait while the database is not there, so that none of them fails. */
export type RequestGate = {
  /** Waits for the requests that have begun, and lets all others wait until the work is done. */
  whileClosed(work: () => Promise<void>): Promise<void>;
};

/** Puts a gate before all requests of this client. */
export function requestGate({ middlewareStack }: DynamoDBDocumentClient): RequestGate {
  let running = 0;
  let closed: Promise<void> | undefined;
  let lastHasEnded = () => {};
  middlewareStack.add(
    (next) => async (request) => {
      while (closed) await closed;
      running += 1;
      try {
        return await next(request);
      } finally {
        running -= 1;
        if (running === 0) lastHasEnded();
      }
    },
    { step: 'initialize', name: 'requestGate' },
  );

  return {
    async whileClosed(work) {
      const { promise, resolve: open } = Promise.withResolvers<void>();
      closed = promise;
      try {
        if (running > 0)
          await new Promise<void>((resolve) => {
            lastHasEnded = resolve;
          });
        await work();
      } finally {
        closed = undefined;
        open();
      }
    },
  };
}
