/**
 * Does work on items, on up to `atOnce` at the same time, and gives the results in the order of the items. A result is
 * given as soon as it is ready and all results before it have been given. If the items end with an error, the results
 * of the items before it are given first. If work fails, no more work is begun, and work that runs is waited for. (The
 * package `p-map` does not wait for work that runs. Lambda would then freeze the function after its answer, in the
 * middle of that work.)
 */
export async function* inOrder<T, R>(
  items: AsyncGenerator<T, unknown, undefined>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  let upcoming: Promise<IteratorResult<T, unknown>> | undefined = heard(items.next());
  let failed: { error: unknown } | undefined;
  try {
    while (upcoming || running.length > 0) {
      const first = running[0];
      if (first && (!upcoming || running.length === atOnce || (await isEarlier(first, upcoming)))) {
        const made = await first;
        running.shift();
        yield made;
        continue;
      }
      try {
        const next: IteratorResult<T, unknown> | undefined = await upcoming;
        upcoming = undefined;
        if (!next || next.done) continue;
        running.push(heard(work(next.value)));
        upcoming = heard(items.next());
      } catch (error) {
        failed = { error };
        upcoming = undefined;
      }
    }
  } finally {
    await Promise.allSettled(running);
    // This call does not wait for the items to end, because the next item may take long to arrive.
    void items.return(undefined).catch(() => {});
  }
  if (failed) throw failed.error;
}

/** Keeps Node from ending the process if the promise fails before anybody waits for it. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function isEarlier(one: Promise<unknown>, other: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    one.then(
      () => true,
      () => true,
    ),
    other.then(
      () => false,
      () => false,
    ),
  ]);
}
