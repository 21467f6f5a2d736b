import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mediumOf, mountIn, mountsIn, placeOn } from './medium.js';

const mountinfo = [
  '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
  '40 27 254:0 /store/s /srv/apis rw,relatime shared:1 - ext4 /dev/vda rw',
  '41 27 254:0 /store/other /srv/apis rw,relatime - ext4 /dev/vda rw',
  '42 27 254:0 / /mnt/all rw,relatime - ext4 /dev/vda rw',
  '',
].join('\n');

describe('a medium', () => {
  it('is its device, and of what is mounted beside the root also what is mounted where', () => {
    const mounts = mountsIn(mountinfo);
    const places = [27, 40, 41, 42, 99, undefined].map((mount) => placeOn(5n, mount, mounts));
    expect([places[0], places[5]]).toEqual(['5', '5']);
    expect(new Set(places).size).toBe(5);
    expect(placeOn(5n, 50, mountsIn(mountinfo.replace('40 ', '50 ')))).toBe(places[1]);
  });

  it('is told by the number that the system gives the mount of an open file', () => {
    expect(mountIn('pos:\t0\nflags:\t02100000\nmnt_id:\t40\nino:\t7\n')).toBe(40);
    expect(mountIn('')).toBeUndefined();
  });

  it('is one for a folder and what lies in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'medium-'));
    try {
      await mkdir(join(folder, 'sub'));
      await writeFile(join(folder, 'sub', 'a'), '');
      const [above, below] = [await mediumOf(folder), await mediumOf(join(folder, 'sub', 'a'))];
      expect(below.place).toBe(above.place);
      expect(below.identity).not.toBe(above.identity);
      expect(above.place.split(' ')[0]).toBe(String((await stat(folder)).dev));
      await expect(mediumOf(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
