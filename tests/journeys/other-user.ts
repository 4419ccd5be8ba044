import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { NOBODY } from './listening-ports.ts';

/**
 * Runs as root, becomes another user of the machine, and tries to get at an installation. The arguments are its data
 * folder, the ports to ask, and its process ids. It prints what it could reach as JSON.
 */
export type Reached = {
  /** The tables of all databases that answer on one of the ports. */
  tables: string[];
  folder: string;
  file: string;
  networks: string[];
};

const [folder = '', ports = '', ...pids] = process.argv.slice(2);
process.setgroups?.([]);
process.setgid?.(NOBODY);
process.setuid?.(NOBODY);

const tables = await Promise.all(ports.split(',').map(Number).map(tablesAt));
const reached: Reached = {
  tables: tables.flat(),
  folder: outcome(() => readdirSync(folder)),
  file: outcome(() => readFileSync(join(folder, 'broadsheet.db'))),
  networks: pids.map((pid) => outcome(() => readlinkSync(`/proc/${pid}/ns/net`))),
};
process.stdout.write(JSON.stringify(reached));

/** Returns the code of the error, or `open`. */
function outcome(action: () => unknown): string {
  try {
    action();
    return 'open';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function tablesAt(port: number): Promise<string[]> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    authorization:
      'AWS4-HMAC-SHA256 Credential=any/20260101/any/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    'x-amz-date': '20260101T000000Z',
  };
  return new Promise((resolve) => {
    const asking = request(
      { host: '127.0.0.1', port, method: 'POST', headers, timeout: 2_000 },
      async (answer) => {
        const text = (await answer.toArray().catch(() => [])).join('');
        try {
          resolve(JSON.parse(text).TableNames ?? []);
        } catch {
          resolve([]);
        }
      },
    );
    asking.once('timeout', () => asking.destroy());
    asking.once('error', () => resolve([]));
    asking.end('{}');
  });
}
