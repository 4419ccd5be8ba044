/**
 * Does what Lambda's own runtime does for a function, in a process of its own. It imports the module with the handler,
 * then calls the handler with one event after another. `lambda.ts` starts this file, and says over IPC what to call and
 * what time it is.
 */

// The clock must be replaced before the bundle is loaded, because the bundle takes its clock at the start. After a time
// is set, the clock goes on by itself.
const realTime = Date.now;
let ahead = 0;
Date.now = () => realTime() + ahead;

// Lambda puts a time, a request id and a level before each line of the console. Such a line is not JSON any more.
for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  console[level] = (...parts: unknown[]) =>
    void process.stdout.write(
      `2026-11-22T12:00:00.000Z\trequest\t${level.toUpperCase()}\t${parts.join(' ')}\n`,
    );
}

const [file, name] = process.argv.slice(2) as [string, string];
try {
  const handler = (await import(file))[name] as (event: unknown, context: unknown) => Promise<unknown>;
  process.on('message', async ({ id, event, now }: { id: number; event?: unknown; now?: number }) => {
    if (now !== undefined) {
      ahead = now - realTime();
      process.send?.({ id });
      return;
    }
    try {
      const answer = await handler(event, { awsRequestId: String(id), functionName: 'shipped' });
      process.send?.({ id, answer });
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      });
    }
  });
  process.send?.({ ready: true });
} catch (error) {
  process.send?.({ ready: false, error: String((error as Error).stack) });
}
