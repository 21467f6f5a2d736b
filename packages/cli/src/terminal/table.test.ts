import { describe, expect, it } from '@jest/globals';
import { renderTable } from './table.js';
import { displayWidth } from './width.js';

const style = (_tone: unknown, text: string) => text;
const columns = [{ title: 'NAME', minimum: 10 }, { title: 'STATE' }, { title: 'NOTE', spare: true }];
const rows = [
  ['landing-area', 'waiting', 'a note that takes room'],
  ['a\u001b[31mb', 'failed', '-'],
];

describe('renderTable', () => {
  it('cuts nothing where there is no terminal', () => {
    expect(renderTable(columns, rows, { width: undefined, style })).toBe(
      [
        'NAME          STATE    NOTE',
        'landing-area  waiting  a note that takes room',
        'a\\x1b[31mb    failed   -',
      ].join('\n'),
    );
  });

  it('leaves out what is spare before it cuts', () => {
    expect(renderTable(columns, rows, { width: 25, style })).toBe(
      ['NAME          STATE', 'landing-area  waiting', 'a\\x1b[31mb    failed'].join('\n'),
    );
  });

  it.each([12, 20, 24, 40])('stays within %s columns', (width) => {
    const lines = renderTable(columns, rows, { width, style }).split('\n');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });
});
