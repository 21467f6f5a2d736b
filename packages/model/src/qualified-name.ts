/** Why no element can be called so, with what to do about it, as it follows the name in a sentence; undefined: it can. */
export function qualifiedNameFault(name: string): string | undefined {
  if (name.trim() === '') return 'is blank: name it after what it is in its source';
  if (name.includes('\0')) return 'holds a NUL, which stores cut off or refuse: write it as %00';
  if (/\p{Surrogate}/u.test(name))
    return 'holds half of a character (a lone surrogate), which is another one in each store: write it as its number, e.g. %D800';
  return undefined;
}
