import { types } from 'node:util';
import { type ErrorReport, IsthmusError, isErrorCode, type LogFields, messageOf, toErrorReport } from '@isthmus/kernel';
import type { SqliteThreadData } from '@isthmus/sqlite';
import type { ElementStore, ElementStoreOptions } from '../store/index.js';
import type { ListPart } from './list-parts.js';

/** What a thread is started with: all of the options that can cross. */
export interface StoreThreadData {
  readonly sqlite: SqliteThreadData;
  readonly options: Omit<ElementStoreOptions, 'types' | 'clock' | 'newUuid' | 'logger'>;
}

/** Methods of the store that are called across threads. */
export type StoreMethod = Exclude<keyof ElementStore, 'capabilities' | typeof Symbol.asyncDispose>;

/** From whoever uses the store to its thread. */
export type ToThread =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: StoreMethod;
      readonly parameters: readonly unknown[];
    }
  /** Nobody waits for that call any more. */
  | { readonly kind: 'abort'; readonly id: number }
  /** The next part of an answer may come. */
  | { readonly kind: 'more'; readonly id: number }
  /** The log was copied, or not. */
  | { readonly kind: 'copied'; readonly id: number; readonly error?: PlainError }
  | { readonly kind: 'close' };

export type FromThread =
  | { readonly kind: 'opened' }
  /** The store could not be opened; the thread ends. */
  | { readonly kind: 'unopened'; readonly error: PlainError }
  /** `isPart`: more of its lists is to be asked for. */
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown; readonly isPart: boolean }
  | { readonly kind: 'part'; readonly id: number; readonly part: ListPart; readonly isLast: boolean }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: PlainError }
  | { readonly kind: 'copy'; readonly id: number; readonly path: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields }
  /** All that was accepted is done and the files are closed; the thread ends. */
  | { readonly kind: 'closed'; readonly error?: PlainError };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** An error as it crosses: what it says, what it is to scripts and people, and where it was thrown. */
export interface PlainError {
  readonly message: string;
  readonly name?: string;
  readonly stack?: string;
  /** Of an error of the catalogue. */
  readonly report?: ErrorReport;
  readonly cause?: PlainError;
}

const { isNativeError } = types;
const deepestCause = 5;

export function toPlainError(error: unknown, depth = 0): PlainError {
  const message = messageOf(error);
  if (!isNativeError(error)) return { message };
  const { name, stack, cause } = error;
  return {
    message,
    name,
    ...(stack === undefined ? {} : { stack }),
    ...(IsthmusError.is(error) ? { report: toErrorReport(error) } : {}),
    ...(cause === undefined || depth === deepestCause ? {} : { cause: toPlainError(cause, depth + 1) }),
  };
}

export function fromPlainError({ message, name, stack, report, cause: plainCause }: PlainError): Error {
  const cause = plainCause === undefined ? undefined : fromPlainError(plainCause);
  const error =
    report !== undefined && isErrorCode(report.code)
      ? new IsthmusError(report.code, message, { ...report, cause })
      : new Error(message, cause === undefined ? undefined : { cause });
  if (name !== undefined) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
