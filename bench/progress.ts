const EVERY_MILLISECONDS = 2_000;

/** Writes to stderr how far something is, at most every two seconds. Something that takes less time writes nothing. */
export function progress(what: string, of: number): (done: number) => void {
  let said = performance.now();
  return (done) => {
    if (performance.now() - said < EVERY_MILLISECONDS) return;
    said = performance.now();
    console.error(`  ${what}: ${Math.floor((done / of) * 100)} %`);
  };
}
