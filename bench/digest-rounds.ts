/** Both Broadsheet and the plain loop make this many requests at the same time. */
export const AT_ONCE = 2;
