import { expect } from 'vitest';
import { ids } from '../../functions/adapters/random.ts';

/** Makes `count` ids. Expects that each of the 36 letters and digits comes equally often at every place of an id. */
export function expectEvenLetters(count: number): void {
  const made = Array.from({ length: count }, ids);
  const mean = count / 36;
  // A count may differ from the mean by six standard deviations in either direction.
  const most = 6 * Math.sqrt(mean * (35 / 36));
  for (let place = 0; place < 20; place++) {
    const counts = new Map<string, number>();
    for (const id of made) counts.set(id.charAt(place), (counts.get(id.charAt(place)) ?? 0) + 1);
    expect(counts.size).toBe(36);
    for (const each of counts.values()) expect(Math.abs(each - mean)).toBeLessThan(most);
  }
}
