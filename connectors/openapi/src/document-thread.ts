import { Worker } from 'node:worker_threads';
import { type DocumentAnswer, type DocumentRequest, DocumentWork, type LoadedBytes } from './document-work.js';

/** So much memory for each megabyte of a document, and for anything. */
const heapMegabytesEach = 24;
const heapMegabytes = 128;

interface Waiting {
  answered(answer: DocumentAnswer): void;
  lost(why: unknown): void;
}

/** What is as small as this and JSON, which cannot unfold to more, takes a few milliseconds: no thread is started for it. */
const smallBytes = 16 * 1024;

/** Reads documents in a thread of its own: parsing a large one would hold up everything else for seconds. */
export class DocumentThread implements AsyncDisposable {
  /** Where the document that is being read is read, if it is here, with what was asked of it so far. */
  #here: { readonly work: DocumentWork; readonly asked: DocumentRequest[] } | undefined;
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;

  constructor(private readonly maxDocumentMegabytes: number) {}

  /**
   * One request at a time. The thread ends with the signal, whatever it is at; the next request starts another.
   *
   * @throws when the thread ended, for want of memory say
   */
  async ask(request: DocumentRequest, signal: AbortSignal): Promise<DocumentAnswer> {
    signal.throwIfAborted();
    if (request.type === 'read')
      this.#here = isSmall(request.bytes) ? { work: new DocumentWork(), asked: [] } : undefined;
    const here = this.#here;
    if (here === undefined) return await this.#askThread(request, signal);
    if (request.type !== 'loaded' || request.documents.every(({ content }) => isSmall(content))) {
      if (request.type !== 'next') here.asked.push(request);
      return here.work.answer(request);
    }
    // what it leads to is larger than it is itself: the thread is told all of it once more
    this.#here = undefined;
    for (const before of here.asked) await this.#askThread(before, signal);
    return await this.#askThread(request, signal);
  }

  async #askThread(request: DocumentRequest, signal: AbortSignal): Promise<DocumentAnswer> {
    const worker = this.#started();
    const onAbort = (): void => this.#lost(worker, signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    worker.ref();
    try {
      return await new Promise<DocumentAnswer>((answered, lost) => {
        this.#waiting = { answered, lost };
        worker.postMessage(request, buffersOf(request));
      });
    } finally {
      this.#waiting = undefined;
      worker.unref();
      signal.removeEventListener('abort', onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#waiting?.lost(new Error('the connector is stopped'));
    await worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./document-worker.js', import.meta.url), {
      execArgv: ['--no-warnings', '--no-addons'],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes + heapMegabytesEach * this.maxDocumentMegabytes },
    });
    worker.on('message', (text: string) => {
      const answer: DocumentAnswer = JSON.parse(text);
      this.#waiting?.answered(answer);
    });
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, new Error('the thread that reads documents has ended')));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #lost(worker: Worker, why: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    void worker.terminate();
    this.#waiting?.lost(why);
  }
}

/** What is handed over instead of being copied; parts of a larger buffer are others' too. */
function buffersOf(request: DocumentRequest): ArrayBuffer[] {
  if (request.type === 'next') return [];
  const contents = request.type === 'read' ? [request.bytes] : request.documents.map(({ content }) => content);
  return contents.flatMap((content) => {
    if (!(content instanceof Uint8Array) || !(content.buffer instanceof ArrayBuffer)) return [];
    return content.byteLength === content.buffer.byteLength ? [content.buffer] : [];
  });
}

function isSmall(content: LoadedBytes['content']): boolean {
  return !(content instanceof Uint8Array) || (content.length <= smallBytes && content[0] === openingBrace);
}

const openingBrace = 0x7b;
