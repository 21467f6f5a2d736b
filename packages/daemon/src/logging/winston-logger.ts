import type { LogFields, Logger } from '@isthmus/kernel';
import winston from 'winston';
import { TurnWriter } from './turn-writer.js';

export interface LoggingOptions {
  readonly level: string;
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'text';
}

/** Logs to stdout. The level may be changed while it runs. */
export class WinstonLogging {
  readonly logger: Logger;
  readonly #winston: winston.Logger;

  constructor(options: LoggingOptions, out: NodeJS.WriteStream = process.stdout) {
    const json = options.format === 'json' || (options.format === 'auto' && !out.isTTY);
    this.#winston = winston.createLogger({
      level: options.level,
      format: winston.format.printf(json ? jsonLine : textLine),
      transports: [new winston.transports.Stream({ stream: out })],
    });
    this.logger = new WinstonLogger({ winston: this.#winston, writer: new TurnWriter(out) }, {});
  }

  setLevel(level: string): void {
    this.#winston.level = level;
  }
}

interface Sink {
  readonly winston: winston.Logger;
  readonly writer: TurnWriter;
}

class WinstonLogger implements Logger {
  readonly #sink: Sink;
  readonly #fields: LogFields;

  constructor(sink: Sink, fields: LogFields) {
    this.#sink = sink;
    this.#fields = fields;
  }

  child(fields: LogFields): Logger {
    return new WinstonLogger(this.#sink, { ...this.#fields, ...fields });
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  #log(level: string, message: string, fields: LogFields = {}): void {
    const { winston, writer } = this.#sink;
    // Asked here, before anything is gathered for a line that nobody wants.
    if (rank(winston, level) > rank(winston, winston.level)) return;
    // facts lie under `fields`, so that none of them can replace level or message
    const line = { level, message, fields: plain({ ...this.#fields, ...fields }) };
    writer.collect(() => winston.log(line), level === 'info' || level === 'debug');
  }
}

function rank({ levels }: winston.Logger, level: string): number {
  return levels[level] ?? Number.POSITIVE_INFINITY;
}

function jsonLine({ level, message, fields }: winston.Logform.TransformableInfo): string {
  const timestamp = new Date().toISOString();
  try {
    return JSON.stringify({ timestamp, level, message, fields });
  } catch {
    // A fact that has no JSON (a circle, a bigint) must not cost the line.
    return JSON.stringify({
      timestamp,
      level,
      message,
      fields: { unreadable: String(Object.keys(fields as LogFields)) },
    });
  }
}

function textLine({ level, message, fields }: winston.Logform.TransformableInfo): string {
  const time = new Date().toISOString().slice(11, 19);
  const facts = Object.entries(fields as LogFields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${time} ${level.padEnd(5)} ${printable(String(message))}${facts.length > 0 ? `  ${printable(facts.join(' '))}` : ''}`;
}

/** Errors have no enumerable members; undefined says nothing. */
function plain(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
      ]),
  );
}

/** What comes from file names must not steer a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
