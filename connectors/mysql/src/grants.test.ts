import { describe, expect, it } from '@jest/globals';
import { rightsTo, rightsToServer, visibilityOf as visibilityBy } from './grants.js';

const visibilityOf = (lines: readonly string[]) => visibilityBy(lines, { hasPatterns: true });

describe('what a user sees by its grants', () => {
  it('is everything by a privilege on all databases that shows columns', () => {
    const seen = visibilityOf([
      "GRANT REFERENCES, SHOW VIEW ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*0123456789ABCDEF'",
    ]);
    expect(rightsTo(seen, 'shop')).toEqual(['every table']);
    expect(rightsToServer(seen)).toEqual(['every database']);
  });

  it('is nothing by a log-in, a role or a routine alone', () => {
    const seen = visibilityOf([
      'GRANT USAGE ON *.* TO `reader`@`%`',
      'GRANT `viewers` TO `reader`@`%`',
      'GRANT EXECUTE ON PROCEDURE `shop`.`pay` TO `reader`@`%`',
      "GRANT PROXY ON ''@'%' TO 'reader'@'%' WITH GRANT OPTION",
      'GRANT DELETE, CREATE ON `shop`.* TO `reader`@`%`',
    ]);
    expect([rightsTo(seen, 'shop'), rightsToServer(seen)]).toEqual([[], []]);
  });

  it('is what everybody may see, too', () => {
    const own = 'GRANT REFERENCES ON `shop`.`t1` TO `reader`@`%`';
    const all = 'GRANT SELECT, SHOW VIEW ON `shop`.* TO PUBLIC';
    expect(rightsTo(visibilityOf([own, all]), 'shop')).toEqual(['every table']);
    expect(rightsTo(visibilityOf([own]), 'shop')).toEqual(['table t1']);
  });

  it('is not known by a line that is not understood', () => {
    const seen = visibilityOf(['GRANT SELECT ON `shop`.* TO `reader`@`%`', 'GRANT EVERYTHING NEW TO `reader`@`%`']);
    expect([rightsTo(seen, 'shop'), rightsToServer(seen)]).toEqual([[], []]);
  });

  it('is what the pattern of a database fits, signs that stand for themselves among them', () => {
    const seen = visibilityOf([
      'GRANT SELECT ON `shop\\_eu`.* TO `reader`@`%`',
      'GRANT ALL PRIVILEGES ON `team%`.* TO `reader`@`%` WITH GRANT OPTION',
      'GRANT SELECT ON `a.b``c`.* TO `reader`@`%`',
    ]);
    const sees = (database: string) => rightsTo(seen, database).length > 0;
    expect(['shop_eu', 'shopXeu', 'team_1', 'a.b`c', 'aXb`c'].map(sees)).toEqual([true, false, true, true, false]);
  });

  it('is only the database of that very name where names are no patterns, as with partial revokes of MySQL', () => {
    const lines = [
      'GRANT SELECT ON `shop%`.* TO `reader`@`%`',
      'GRANT SELECT ON `a\\_b`.* TO `reader`@`%`',
      'REVOKE SELECT ON `a__`.* FROM `reader`@`%`',
    ];
    const [seen, before] = [visibilityBy(lines, { hasPatterns: false }), visibilityOf(lines)];
    const sees = (database: string) => rightsTo(seen, database).length > 0;
    expect(['shop%', 'shop_eu', 'a_b'].map(sees)).toEqual([true, false, true]);
    expect(rightsToServer(before)).toContain('database shop%');
    expect(rightsToServer(seen)).not.toContain('database shop%');
  });

  it('is single tables and columns, each a right of its own', () => {
    const seen = visibilityOf([
      'GRANT SELECT (`id`, `a, (b)`), INSERT (`c`) ON `shop`.`orders` TO `reader`@`%`',
      'GRANT SELECT, DELETE ON `shop`.`items` TO `reader`@`%`',
      'GRANT SELECT ON `other`.`items` TO `reader`@`%`',
    ]);
    expect(rightsTo(seen, 'shop')).toEqual([
      'column orders.a, (b)',
      'column orders.c',
      'column orders.id',
      'table items',
    ]);
    expect(rightsToServer(seen)).toEqual(['database other', 'database shop']);
  });

  it('is not what was taken out of everything again', () => {
    const seen = visibilityOf(['GRANT SELECT ON *.* TO `reader`@`%`', 'REVOKE SELECT ON `secret`.* FROM `reader`@`%`']);
    expect([rightsTo(seen, 'secret'), rightsTo(seen, 'shop')]).toEqual([[], ['every table']]);
    expect(rightsToServer(seen)).toEqual(['every database without secret']);
  });

  it('is what the most specific pattern of one grantee says, as the server takes no other', () => {
    const seen = visibilityOf([
      'GRANT SELECT, SHOW VIEW ON `sh%`.* TO `reader`@`%`',
      'GRANT EXECUTE ON `shop`.* TO `reader`@`%`',
      'GRANT EXECUTE ON `s%`.* TO `reader`@`%`',
      'GRANT EXECUTE ON `team%`.* TO `reader`@`%`',
      'GRANT SELECT ON `team%`.* TO `viewers`',
    ]);
    expect(['shop', 'shed', 'sky', 'team_1'].map((database) => rightsTo(seen, database))).toEqual([
      [],
      ['every table'],
      [],
      ['every table'],
    ]);
    const alike = ['GRANT SELECT ON `sh_p`.* TO `a`@`%`', 'GRANT EXECUTE ON `sh%`.* TO `a`@`%`'];
    expect(rightsTo(visibilityOf(alike), 'shop')).toEqual([]);
  });

  it('is not what the name of a column looks like', () => {
    const seen = visibilityOf([
      'GRANT SELECT (`x ON *.* TO y`) ON `shop`.`orders` TO `reader`@`%`',
      'GRANT SELECT (x ON *.* TO y, id) ON `shop`.`items` TO `reader`@`%`',
      'GRANT SELECT (a) ON *.* TO `b`, id) ON `shop`.`parts` TO `reader`@`%`',
    ]);
    expect(rightsToServer(seen)).toEqual(['database shop']);
    expect(rightsTo(seen, 'other')).toEqual([]);
    expect(rightsTo(seen, 'shop')).toContain('column orders.x ON *.* TO y');
  });
});
