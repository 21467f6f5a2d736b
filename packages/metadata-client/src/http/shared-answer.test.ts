import { describe, expect, it } from '@jest/globals';
import { SharedAnswer, SharedAnswers } from './shared-answer.js';

const never = new AbortController().signal;

describe('a shared answer', () => {
  it('is asked for once by all who ask in the same turn', async () => {
    const { shared, requests } = counted();
    const answers = [shared.get(never), shared.get(never), shared.get(never)];
    await turn();
    expect(requests).toHaveLength(1);
    requests[0]?.resolve(7);
    expect(await Promise.all(answers)).toEqual([7, 7, 7]);
  });

  it('is never older than the question: who asks while a request is under way gets the next one', async () => {
    const { shared, requests } = counted();
    const first = shared.get(never);
    await turn();
    const later = [shared.get(never), shared.get(never)];
    await turn();
    expect(requests).toHaveLength(1);
    requests[0]?.resolve(1);
    expect(await first).toBe(1);
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.resolve(2);
    expect(await Promise.all(later)).toEqual([2, 2]);
  });

  it('fails for those who waited for it alone, and is asked again by who comes after', async () => {
    const { shared, requests } = counted();
    const failing = shared.get(never);
    await turn();
    const next = shared.get(never);
    requests[0]?.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    await turn();
    requests[1]?.resolve(3);
    expect(await next).toBe(3);
    const afterwards = shared.get(never);
    await turn();
    requests[2]?.resolve(4);
    expect(await afterwards).toBe(4);
  });

  it('lets one who is aborted go at once while the others wait on', async () => {
    const { shared, requests } = counted();
    const leaving = new AbortController();
    const left = shared.get(leaving.signal);
    const staying = shared.get(never);
    await turn();
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    expect(requests[0]?.signal.aborted).toBe(false);
    requests[0]?.resolve(5);
    expect(await staying).toBe(5);
  });

  it('aborts the request when nobody waits for it any more', async () => {
    const { shared, requests } = counted();
    const leaving = new AbortController();
    const left = shared.get(leaving.signal);
    await turn();
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    expect(requests[0]?.signal.aborted).toBe(true);
  });

  it('is not asked for when all who wanted it left before its turn, or were aborted before they asked', async () => {
    const { shared, requests } = counted();
    const first = shared.get(never);
    await turn();
    const leaving = new AbortController();
    const left = shared.get(leaving.signal);
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(shared.get(leaving.signal)).rejects.toThrow('enough');
    requests[0]?.resolve(6);
    await first;
    await turn();
    expect(requests).toHaveLength(1);
  });
});

describe('shared answers', () => {
  it('are shared by question, and forgotten when nobody asks any more, also by those who were aborted', async () => {
    const answers = new SharedAnswers<string>();
    const asked: string[] = [];
    const ends: (() => void)[] = [];
    const ask = (question: string, signal = never) =>
      answers.get(question, signal, () => {
        asked.push(question);
        return new Promise((resolve) => ends.push(() => resolve(`answer to ${question}`)));
      });
    const leaving = new AbortController();
    const given = [ask('a'), ask('b'), ask('a'), ask('a', leaving.signal)];
    await turn();
    expect(asked).toEqual(['a', 'b']);
    const left = ask('c', leaving.signal);
    await turn();
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(given[3]).rejects.toThrow('enough');
    await expect(ask('d', leaving.signal)).rejects.toThrow('enough');
    for (const end of ends) end();
    expect(await Promise.all(given.slice(0, 3))).toEqual(['answer to a', 'answer to b', 'answer to a']);
    await turn();
    expect(answers.size).toBe(0);
  });
});

interface Request {
  readonly signal: AbortSignal;
  resolve(answer: number): void;
  reject(error: unknown): void;
}

function counted(): { readonly shared: SharedAnswer<number>; readonly requests: readonly Request[] } {
  const requests: Request[] = [];
  const shared = new SharedAnswer<number>(
    (signal) => new Promise((resolve, reject) => requests.push({ signal, resolve, reject })),
  );
  return { shared, requests };
}

async function turn(): Promise<void> {
  for (let count = 0; count < 10; count += 1) await Promise.resolve();
}
