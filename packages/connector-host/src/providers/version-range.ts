interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * Whether a version lies in a range as npm reads it, as far as manifests need it: `^1.2.3`, `~1.2.3`, `>=1.2.3`,
 * `1.2.3`, `*`, and alternatives joined by `||`. Pre-release tags are not understood, so such a range fits nothing.
 */
export function isInRange(version: string, range: string): boolean {
  const known = parseVersion(version);
  return known !== undefined && range.split('||').some((part) => isInPart(known, part.trim()));
}

/** Whether a range can be read at all. */
export function isRange(range: string): boolean {
  return range.split('||').every((part) => {
    const text = part.trim();
    return text === '*' || parseVersion(text.replace(/^(\^|~|>=)\s*/, '')) !== undefined;
  });
}

function isInPart(version: Version, part: string): boolean {
  if (part === '*') return true;
  const operator = /^(\^|~|>=)/.exec(part)?.[1] ?? '=';
  const bound = parseVersion(part.replace(/^(\^|~|>=)\s*/, ''));
  if (bound === undefined) return false;
  const order = compare(version, bound);
  if (operator === '=') return order === 0;
  if (order < 0) return false;
  if (operator === '>=') return true;
  if (operator === '~') return version.major === bound.major && version.minor === bound.minor;
  return compare(version, nextBreaking(bound)) < 0;
}

/** The caret keeps the leftmost number that is not zero. */
function nextBreaking({ major, minor, patch }: Version): Version {
  if (major > 0) return { major: major + 1, minor: 0, patch: 0 };
  if (minor > 0) return { major: 0, minor: minor + 1, patch: 0 };
  return { major: 0, minor: 0, patch: patch + 1 };
}

function compare(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})$/.exec(text);
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}
