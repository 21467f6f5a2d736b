type LocalPart = 'FullYear' | 'Month' | 'Date' | 'Day' | 'Hours' | 'Minutes' | 'Seconds' | 'Milliseconds';

const localParts: readonly LocalPart[] = [
  'FullYear',
  'Month',
  'Date',
  'Day',
  'Hours',
  'Minutes',
  'Seconds',
  'Milliseconds',
];
const texts = ['toString', 'toDateString', 'toTimeString'] as const;
const localeTexts = ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'] as const;

/**
 * Runs `work` as in a place whose clocks are so far ahead of UTC: what `Date` and `Intl` read and write in local time is
 * that place's. The process itself stays where it is.
 */
export async function withShiftedZone(aheadMs: number, work: () => Promise<void>): Promise<void> {
  const TrueDate = globalThis.Date;
  const TrueFormat = Intl.DateTimeFormat;
  const methods = Object.getOwnPropertyDescriptors(TrueDate.prototype);
  replace(globalThis, 'Date', zonedDate(TrueDate, aheadMs));
  replaceMethods(TrueDate, aheadMs);
  const timeZone = zoneName(aheadMs);
  replace(
    Intl,
    'DateTimeFormat',
    new Proxy(TrueFormat, {
      construct: (format, [locales, options]) => new format(locales, { timeZone, ...options }),
      apply: (format, _self, [locales, options]) => new format(locales, { timeZone, ...options }),
    }),
  );
  try {
    await work();
  } finally {
    Object.defineProperties(TrueDate.prototype, methods);
    replace(globalThis, 'Date', TrueDate);
    replace(Intl, 'DateTimeFormat', TrueFormat);
  }
}

/** Dates that are made of local parts and of texts without a zone. */
function zonedDate(TrueDate: DateConstructor, aheadMs: number): DateConstructor {
  const { getTimezoneOffset } = TrueDate.prototype;
  const inZone = (text: string): number => {
    const time = TrueDate.parse(text);
    if (saysItsZone.test(text)) return time;
    return time - Reflect.apply(getTimezoneOffset, new TrueDate(time), []) * 60_000 - aheadMs;
  };
  return new Proxy(TrueDate, {
    construct(date, given, made) {
      const [first] = given;
      if (given.length > 1) return Reflect.construct(date, [Reflect.apply(date.UTC, date, given) - aheadMs], made);
      return Reflect.construct(date, typeof first === 'string' ? [inZone(first)] : given, made);
    },
    get: (date, name) => (name === 'parse' ? inZone : Reflect.get(date, name)),
  });
}

/** A zone at its end, or a day alone, which is one of UTC. */
const saysItsZone = /(Z|[+-]\d\d:?\d\d|GMT|UTC)\s*$|^\s*\d{4}(-\d\d){0,2}\s*$/i;

function replaceMethods(TrueDate: DateConstructor, aheadMs: number): void {
  const { prototype } = TrueDate;
  const { getTime } = prototype;
  const shifted = (date: Date): Date => new TrueDate(Reflect.apply(getTime, date, []) + aheadMs);
  for (const part of localParts)
    replace(prototype, `get${part}`, function (this: Date): number {
      return shifted(this)[`getUTC${part}`]();
    });
  replace(prototype, 'getTimezoneOffset', () => -aheadMs / 60_000);
  for (const name of texts)
    replace(prototype, name, function (this: Date): string {
      return `${shifted(this).toUTCString()} ${aheadMs} ahead`;
    });
  const timeZone = zoneName(aheadMs);
  for (const name of localeTexts) {
    const method = prototype[name];
    replace(prototype, name, function (this: Date, locales?: string, options?: Intl.DateTimeFormatOptions): string {
      return Reflect.apply(method, this, [locales, { timeZone, ...options }]);
    });
  }
}

/** `Etc/GMT-5` is five hours ahead. */
function zoneName(aheadMs: number): string {
  const hours = aheadMs / 3_600_000;
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
}

function replace(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: false });
}
