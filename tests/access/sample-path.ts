/** Returns a path that matches a pattern of the route table. */
export const sample = (pattern: string) =>
  pattern.replace(/:language\{.*?\}(?=\/)/g, 'en').replace(/:(\w+)/g, 'x');
