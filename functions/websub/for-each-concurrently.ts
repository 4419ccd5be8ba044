/**
 * The work on every item, `atOnce` of them at a time: one that takes long holds up no other, and no more are fetched than
 * are worked on. Answers what the generator returned. Where something fails nothing more is begun, and that failure is
 * thrown once what runs has ended: a function that has answered is stopped in the middle of what it left running. (`p-map`
 * rejects at once, or goes on to the end.)
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
        // Only the first answer of a generator that has ended has what it returned.
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
