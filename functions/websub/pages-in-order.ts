/**
 * Keeps track of the progress through pages whose items are worked on at the same time and finish in any order. The
 * first page begins after the place `after`.
 */
export function pagesInOrder(after: string | undefined) {
  const open: { last: string | undefined; left: number }[] = [];
  let doneUpTo = after;
  return {
    /** Begins a page of `count` items that ends at `last`. Returns a function to call at the end of each item. */
    begin(count: number, last: string | undefined): () => void {
      const page = { last, left: count };
      open.push(page);
      return () => {
        page.left -= 1;
      };
    },
    /** Returns the last place up to which every item is finished. */
    doneUpTo(): string | undefined {
      while (open[0]?.left === 0) doneUpTo = open.shift()?.last ?? doneUpTo;
      return doneUpTo;
    },
  };
}

export type PagesInOrder = ReturnType<typeof pagesInOrder>;
