import type { LogFields, Logger } from '@isthmus/kernel';
import winston from 'winston';

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
      format: json
        ? winston.format.combine(winston.format.timestamp(), winston.format.json({ space: 0 }))
        : textFormat(),
      transports: [new winston.transports.Stream({ stream: out })],
    });
    this.logger = new WinstonLogger(this.#winston, {});
  }

  setLevel(level: string): void {
    this.#winston.level = level;
  }
}

class WinstonLogger implements Logger {
  readonly #winston: winston.Logger;
  readonly #fields: LogFields;

  constructor(logger: winston.Logger, fields: LogFields) {
    this.#winston = logger;
    this.#fields = fields;
  }

  child(fields: LogFields): Logger {
    return new WinstonLogger(this.#winston, { ...this.#fields, ...fields });
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
    // facts lie under `fields`, so that none of them can replace level or message
    this.#winston.log({ level, message, fields: plain({ ...this.#fields, ...fields }) });
  }
}

function textFormat(): winston.Logform.Format {
  return winston.format.printf(({ level, message, fields }) => {
    const time = new Date().toISOString().slice(11, 19);
    const facts = Object.entries(fields as LogFields).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return `${time} ${level.padEnd(5)} ${printable(String(message))}${facts.length > 0 ? `  ${printable(facts.join(' '))}` : ''}`;
  });
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
