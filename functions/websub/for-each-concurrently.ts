/**
 * Does the work on every item, on `atOnce` items at a time. A slow item does not hold up the others, and an item is
 * fetched only when work on it can begin. Returns what the generator returned. If something fails, no more work is
 * begun, and the failure is thrown after the running work has ended. It must not be thrown before, because a Lambda
 * function that has answered is stopped in the middle of its work. (`p-map` rejects at once, or goes on to the end.)
 */
export async function forEachConcurrently<T, R>(
  items: AsyncGenerator<T, R, undefined>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<R> {
  let failed = false;
  let returned: R | undefined;
  const worker = async (): Promise<void> => {
    while (!failed) {
      try {
        const next = await items.next();
        // After a generator has ended, only the first answer has the value that it returned.
        if (next.done) {
          returned ??= next.value;
          return;
        }
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return returned as R;
}
