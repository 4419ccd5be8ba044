/**
 * Makes the error for a message, an event or a state that this version of the program does not know. A newer version has
 * made it, and somebody then went back to this one. Whoever throws the error leaves the thing where it is, so that the
 * version that knows it finds it again. The type `never` makes the compiler check that every known kind was handled.
 */
export function unknownKind(what: string, kind: never): Error {
  return new Error(
    `this version does not know the ${what} ${JSON.stringify(kind)?.slice(0, 100)}; a newer version has made it, and can handle it`,
  );
}
