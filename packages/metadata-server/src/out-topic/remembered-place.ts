import { open, readFile, rename } from 'node:fs/promises';

/** Up to where changes were told, and of which store. */
export interface Place {
  readonly incarnation: string;
  readonly sequence: number;
}

/** Keeps the place beside the store, so that nothing is left out over a restart. */
export interface PlaceMemory {
  /** Undefined: never written, or not readable as a place. */
  load(): Promise<Place | undefined>;
  save(place: Place): Promise<void>;
}

/** In a file that is replaced as a whole: after a loss of power it holds this place or the one before. */
export class PlaceFile implements PlaceMemory {
  constructor(private readonly path: string) {}

  async load(): Promise<Place | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return '';
      throw error;
    });
    try {
      const value: unknown = JSON.parse(text);
      return isPlace(value) ? { incarnation: value.incarnation, sequence: value.sequence } : undefined;
    } catch {
      return undefined;
    }
  }

  async save(place: Place): Promise<void> {
    const written = `${this.path}.new`;
    const file = await open(written, 'w');
    try {
      await file.writeFile(JSON.stringify(place));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, this.path);
  }
}

function isPlace(value: unknown): value is Place {
  return (
    typeof value === 'object' &&
    value !== null &&
    'incarnation' in value &&
    typeof value.incarnation === 'string' &&
    'sequence' in value &&
    Number.isSafeInteger(value.sequence)
  );
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
