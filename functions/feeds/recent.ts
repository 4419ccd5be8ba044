/**
 * A memory for what is cheap to find again and asked for with every poll: emptied when it is full. One that knows what
 * was used last (`lru-cache`) takes several times as long to answer.
 */
export type Recent<K, V> = { get(key: K): V | undefined; set(key: K, value: V): void };

export function recent<K, V>(max: number): Recent<K, V> {
  const known = new Map<K, V>();
  return {
    get: (key) => known.get(key),
    set(key, value) {
      if (known.size >= max) known.clear();
      known.set(key, value);
    },
  };
}
