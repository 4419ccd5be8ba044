/** A benchmark is exported by a file of this folder. `run.ts` lists all of them. */
export type Benchmark = { name: string; run(): Promise<Result[]> };

/** A measured figure, and the bar: the least or the most that the figure may be. */
export type Result = {
  what: string;
  value: number;
  /** The unit of the value; `×` for a ratio. */
  unit: string;
  bar: { atLeast: number } | { atMost: number };
  /** The spread of the figure over the rounds. It says how far the figure can be trusted. */
  noise?: string;
  /** Absolute figures. They are only true for this machine at this hour. */
  details: string[];
};

export function holds({ value, bar }: Result): boolean {
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}

/** Returns the results of one benchmark as the lines of a table. */
export function table(results: Result[]): string[] {
  const rows = results.map((result) => [
    result.what,
    `${figure(result.value)} ${result.unit}`,
    'atLeast' in result.bar ? `≥ ${result.bar.atLeast}` : `≤ ${result.bar.atMost}`,
    holds(result) ? 'holds' : 'DOES NOT HOLD',
    result.noise ?? '',
  ]);
  const all = [['', 'measured', 'bar', '', 'spread'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
  return [
    ...lines,
    ...results.flatMap(({ what, details }) => details.map((detail) => `    ${what}: ${detail}`)),
  ];
}

/** Returns a number with three significant digits. */
export function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString();
}
