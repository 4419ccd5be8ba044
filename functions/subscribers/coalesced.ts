/**
 * One at a time, asked for many at a time: while a question is on its way, those that come in wait and are then asked
 * together. Nothing is remembered, so each answer is younger than its question. (`dataloader` gathers what is asked in the
 * same tick, where here each worker comes in its own.)
 */
export function coalesced<V>(
  load: (keys: string[]) => Promise<Map<string, V>>,
): (key: string) => Promise<V | undefined> {
  let waiting: Waiting<V>[] = [];
  let isAsking = false;
  const askAll = async () => {
    isAsking = true;
    while (waiting.length > 0) {
      const these = waiting;
      waiting = [];
      try {
        const found = await load([...new Set(these.map(({ key }) => key))]);
        for (const { key, resolve } of these) resolve(found.get(key));
      } catch (error) {
        for (const { reject } of these) reject(error);
      }
    }
    isAsking = false;
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (!isAsking) void askAll();
    });
}

type Waiting<V> = { key: string; resolve(value: V | undefined): void; reject(error: unknown): void };
