// A tree of many small files for benches and proofs: the same seed gives the same names, sizes and bytes on every machine.
// The mix: every tenth file is CSV of about 1 kB with 10 columns, the others are small texts, JSON, XML and bytes
// of 20 to 400 bytes. `in folders` is 100 files a folder, folders nested three deep; `in one folder` is flat.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from './report.mjs';

const filesAFolder = 100;
const foldersALevel = 10;
const texts = ['txt', 'json', 'log', 'md', 'xml'];
const kinds = [...texts, 'png', 'bin', 'dat', 'pdf'];

/**
 * Writes `count` files below `folder`, which is made if need be.
 *
 * @param {string} folder
 * @param {{ count: number, layout?: 'folders' | 'flat', seed?: number }} options
 * @returns {{ files: number, folders: number, csv: number, bytes: number }} what was made; `folders` without `folder` itself
 */
export function makeFileTree(folder, { count, layout = 'folders', seed = 1 }) {
  const random = seeded(seed);
  const made = new Set();
  let csv = 0;
  let bytes = 0;
  mkdirSync(folder, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    const within = layout === 'flat' ? [] : foldersOf(number);
    const path = join(folder, ...within);
    if (number % filesAFolder === 0 && layout !== 'flat') {
      mkdirSync(path, { recursive: true });
      for (let depth = 1; depth <= within.length; depth += 1) made.add(within.slice(0, depth).join('/'));
    }
    const isCsv = number % 10 === 0;
    const kind = isCsv ? 'csv' : kinds[Math.floor(random() * kinds.length)];
    const content = isCsv ? csvOf(random) : texts.includes(kind) ? textOf(kind, random) : bytesOf(random);
    writeFileSync(join(path, `file-${String(number).padStart(7, '0')}.${kind}`), content);
    if (isCsv) csv += 1;
    bytes += content.length;
  }
  return { files: count, folders: made.size, csv, bytes };
}

/** Three levels, ten folders a level and as many as needed on the first, files on the last alone. */
function foldersOf(number) {
  const leaf = Math.floor(number / filesAFolder);
  const middle = Math.floor(leaf / foldersALevel);
  const top = Math.floor(middle / foldersALevel);
  return [`area-${top}`, `section-${middle % foldersALevel}`, `folder-${leaf % foldersALevel}`];
}

/** A header of 10 columns and rows until the whole is about 1 kB. */
function csvOf(random) {
  const lines = ['id,name,city,amount,currency,quantity,discount,ordered,shipped,active'];
  let length = lines[0].length + 1;
  while (length < 960) {
    const id = Math.floor(random() * 1e6);
    const day = String(1 + Math.floor(random() * 28)).padStart(2, '0');
    const amount = (random() * 1000).toFixed(2);
    const line = `${id},name ${id % 997},city ${id % 83},${amount},EUR,${id % 17},0.${id % 9},2024-03-${day},2024-04-${day},${id % 2 === 0}`;
    lines.push(line);
    length += line.length + 1;
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

function textOf(kind, random) {
  const words = 'isthmus '.repeat(2 + Math.floor(random() * 46)).trim();
  if (kind === 'json') return Buffer.from(JSON.stringify({ words }));
  return Buffer.from(kind === 'xml' ? `<words>${words}</words>` : `${words}\n`);
}

function bytesOf(random) {
  const content = Buffer.alloc(20 + Math.floor(random() * 380), 'isthmus ');
  content.writeUInt32BE(Math.floor(random() * 2 ** 32), 0);
  return content;
}
