import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Previews } from '../../newsletter/previews.ts';

/**
 * Asks the tick function to render previews and proofs, because only that function contains MJML. Throws if the tick
 * function fails. The log of the tick function then says why.
 */
export function lambdaPreviews(functionName: string): Previews {
  const client = new LambdaClient({});
  const ask = async (event: object) => {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
    );
    const answer = Buffer.from(Payload ?? []).toString();
    if (FunctionError) throw new Error(`the tick function failed: ${answer.slice(0, 500)}`);
    return JSON.parse(answer);
  };
  return {
    preview: (request) => ask({ kind: 'preview', request }),
    proof: (request) => ask({ kind: 'proof', request }),
  };
}
