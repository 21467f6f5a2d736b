import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namingOf } from '../scopes/naming.js';
import { qualifiedNames } from './qualified-names.js';

const names = qualifiedNames(['database', 'schema', 'table'], { server: true });

function called(template: string, path: readonly string[], type = 'RelationalTable', server = 'prod'): string {
  return `${type}::${namingOf('src', names.shape(template, server)).place(type, path, 'table')}`;
}

describe('a template for qualified names', () => {
  it('is the usual one unless people write another', () => {
    expect(names.shape(undefined)).toBeUndefined();
    expect(names.shape('{type}::{source}:{database}/{schema}/{table}')).toBeUndefined();
    expect(JSON.stringify(names.option())).toContain('Default: {type}::{source}:{database}/{schema}/{table};');
    expect(JSON.stringify(qualifiedNames(['path']).option())).toContain('Default: {type}::{source}:{path}.');
  });

  it('shapes the names of what lies in levels, further out and deeper', () => {
    const template = '{type}::org.{source}:{server}/{database}.{schema}.{table}';
    expect(called(template, ['shop'], 'Database')).toBe('Database::org.src:prod/shop');
    expect(called(template, ['shop', 'public', 'orders'])).toBe('RelationalTable::org.src:prod/shop.public.orders');
    expect(called(template, ['shop', 'public', 'orders', 'id'])).toBe(
      'RelationalTable::org.src:prod/shop.public.orders/id',
    );
  });

  it('calls a server by its own name alone, whether or not that stands in the template', () => {
    expect(called('{type}::{source}:{server}/{database}.{schema}.{table}', ['prod'], 'SoftwareServer')).toBe(
      'SoftwareServer::src:prod',
    );
    expect(called('{type}::{source}:x-{database}.{schema}.{table}', ['prod'], 'DatabaseManager')).toBe(
      'DatabaseManager::src:x-prod',
    );
  });

  it('keeps what separates out of the names', () => {
    expect(called('{type}::{source}:{database}.{schema}|{table}', ['a.b', 'c|d', 'e/f:g%h-i'])).toBe(
      'RelationalTable::src:a%2Eb.c%7Cd|e%2Ff%3Ag%25h-i',
    );
  });

  it('marks what is told under it', () => {
    const mark = (template: string, server?: string) => namingOf('src', names.shape(template, server)).mark;
    const template = '{type}::{source}:{server}:{database}/{schema}/{table}';
    expect(mark('{type}::{source}:{database}/{schema}/{table}')).toBeUndefined();
    expect(mark(template, 'a')).toBe(mark(template, 'a'));
    expect(mark(template, 'a')).not.toBe(mark(template, 'b'));
  });

  it.each([
    ['{type}::{source}:{database}/{table}', 'lacks {schema}'],
    ['{type}::{database}/{schema}/{table}', 'lacks {source}'],
    ['{source}:{database}/{schema}/{table}', 'lacks {type}'],
    ['{type}::{source}:{catalog}/{schema}/{table}', 'holds {catalog}'],
    ['{type}::{source}:{database}/{schema}/{table}/{table}', 'holds {table} twice'],
    ['{type}::{source}:{schema}/{database}/{table}', 'has its placeholders in another order'],
    ['{type}::{source}:{database}/{server}/{schema}/{table}', 'has its placeholders in another order'],
    ['{type}:{source}:{database}/{schema}/{table}', 'does not begin with {type}::'],
    ['x{type}::{source}:{database}/{schema}/{table}', 'does not begin with {type}::'],
    ['{type}::{source}:{database}{schema}/{table}', 'has no sign before {schema}'],
    ['{type}::{source}:{database}/{schema}x{table}', 'has no sign before {table}'],
    ['{type}::{source}:{database}/{schema}é{table}', 'has no sign before {table}'],
    ['{type}::{source}{database}/{schema}/{table}', 'has no sign before {database}'],
    ['{type}::{source}:{database}/{schema}/{table}@prod', 'ends with text'],
    ['{type}::{source}:{database}/{schema}/%{table}', 'holds %'],
    ['{type}::{source}:{database}/{schema/{table}', 'lacks {schema}'],
    ['{type}::{source}:{database}/{schema}/}{table}', 'holds %, a lone brace'],
  ])('%s is refused: it %s', (template, fault) => {
    expect(() => names.shape(template)).toThrow(fault);
    expect(() => names.shape(template)).toThrow('The usual template is {type}::{source}:{database}/{schema}/{table};');
  });

  it('gives no two paths one name, whatever the template is', () => {
    const sign = fc.constantFrom('.', '/', ':', '-', '|', '@', '_');
    const text = fc.tuple(sign, fc.string({ unit: fc.constantFrom('a', '.', '/', '2', '-'), maxLength: 2 }));
    const template = fc.tuple(text, text, text, fc.boolean()).map(([one, two, three, hasServer]) => {
      const server = hasServer ? '.{server}' : '';
      return `{type}::{source}${server}${one.join('')}{database}${two.join('')}{schema}${three.join('')}{table}`;
    });
    const name = fc.string({ unit: fc.constantFrom('a', '.', '/', ':', '2', 'E', '%', '-', '|', '_'), maxLength: 3 });
    const path = fc.array(name, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(template, path, path, (given, one, other) => {
        expect(called(given, one) === called(given, other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 5_000 },
    );
  });
});
