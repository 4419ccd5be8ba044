/**
 * Turns a function that loads many keys at once into one that loads a single key. Only one load runs at a time. Keys
 * that are asked for while a load runs are loaded together when it has ended. Nothing is cached, so an answer is never
 * older than its question. (The package `dataloader` gathers only the keys that are asked for in the same tick of the
 * event loop. The workers of an import ask in different ticks.)
 */
export function coalesced<V>(
  load: (keys: string[]) => Promise<Map<string, V>>,
): (key: string) => Promise<V | undefined> {
  let waiting: Waiting<V>[] = [];
  let isAsking = false;
  const askAll = async () => {
    isAsking = true;
    while (waiting.length > 0) {
      const asked = waiting;
      waiting = [];
      try {
        const found = await load([...new Set(asked.map(({ key }) => key))]);
        for (const { key, resolve } of asked) resolve(found.get(key));
      } catch (error) {
        for (const { reject } of asked) reject(error);
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
