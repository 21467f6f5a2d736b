import { type ErrorDetails, IsthmusError, messageOf } from '@isthmus/kernel';

const mask = '***';
const longestText = 64 * 1024;
const deepest = 6;
const mostEntries = 100;
/** Shorter secrets are masked only where they are the whole value: inside a text they would garble everything. */
const shortestInText = 4;

/** Takes the secrets of one instance out of everything that leaves it: messages, log fields, findings, errors. */
export class Redactor {
  readonly #whole = new Set<string>();
  #forms: readonly string[] = [];

  /** Secrets stay known when a configuration is replaced: late messages may still hold the old ones. */
  add(secrets: Iterable<string>): void {
    for (const secret of secrets) if (secret !== '') this.#whole.add(secret);
    const forms = new Set<string>();
    for (const secret of this.#whole) {
      if (secret.length < shortestInText) continue;
      for (const form of [secret, ...encoded(secret), JSON.stringify(secret).slice(1, -1)]) forms.add(form);
      forms.add(Buffer.from(secret).toString('base64'));
    }
    this.#forms = [...forms].sort((a, b) => b.length - a.length);
  }

  get secrets(): Iterable<string> {
    return this.#whole;
  }

  text(text: string, longest = 2_000): string {
    if (this.#whole.has(text)) return mask;
    let clean = text.length > longestText ? text.slice(0, longestText) : text;
    for (const form of this.#forms) clean = clean.replaceAll(form, mask);
    return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
  }

  /** A bounded, plain copy without secrets. */
  fields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return this.#record(fields, 0);
  }

  /** A copy of an error with its message, stack and causes cleaned. */
  error(error: unknown, depth = 0): Error {
    const clean = new Error(this.text(messageOf(error)));
    if (!(error instanceof Error)) return clean;
    clean.name = error.name;
    if (error.stack !== undefined) clean.stack = this.text(error.stack, 8_000);
    if (error.cause !== undefined && depth < deepest) clean.cause = this.error(error.cause, depth + 1);
    return clean;
  }

  /** Same of an error that has a code: the code says nothing, all else may. */
  known(error: IsthmusError, message = error.message): IsthmusError {
    const { cause, code, details, next, retryable, stack } = error;
    const clean = new IsthmusError(code, this.text(message), {
      next: this.text(next),
      retryable,
      details: this.#details(details),
      ...(cause === undefined ? {} : { cause: this.error(cause, 1) }),
    });
    if (stack !== undefined) clean.stack = this.text(stack, 8_000);
    return clean;
  }

  #details(details: ErrorDetails): ErrorDetails {
    return Object.fromEntries(
      Object.entries(details).map(([key, value]) => {
        if (typeof value === 'string') return [key, this.text(value)];
        return [key, typeof value === 'object' ? value.map((text) => this.text(text)) : value];
      }),
    );
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value === 'number') return this.#whole.has(String(value)) ? mask : value;
    if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
    if (value instanceof Error) return this.text(messageOf(value));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
    if (depth >= deepest) return '…';
    if (Array.isArray(value)) return value.slice(0, mostEntries).map((inner) => this.#value(inner, depth + 1));
    return this.#record(value, depth + 1);
  }

  #record(record: object, depth: number): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(record)
        .slice(0, mostEntries)
        .map(([key, value]) => [this.text(key, 200), this.#value(value, depth)]),
    );
  }
}

/** As addresses write it: each part of one leaves other characters as they are. */
function encoded(secret: string): readonly string[] {
  const url = new URL('http://host');
  url.password = secret;
  const forms = [url.password, new URLSearchParams({ '': secret }).toString().slice(1)];
  try {
    forms.push(encodeURIComponent(secret), encodeURI(secret));
  } catch {
    // half a character has no other form
  }
  return forms.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}
