import { done, isObject, jsonOf, type Outcome, refused } from '../shared/refusal.ts';

export type Body = { fields: Record<string, unknown>; isForm: boolean };

/**
 * Reads the body of a request, which is JSON or a form. In a form, `editions` and `topics` are always lists, however
 * many boxes were ticked. Their names may end in `[]`.
 */
export async function readBody(request: Request): Promise<Outcome<Body>> {
  const got = request.headers.get('content-type') ?? '';
  const type = got.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') {
    const json = jsonOf(await request.text());
    if (!json.ok) return json;
    return isObject(json.value)
      ? done({ fields: json.value, isForm: false })
      : refused({ kind: 'malformed', detail: 'The body must be a JSON object.' });
  }
  const allowed = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  if (type !== 'application/x-www-form-urlencoded' && type !== 'multipart/form-data') {
    return refused({ kind: 'unsupported-media-type', got: got || 'not given', allowed });
  }
  try {
    const form = await request.formData();
    const fields: Record<string, unknown> = {};
    for (const [name, value] of form) {
      const list = name.endsWith('[]') || name === 'editions' || name === 'topics';
      const field = name.replace(/\[\]$/, '');
      if (list) fields[field] = [...((fields[field] as unknown[] | undefined) ?? []), value];
      else fields[field] = value;
    }
    return done({ fields, isForm: true });
  } catch {
    return refused({ kind: 'malformed', detail: 'The form cannot be read.' });
  }
}

/** Returns what was typed, so that the form can show it again beside its faults. */
export function typed(fields: Record<string, unknown>) {
  const list = (value: unknown) =>
    Array.isArray(value) ? value.filter((member) => typeof member === 'string') : [];
  return {
    email: textOf(fields.email),
    language: textOf(fields.language),
    editions: list(fields.editions),
    topics: list(fields.topics),
  };
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
