import { describe, expect, test } from 'vitest';
import { required } from '../functions/config.ts';
import { SettingsError } from '../functions/settings/publication.ts';
import { sha256 } from '../functions/shared/text.ts';
import { testConfig, VERSION } from './support/config.ts';

/** Returns the message that a person gets who has just set something wrong. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

describe('the environment', () => {
  test('may be empty, because everything has a default', () => {
    expect(testConfig()).toMatchObject({
      version: VERSION,
      port: 8787,
      baseUrl: 'http://localhost:8787',
      dataFolder: '.broadsheet',
      tableName: 'broadsheet',
      ownerTokenHash: undefined,
      dynamoEndpoint: undefined,
      resend: undefined,
      samples: true,
      allowPrivateCallbacks: false,
      allowLocalUsers: false,
      openMailbox: false,
    });
  });

  test('may have an empty variable, which counts as not set', () => {
    const names = [
      'PORT',
      'BROADSHEET_URL',
      'BROADSHEET_DATA',
      'BROADSHEET_EDITOR_TOKEN',
      'AWS_ENDPOINT_URL_DYNAMODB',
      'RESEND_BASE_URL',
      'RESEND_API_KEY',
      'RESEND_WEBHOOK_SECRET',
      'BROADSHEET_SAMPLES',
      'BROADSHEET_ALLOW_PRIVATE_CALLBACKS',
      'BROADSHEET_ALLOW_LOCAL_USERS',
      'BROADSHEET_OPEN_MAILBOX',
    ];
    expect(testConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(testConfig());
  });

  test('sets the values of the config', () => {
    const config = testConfig({
      PORT: '9000',
      BROADSHEET_URL: 'https://Feeds.Paper.example:8443/',
      BROADSHEET_DATA: '/var/lib/broadsheet',
      BROADSHEET_EDITOR_TOKEN: 'a-token-of-16-chars',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
      RESEND_API_KEY: 're_123',
      RESEND_WEBHOOK_SECRET: 'whsec_bm90IHRoZSBzZWNyZXQgb2YgYSB3ZWJob29r',
      BROADSHEET_SAMPLES: 'off',
      BROADSHEET_ALLOW_PRIVATE_CALLBACKS: 'on',
      BROADSHEET_ALLOW_LOCAL_USERS: 'on',
      BROADSHEET_OPEN_MAILBOX: 'on',
    });
    expect(config).toMatchObject({
      port: 9000,
      baseUrl: 'https://feeds.paper.example:8443',
      dataFolder: '/var/lib/broadsheet',
      ownerTokenHash: sha256('a-token-of-16-chars'),
      dynamoEndpoint: 'http://127.0.0.1:8000',
      resend: { apiKey: 're_123' },
      resendWebhookSecret: 'whsec_bm90IHRoZSBzZWNyZXQgb2YgYSB3ZWJob29r',
      samples: false,
      allowPrivateCallbacks: true,
      allowLocalUsers: true,
      openMailbox: true,
    });
    expect(JSON.stringify(config)).not.toContain('a-token-of-16-chars');
  });

  test('gives the default base URL the port that it sets', () => {
    expect(testConfig({ PORT: '9000' }).baseUrl).toBe('http://localhost:9000');
  });

  test.each([
    ['PORT', 'http', 'a number from 1 to 65535'],
    ['PORT', '0', 'a number from 1 to 65535'],
    ['PORT', '65536', 'a number from 1 to 65535'],
    ['PORT', '80.5', 'a number from 1 to 65535'],
    ['BROADSHEET_URL', 'paper.example', 'an absolute http or https URL'],
    ['BROADSHEET_URL', 'ftp://paper.example', 'an absolute http or https URL'],
    ['BROADSHEET_URL', '/', 'an absolute http or https URL'],
    ...['/news', '/news/', '//', '/?a=1', '?', '/#a', '/.%2e/a'].map((rest) => [
      'BROADSHEET_URL',
      `https://paper.example${rest}`,
      'a host alone, with no path, query, fragment or user, such as "https://paper.example"',
    ]),
    ['BROADSHEET_URL', 'https://me:secret@paper.example:8443', 'such as "https://paper.example:8443"'],
    ['AWS_ENDPOINT_URL_DYNAMODB', 'localhost:8000', 'an absolute http or https URL'],
    ['RESEND_BASE_URL', 'api.resend.com', 'an absolute http or https URL'],
    ['BROADSHEET_EDITOR_TOKEN', 'x'.repeat(257), '1 to 256'],
    ['BROADSHEET_EDITOR_TOKEN', 'with spaces in the middle', '1 to 256'],
    ['RESEND_API_KEY', 're_1 23', 'printable ASCII characters without spaces'],
    ['RESEND_API_KEY', 're_123\n', 'printable ASCII characters without spaces'],
    ['RESEND_WEBHOOK_SECRET', 'whsec_', 'at least 22 characters of base64'],
    ['RESEND_WEBHOOK_SECRET', 'whsec_not base64, but long enough', 'at least 22 characters of base64'],
    ['RESEND_WEBHOOK_SECRET', 'bm90IHRoZSBzZWNyZXQgb2YgYSB3ZWJob29r', '"whsec_" and at least'],
    ['EDGE_KEY', 'short', 'at least 16'],
    ['BROADSHEET_SAMPLES', 'no', '"on" or "off"'],
    ['BROADSHEET_ALLOW_PRIVATE_CALLBACKS', 'true', '"on" or "off"'],
    ['BROADSHEET_ALLOW_LOCAL_USERS', 'yes', '"on" or "off"'],
    ['BROADSHEET_OPEN_MAILBOX', 'yes', '"on" or "off"'],
  ])(
    'is refused with %s=%s, and the error names the variable and what is allowed',
    (name, value, allowed) => {
      const message = refusal(() => testConfig({ [name]: value }));
      expect(message).toContain(name);
      expect(message).toContain(allowed);
    },
  );

  test('is refused for a wrong token, and the error does not show the token', () => {
    expect(refusal(() => testConfig({ BROADSHEET_EDITOR_TOKEN: 'sec ret' }))).not.toContain('sec ret');
  });

  test('is refused if it allows private callbacks on Lambda', () => {
    const env = { BROADSHEET_ALLOW_PRIVATE_CALLBACKS: 'on', AWS_LAMBDA_FUNCTION_NAME: 'public' };
    expect(refusal(() => testConfig(env))).toContain('BROADSHEET_ALLOW_PRIVATE_CALLBACKS');
  });

  test('is refused without a variable that must be set, and the error names the variable', () => {
    expect(required({ A: 'x' }, 'A')).toBe('x');
    expect(refusal(() => required({ A: '' }, 'A'))).toContain('A must be set');
  });
});
