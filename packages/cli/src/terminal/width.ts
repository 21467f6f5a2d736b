const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
/** East Asian wide characters and emoji, in broad ranges: two columns each. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** Columns that the text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * The text in at most `width` columns, with `…` where something is left out: at the end, or in the middle for names
 * whose end tells most (paths, qualified names).
 */
export function cut(text: string, width: number, where: 'end' | 'middle' = 'end'): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return width === 1 ? '…' : '';
  const headWidth = where === 'end' ? width - 1 : Math.floor((width - 1) / 3);
  return `${take([...text], headWidth)}…${where === 'end' ? '' : takeEnd(text, width - 1 - headWidth)}`;
}

function take(characters: readonly string[], width: number): string {
  let taken = '';
  let left = width;
  for (const character of characters) {
    left -= characterWidth(character);
    if (left < 0) break;
    taken += character;
  }
  return taken;
}

function takeEnd(text: string, width: number): string {
  const characters = [...text];
  let left = width;
  let begin = characters.length;
  while (begin > 0) {
    left -= characterWidth(characters[begin - 1] ?? '');
    if (left < 0) break;
    begin -= 1;
  }
  return characters.slice(begin).join('');
}

function characterWidth(character: string): number {
  if (zeroWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
