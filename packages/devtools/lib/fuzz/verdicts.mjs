// Holds answers to what must not happen.

const stackTrace =
  /\n\s*at (?:async )?[\w.<>$ [\]]*\(?(?:file:|node:|\/)[^\n]*:\d+:\d+|node_modules\/|\bat Object\.|\.m?js:\d+/;

export class Verdicts {
  #statuses = new Map();
  #secrets;
  #folder;
  serverErrors = [];
  envelopes = [];
  leaks = [];
  hangs = [];
  cuts = [];
  slow = [];
  unlabelled = [];
  admittedWithoutRight = [];

  constructor({ secrets, folder }) {
    this.#secrets = secrets;
    this.#folder = folder;
  }

  judge(request, answer) {
    const { status = 0, text, failure, headers } = answer;
    const place = `${request.method} ${request.route.url}`;
    const key = failure ?? status;
    this.#statuses.set(key, (this.#statuses.get(key) ?? 0) + 1);
    const detail = `${place} [${request.path.slice(0, 120)}] ${(request.body ?? '').toString().slice(0, 300)} -> ${text.slice(0, 200)}`;
    if (failure === 'hang') this.hangs.push(place);
    // Node answers a line that is too long before it knows the verb;
    // a body larger than accepted may be cut off while it is still sent, a bad Upgrade or Transfer-Encoding too
    if (
      failure === 'cut' &&
      (request.body?.length ?? 0) < 500_000 &&
      !isTrap(request.headers) &&
      request.path.length < 12_000
    )
      this.cuts.push(`${detail} ${answer.why}`);
    if (status >= 500) this.serverErrors.push(`${status} ${detail}`);
    if (relatedCode(text) === 500 || relatedCode(text) === 503) this.envelopes.push(detail);
    if (stackTrace.test(text) || this.#tells(text)) this.leaks.push(detail);
    if (text !== '' && status !== 200 && headers['content-type'] === undefined) this.unlabelled.push(detail);
    const isClosed = request.route.role !== 'public' && (request.who === 'none' || request.who === 'forged');
    if (
      isClosed &&
      status >= 200 &&
      status < 300 &&
      !isTrap(request.headers) &&
      (request.headers.authorization !== undefined) === (request.who === 'forged')
    )
      this.admittedWithoutRight.push(`${request.who}: ${detail}`);
  }

  isRefusal({ status = 0, text }) {
    return status >= 400 || (relatedCode(text) ?? 200) >= 400;
  }

  count(test) {
    return [...this.#statuses].reduce(
      (sum, [status, number]) => (typeof status === 'number' && status > 0 && test(status) ? sum + number : sum),
      0,
    );
  }

  summary() {
    return [...this.#statuses]
      .sort()
      .map(([status, number]) => `${status}: ${number}`)
      .join(', ');
  }

  findings() {
    return {
      'no HTTP 5xx': this.serverErrors,
      'no relatedHTTPCode 500': this.envelopes,
      'no stack trace, path or secret in an answer': this.leaks,
      'no request hangs': this.hangs,
      'no request takes more than a second': this.slow,
      'no connection is cut without an answer': this.cuts,
      'every failure says what it is': this.unlabelled,
    };
  }

  #tells(text) {
    return (
      this.#secrets.some((secret) => text.includes(secret)) ||
      text.includes(this.#folder) ||
      /scrypt\$|PRIVATE KEY/.test(text)
    );
  }
}

function relatedCode(text) {
  const found = /^\{[^[]{0,300}?"relatedHTTPCode":(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function isTrap(headers) {
  return ['upgrade', 'transfer-encoding', 'expect', 'host', 'content-encoding'].some(
    (name) => headers[name] !== undefined,
  );
}
