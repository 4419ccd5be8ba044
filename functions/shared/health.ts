import { NO_STORE } from './answer-json.ts';

export type HealthServices = {
  config: { version: string };
  /** Says in a sentence what is wrong, or returns undefined. It is absent on AWS, where alarms watch everything. */
  health?: () => Promise<string | undefined>;
};

/** Handles the address by which a monitor asks whether the process serves. */
export function healthHandler({ config, health }: HealthServices): () => Promise<Response> {
  return async () => {
    const fault = await health?.();
    return new Response(fault === undefined ? `ok ${config.version}\n` : `not ok: ${fault}\n`, {
      status: fault === undefined ? 200 : 503,
      headers: { 'content-type': 'text/plain; charset=UTF-8', ...NO_STORE },
    });
  };
}
