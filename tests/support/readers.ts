import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import type { World } from './installation.ts';

/** Stores many readers at once, as they are after their confirmation. Signing each of them up would take minutes. */
export async function addReaders(
  { services }: World,
  count: number,
  fieldsOf: (index: number) => Partial<Subscriber> = () => ({}),
): Promise<Subscriber[]> {
  const at = '2026-11-01T00:00:00.000Z';
  const readers = Array.from({ length: count }, (_, index): Subscriber => {
    const id = `reader-${index}`;
    return {
      id,
      version: 1,
      email: `${id}@reader.example`,
      language: 'en',
      editions: ['daily'],
      topics: [],
      confirmedAt: at,
      updatedAt: at,
      consent: { at, source: 'sign-up' },
      ...fieldsOf(index),
    };
  });
  for (let start = 0; start < count; start += 20) {
    await Promise.all(
      readers
        .slice(start, start + 20)
        .map((reader) =>
          services.subscribers.write(undefined, reader, { at, what: 'confirmed', editions: reader.editions }),
        ),
    );
  }
  return readers;
}

/** Stores one reader, as they are if they confirm their sign-up now. A sign-up takes ten times as many requests. */
export async function storeReader(
  world: World,
  email: string,
  choices: Partial<Subscriber> = {},
): Promise<void> {
  const id = `reader-of-${email.replace(/\W/g, '-')}`;
  const at = new Date(world.now()).toISOString();
  await addReaders(world, 1, () => ({
    ...{ id, email, confirmedAt: at, updatedAt: at, consent: { at, source: 'sign-up' } },
    ...choices,
  }));
}

/** Returns every set of these sections. Readers with different sets are in different batches. */
export function everyChoice(sections: string[]): string[][] {
  return Array.from({ length: 2 ** sections.length }, (_, bits) =>
    sections.filter((_, at) => bits & (1 << at)),
  );
}

/** Returns how many digests each address got. */
export function digestCounts({ mails }: Pick<World, 'mails'>): Map<string, number> {
  const digests = mails.filter(({ key }) => key.startsWith('issue/'));
  return new Map(
    Map.groupBy(digests, ({ to }) => to)
      .entries()
      .map(([to, own]) => [to, own.length]),
  );
}

/** Returns the counts of digests if each reader got exactly one. */
export function onceEach(readers: { email: string }[]): Map<string, number> {
  return new Map(readers.map(({ email }) => [email, 1]));
}
