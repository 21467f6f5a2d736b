// In what an answer differs from a recorded one, as far as a client can tell: status, media type and JSON. GUIDs, points
// in time and sentences meant for people are each server's own, and members that only ours has disturb nobody.

const sentences = new Set([
  'exceptionErrorMessage',
  'exceptionSystemAction',
  'exceptionUserAction',
  'exceptionCausedBy',
  'exceptionErrorMessageParameters',
  'actionDescription',
  'messageDefinition',
  'formattedMessage',
  'message',
  'trace',
  'failingExceptionMessage',
  'typeDescription',
  'mermaidGraph',
]);
const guids = /(?:\b[A-Z][A-Za-z]+-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const javaDates = /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \w+ \d{4}\b/g;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const epochText = /^1[6-9]\d{11}$/;

/**
 * @param line of a recording, with its `response`
 * @param answer what our server answered, captured values replaced by their names
 * @returns {{ pointer: string, text: string }[]}
 */
export function difference(line, answer) {
  const { response } = line;
  const found = [];
  const say = (pointer, text) => found.push({ pointer, text });
  if (response.status !== answer.status)
    say('status', `HTTP status ${response.status} expected, ${answer.status} answered`);
  if (line.only === 'status') {
    const [wanted, given] = [response.body?.relatedHTTPCode, answer.body?.relatedHTTPCode];
    if (wanted !== given) say('/relatedHTTPCode', `${wanted} expected, ${given} answered`);
    return found;
  }
  if (mediaType(response) !== mediaType(answer))
    say('media type', `${mediaType(response) || 'none'} expected, ${mediaType(answer) || 'none'} answered`);
  if ('body' in response) {
    if ('body' in answer) compare(normal(response.body, line, ''), normal(answer.body, line, ''), '', say);
    else say('', `JSON expected, ${brief(answer.text)} answered`);
  } else if ('body' in answer || ((response.text ?? '') === '') !== ((answer.text ?? '') === '')) {
    say('', `text ${brief(response.text)} expected, ${brief(answer.body ?? answer.text)} answered`);
  }
  return found;
}

function compare(wanted, given, pointer, say) {
  if (Array.isArray(wanted) && Array.isArray(given)) {
    if (wanted.length !== given.length) say(pointer, `${wanted.length} items expected, ${given.length} answered`);
    for (const [index, item] of wanted.entries())
      if (index < given.length) compare(item, given[index], `${pointer}/${index}`, say);
  } else if (isPlain(wanted) && isPlain(given)) {
    for (const [key, value] of Object.entries(wanted)) {
      if (key in given) compare(value, given[key], `${pointer}/${key}`, say);
      else say(`${pointer}/${key}`, `missing, ${brief(value)} expected`);
    }
  } else if (JSON.stringify(wanted) !== JSON.stringify(given)) {
    say(pointer, `${brief(wanted)} expected, ${brief(given)} answered`);
  }
}

function normal(value, line, pointer) {
  if (line.ignore?.some((ignored) => fits(ignored, pointer)) === true) return '<ignored>';
  if (typeof value === 'string') {
    if (time.test(value) || epochText.test(value)) return '<time>';
    return value.replace(guids, '<guid>').replace(javaDates, '<time>');
  }
  if (typeof value === 'number') return value > 1_600_000_000_000 && value < 4_000_000_000_000 ? '<time>' : value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => normal(item, line, `${pointer}/${index}`));
    return line.unordered === true ? items.sort((one, other) => (text(one) < text(other) ? -1 : 1)) : items;
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !sentences.has(key))
      .map(([key, item]) => [key.replace(guids, '<guid>'), normal(item, line, `${pointer}/${key}`)]),
  );
}

/** Whether a pointer fits one with `*` in place of keys. */
export function fits(pattern, pointer) {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^$()[\]{}|\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`).test(pointer);
}

function mediaType({ contentType = '' }) {
  return contentType.split(';')[0].trim();
}

function text(value) {
  return JSON.stringify(value) ?? '';
}

function brief(value) {
  const whole = text(value) || 'nothing';
  return whole.length > 100 ? `${whole.slice(0, 97)}...` : whole;
}

function isPlain(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
