const mostKept = 10_000;

/** Answers again what was made of a text before: what is written was looked for a moment ago. Beyond 10,000 all are forgotten. */
export function remembered<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const known = made.get(text);
    if (known !== undefined) return known;
    if (made.size >= mostKept) made.clear();
    const fresh = make(text);
    made.set(text, fresh);
    return fresh;
  };
}
