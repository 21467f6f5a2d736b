import type { ProbeStep } from '@isthmus/connector-sdk';

/** What went wrong at a broker or the registry, or on the way there. */
export class SourceFault extends Error {
  override readonly name = 'SourceFault';

  /**
   * @param step - of a probe that it belongs to
   * @param message - names the server, the fault and the next step; no secrets
   */
  constructor(
    readonly step: ProbeStep['name'],
    message: string,
    /** As Kafka calls it, e.g. `TOPIC_AUTHORIZATION_FAILED`. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** What an error and what lies below it say, in one sentence. */
export function reasonOf(error: unknown): string {
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const collect = (one: unknown): void => {
    if (!isRecord(one) || seen.has(one) || texts.length >= 4) return;
    seen.add(one);
    const text = typeof one.message === 'string' && one.message !== '' ? one.message : String(one.code ?? '');
    const detail = typeof one.serverErrorMessage === 'string' ? one.serverErrorMessage : undefined;
    for (const said of [text, detail]) if (said !== undefined && said !== '' && !texts.includes(said)) texts.push(said);
    collect(one.cause);
    if (Array.isArray(one.errors)) for (const below of one.errors) collect(below);
  };
  collect(error);
  return texts.length === 0 ? 'no reason was given' : texts.join(': ').slice(0, 500);
}

/** Codes of the error and of what lies below it: those of the system, of TLS and of Kafka's protocol. */
export function codesOf(error: unknown): ReadonlySet<string> {
  const codes = new Set<string>();
  const seen = new Set<unknown>();
  const collect = (one: unknown): void => {
    if (!isRecord(one) || seen.has(one) || seen.size > 100) return;
    seen.add(one);
    for (const code of [one.code, one.apiId]) if (typeof code === 'string') codes.add(code);
    collect(one.cause);
    if (Array.isArray(one.errors)) for (const below of one.errors) collect(below);
  };
  collect(error);
  return codes;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
