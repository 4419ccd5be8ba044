/** Requests under way at a time, of both. */
export const AT_ONCE = 2;
