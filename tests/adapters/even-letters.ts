import { expect } from 'vitest';
import { ids } from '../../functions/adapters/random.ts';

/** Makes so many ids. At every place of an id each of the 36 letters and digits comes as often as another. */
export function expectEvenLetters(count: number): void {
  const made = Array.from({ length: count }, ids);
  const mean = count / 36;
  // Six standard deviations either way.
  const most = 6 * Math.sqrt(mean * (35 / 36));
  for (let place = 0; place < 20; place++) {
    const counts = new Map<string, number>();
    for (const id of made) counts.set(id.charAt(place), (counts.get(id.charAt(place)) ?? 0) + 1);
    expect(counts.size).toBe(36);
    for (const each of counts.values()) expect(Math.abs(each - mean)).toBeLessThan(most);
  }
}
