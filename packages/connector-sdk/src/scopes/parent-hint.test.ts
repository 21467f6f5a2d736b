import { describe, expect, it } from '@jest/globals';
import { missingParentHint } from './parent-hint.js';

describe('what to do about a parent that is not there', () => {
  it('names `hasTables` where a table lies in a database that was told without', () => {
    expect(missingParentHint('RelationalDBSchemaType::src:d%database')).toContain('`hasTables: true`');
  });

  it('names `parent` where a table looks for a schema that there is not', () => {
    expect(missingParentHint('RelationalDBSchemaType::src:d')).toMatch(/^tell its schema; .*`parent: \{ database: /);
  });

  it('names `parent` everywhere', () => {
    expect(missingParentHint('RelationalDBSchemaType::src:d%database')).toContain('`parent: { schema: [...] }`');
    expect(missingParentHint('DeployedAPI::src:x')).toMatch(/with `parent`; 'none'/);
  });
});
