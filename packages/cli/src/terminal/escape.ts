/**
 * Characters that a terminal obeys instead of showing: control characters (escape sequences begin with one), line and
 * paragraph separators, and marks that turn the direction of text. Names come from other systems; what they hold is
 * shown, never obeyed.
 */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text on one line that does nothing to the terminal. */
export function plain(text: string): string {
  return text.replace(obeyed, (character) => short[character] ?? codePoint(character));
}

/** JSON for scripts that people may look at too: valid JSON, without anything that a terminal obeys. */
export function plainJson(value: unknown): string {
  // What JSON escapes by itself is escaped by now; the line breaks left over are its layout.
  return JSON.stringify(value, undefined, 2).replace(obeyed, (character) =>
    character === '\n' ? character : `\\u${hex(character, 4)}`,
  );
}

function codePoint(character: string): string {
  return character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, length: number): string {
  return character.charCodeAt(0).toString(16).padStart(length, '0');
}
