import { describe, expect, it } from 'vitest';
import { parseReaderAddress } from '../../functions/subscribers/email-address.ts';
import { setUp } from '../support/installation.ts';
import { subscribe } from '../support/newsroom.ts';
import { parseAnyAddress, signUpInAnyScript } from './any-input.ts';
import { membersOf, postForm } from './reader.ts';

/** Addresses with a fault, and how the fault is described: in JSON, on the English page and on the Spanish page. */
const WRONG: [typed: string, detail: string, english: string, spanish: string][] = [
  ['', 'is missing', 'Enter an e-mail address', 'Escriba una dirección'],
  ['ana.reader.example', 'has no @', 'There is no @', 'Falta la @'],
  ['ana @reader.example', 'has a space', 'There is a space', 'Hay un espacio'],
  ['ana@reader.example\r\nBcc: x@y.example', 'has a space', 'There is a space', 'Hay un espacio'],
  ['an\ufffd@reader.example', 'has U\\+FFFD', 'could not be read', 'No se ha podido leer'],
  ['ana@r\ufffdader.example', 'has U\\+FFFD', 'could not be read', 'No se ha podido leer'],
  [`${'a'.repeat(65)}@reader.example`, 'is too long', 'is too long', 'demasiado larga'],
  [`ana@${'a.'.repeat(130)}example`, 'is too long', 'is too long', 'demasiado larga'],
  ['ana,eva@reader.example', 'has something before the @', 'something before the @', 'Antes de la @'],
  ['ana@home@reader.example', 'has something before the @', 'something before the @', 'Antes de la @'],
  ['ana@reader', 'must have a domain', 'is no domain', 'no es un dominio'],
  ['ana@127.0.0.1', 'must have a domain', 'is no domain', 'no es un dominio'],
  ['ana@mailinator.com', 'belongs to a service for throwaway', 'to throw away', 'de usar y tirar'],
  ['ana@x.Mailinator.com', 'belongs to a service for throwaway', 'to throw away', 'de usar y tirar'],
];

describe('a sign-up with a wrong address', () => {
  it.each(WRONG)('is refused with the reason: %j', async (email, detail, english, spanish) => {
    const world = await setUp();
    const json = await world.request('/subscriptions', {
      method: 'POST',
      body: { email, editions: ['daily'] },
    });
    expect(json.status).toBe(422);
    const { errors } = (await json.json()) as { errors: { pointer: string; detail: string }[] };
    expect(errors).toEqual([{ pointer: '/email', detail: expect.stringMatching(new RegExp(`^${detail}`)) }]);
    for (const [language, words] of [
      ['en', english],
      ['es', spanish],
    ] as const) {
      const fields = { email, editions: 'daily', language };
      const form = await postForm(world, '/subscriptions', fields, { 'accept-language': language });
      expect(form.status).toBe(422);
      const [said, ...more] = [...(await form.text()).matchAll(/id="email-fault">([^<]+)</g)];
      expect(said?.[1]).toContain(words);
      expect(more).toEqual([]);
    }
    await world.queue.drain();
    expect(world.mails).toEqual([]);
  });
});

it.each([
  [5, 'must be a string'],
  [true, 'must be a string'],
  [[], 'must be a string'],
  [null, 'must be a string'],
  [undefined, 'is missing: it must be a mail address, such as ana@paper.example'],
])('an address that is the JSON value %j is refused with the reason', async (email, detail) => {
  const world = await setUp();
  for (const path of ['/subscriptions', '/subscriptions/link']) {
    const answer = await world.request(path, { method: 'POST', body: { email, editions: ['daily'] } });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/email', detail }] });
  }
});

it('a form whose bytes are not UTF-8 is refused, and nobody is mailed', async () => {
  const world = await setUp();
  const answer = await world.request('/subscriptions', {
    method: 'POST',
    body: 'email=%ff%25zz@reader.example&editions=daily',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain('A character of the address could not be read.');
  await world.queue.drain();
  expect(world.mails).toEqual([]);
});

it.each(['ana@duck.com', 'ana@mozmail.com', 'ana@privaterelay.appleid.com', 'ana@mailinator.com.example'])(
  '%s is accepted, because its domain is not that of a throwaway service',
  (email) => {
    expect(parseReaderAddress(email)).toEqual({ ok: true, address: email });
  },
);

it('internationalised addresses of any script are accepted, and mailed with their domains in ASCII', async () => {
  await signUpInAnyScript(8);
});

it('a domain in its own letters and the same domain in ASCII make one reader, in upper and in lower case', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@españa.example');
  await subscribe(world, 'ANA@xn--espaa-rta.example', { editions: ['weekly'] });
  const [member, ...more] = await membersOf(world, 'daily');
  expect(more).toEqual([]);
  expect(await membersOf(world, 'weekly')).toEqual([member]);
});

it('no text that is accepted as an address can end a mail header or begin another one', () => {
  parseAnyAddress(300);
});
