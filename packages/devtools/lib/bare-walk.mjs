// The least that a scan of a tree costs: every folder read, every entry looked at, nothing made of it. Run as a process
// of its own: `node bare-walk.mjs <folder> <entries at once>` prints entries and milliseconds as JSON.
import fs from 'node:fs';
import { join } from 'node:path';

const [folder, atOnceText] = process.argv.slice(2);
const atOnce = Number(atOnceText);
const started = performance.now();
const entries = await walk(folder);
console.log(JSON.stringify({ entries, ms: performance.now() - started }));

/** One queue for folders to be read and entries to be looked at, as many in work as asked for. */
function walk(root) {
  return new Promise((settle, fail) => {
    const queue = [{ path: root, isFolder: true }];
    let active = 0;
    let count = 0;
    const proceed = () => {
      while (active < atOnce && queue.length > 0) {
        const { path, isFolder } = queue.pop();
        active += 1;
        if (isFolder) fs.readdir(path, { withFileTypes: true }, (error, found) => read(path, error, found));
        else fs.lstat(path, looked);
      }
      if (active === 0) settle(count);
    };
    const read = (path, error, found) => {
      if (error) return fail(error);
      for (const entry of found) {
        const below = join(path, entry.name);
        queue.push({ path: below, isFolder: false });
        if (entry.isDirectory()) queue.push({ path: below, isFolder: true });
      }
      active -= 1;
      proceed();
    };
    const looked = (error) => {
      if (error) return fail(error);
      count += 1;
      active -= 1;
      proceed();
    };
    proceed();
  });
}
