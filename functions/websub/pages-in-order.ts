/**
 * How far one is with pages whose items are worked on side by side, and so come to their ends in any order. `after` is
 * where the first page begins.
 */
export function pagesInOrder(after: string | undefined) {
  const open: { last: string | undefined; left: number }[] = [];
  let doneUpTo = after;
  return {
    /** A page of `count` items has begun, which ends at `last`. To be called at the end of each of them. */
    begin(count: number, last: string | undefined): () => void {
      const page = { last, left: count };
      open.push(page);
      return () => {
        page.left -= 1;
      };
    },
    /** The last place up to which no item is under way. */
    doneUpTo(): string | undefined {
      while (open[0]?.left === 0) doneUpTo = open.shift()?.last ?? doneUpTo;
      return doneUpTo;
    },
  };
}

export type PagesInOrder = ReturnType<typeof pagesInOrder>;
