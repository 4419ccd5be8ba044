/**
 * The work on every item, `atOnce` of them at a time: one that takes long holds up no other, and no more are fetched than
 * are worked on. Where one fails nothing more is begun, and that failure is thrown once what runs has ended.
 */
export async function together<T>(
  items: AsyncGenerator<T, void>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false;
  const worker = async (): Promise<void> => {
    while (!failed) {
      try {
        const next = await items.next();
        if (next.done) return;
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
