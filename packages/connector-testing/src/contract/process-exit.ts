import assert from 'node:assert/strict';

/** Whoever ends the process while it works fails instead, by name: in a daemon that would end all connectors. */
export async function withoutExit(work: () => Promise<void>): Promise<void> {
  const { exit, abort } = process;
  let asked: string | undefined;
  const refuse = (name: string) => (): never => {
    asked = name;
    throw new Error(`${name} was called`);
  };
  process.exit = refuse('process.exit');
  process.abort = refuse('process.abort');
  try {
    await work();
  } finally {
    process.exit = exit;
    process.abort = abort;
    if (asked !== undefined)
      assert.fail(`it calls ${asked}, which would end its daemon with every connector: throw an error instead`);
  }
}
