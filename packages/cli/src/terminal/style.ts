import type { CliIo, Output } from '../io.js';

export type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'faint' | 'strong';

const codes: Readonly<Record<Tone, string>> = {
  good: '32',
  busy: '36',
  waiting: '33',
  bad: '31',
  faint: '2',
  strong: '1',
};

/** Colours text. Everything is said in words too: colour only helps to find it. */
export type Style = (tone: Tone | undefined, text: string) => string;

export function styleFor(output: Output, env: CliIo['env']): Style {
  const coloured = output.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return (tone, text) => (coloured && tone !== undefined ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text);
}
