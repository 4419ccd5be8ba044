/**
 * What work makes of each item, in the order of the items, with up to `atOnce` of them under way. Each comes as soon as it
 * is ready and all before it have been given. Where the items fail, what was made of those before is given first; where
 * work fails, nothing more is begun and what runs is waited for. (`p-map` leaves it running, which a function that has
 * answered is stopped in the middle of.)
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
    // Not waited for: an item may be long in coming.
    void items.return(undefined).catch(() => {});
  }
  if (failed) throw failed.error;
}

/** A promise that may fail before anybody waits for it. */
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
