import type { RunSink } from '@isthmus/connector-host';

/** Counts findings that make a run partial: the engine keeps only the first hundred. */
export class CountingSink implements RunSink {
  errorCount = 0;

  constructor(private readonly sink: RunSink) {}

  keep(...call: Parameters<RunSink['keep']>): ReturnType<RunSink['keep']> {
    return this.sink.keep(...call);
  }

  offer(...call: Parameters<RunSink['offer']>): Promise<readonly string[]> {
    return this.sink.offer(...call);
  }

  deliver(...call: Parameters<RunSink['deliver']>): Promise<void> {
    return this.sink.deliver(...call);
  }

  finding(...call: Parameters<RunSink['finding']>): Promise<void> {
    if (call[1].severity === 'error') this.errorCount += 1;
    return this.sink.finding(...call);
  }

  missing(...call: Parameters<RunSink['missing']>): Promise<readonly string[]> {
    return this.sink.missing(...call);
  }

  complete(...call: Parameters<RunSink['complete']>): Promise<void> {
    return this.sink.complete(...call);
  }

  gone(...call: Parameters<RunSink['gone']>): Promise<void> {
    return this.sink.gone(...call);
  }

  source(...call: Parameters<RunSink['source']>): Promise<boolean> {
    return this.sink.source(...call);
  }

  saveCursor(...call: Parameters<RunSink['saveCursor']>): Promise<void> {
    return this.sink.saveCursor(...call);
  }

  cursorRefused(): Promise<void> {
    return this.sink.cursorRefused();
  }

  progress(text: string): void {
    this.sink.progress(text);
  }
}
