import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(240_000);

describe('the shop in one catalogue', () => {
  it('is catalogued and followed as its story says, as far as its systems can be started', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shop-'));
    const { code, output } = await run(['--once', `--folder=${join(folder, 'story')}`, `--port=${await freePort()}`]);
    await rm(folder, { recursive: true, force: true });
    expect({ code, output }).toMatchObject({ code: 0 });
    const skipped = output.match(/^SKIP (\w+): .*/gm) ?? [];
    for (const line of skipped) console.warn(line);
    const known = output.match(/^\S+ is known [\d.]+ s after it was made$/gm) ?? [];
    console.info(known.join('\n'));
    expect(known.length + skipped.length).toBe(3);
    expect(output).toMatch(/::QuickStart\.apis:orders\.yaml\S*product/);
    if (!skipped.join().includes('events'))
      expect(output).toContain('EventSchemaAttribute::QuickStart.events:shop/orders/orders-value/lines/product');
    if (!skipped.join().includes('database'))
      expect(output).toContain('RelationalColumn::QuickStart.database:shop/sales/order_line/product');
  });
});

/** The one command of the story. */
function run(args) {
  const script = fileURLToPath(new URL('shop.mjs', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((settle) => child.on('exit', (code) => settle({ code, output })));
}

function freePort() {
  return new Promise((settle) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}
