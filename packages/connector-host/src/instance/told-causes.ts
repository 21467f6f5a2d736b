import { messageOf } from '@isthmus/kernel';

const mostCauses = 5;
const longestCause = 500;

/** The message of an error with those of its causes, as far as it does not hold them already. */
export function messageWithCauses(error: unknown): string {
  let told = messageOf(error);
  let cause = causeOf(error);
  for (let count = 0; count < mostCauses && cause !== undefined; count += 1) {
    const message = messageOf(cause).slice(0, longestCause);
    if (message !== '' && !told.includes(message)) told = `${told}: ${message}`;
    cause = causeOf(cause);
  }
  return told;
}

function causeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
}
