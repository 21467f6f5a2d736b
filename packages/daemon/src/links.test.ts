import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const leftOut = new Set(['node_modules', 'dist', 'coverage', 'landing-area']);

function pagesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return leftOut.has(entry.name) || entry.name.startsWith('.') ? [] : pagesBelow(path);
    return entry.isFile() && entry.name.endsWith('.md') ? [path] : [];
  });
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Targets of links within the project: `page.md`, `folder`, `page.md#heading`, `#heading`. */
function linksOf(page: string): readonly string[] {
  const text = withoutCode(readFileSync(page, 'utf8').replace(/\[`([^`\n]*)`\]/g, '[$1]'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors as GitHub and its like make them of headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map((match) =>
      (match[1] ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : resolve(dirname(page), decodeURI(path));
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchorsOf(target).has(anchor);
}

describe('the pages of the project', () => {
  const pages = pagesBelow(root);

  it.each(pages.map((page) => [relative(root, page), page] as const))('%s links to what is there', (_name, page) => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });

  it('have links at all, so that the test looks at something', () => {
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(20);
  });
});
