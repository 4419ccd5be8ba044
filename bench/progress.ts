/** Says how far something is, on stderr, no oftener than every two seconds: what is quick says nothing. */
export function progress(what: string, of: number): (done: number) => void {
  let said = performance.now();
  return (done) => {
    if (performance.now() - said < EVERY_MILLISECONDS) return;
    said = performance.now();
    console.error(`  ${what}: ${Math.floor((done / of) * 100)} %`);
  };
}

const EVERY_MILLISECONDS = 2_000;
