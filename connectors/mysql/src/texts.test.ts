import { describe, expect, it } from '@jest/globals';
import { valuesOf } from './column-values.js';
import { fromConnection } from './mysql-config.js';
import { sourcesOf } from './view-sources.js';

describe('the values of a column', () => {
  it.each([
    ["enum('a','b')", ['a', 'b']],
    ["set('it''s','a,b','')", ["it's", 'a,b', '']],
    ["enum('back\\\\slash','new\\nline','(x)')", ['back\\slash', 'new\nline', '(x)']],
    ['varchar(10)', undefined],
    ["enum('torn", undefined],
  ])('of %s are told in their order', (type, values) => {
    expect(valuesOf(type)).toEqual(values);
  });
});

describe('what a view reads', () => {
  const names = (text: string) => sourcesOf(text, 'here').map((source) => source.join('/'));

  it.each([
    ['select `shop`.`a`.`id` AS `id` from `shop`.`a`', ['shop/a']],
    [
      'select `m`.`id` AS `id` from (`shop`.`member` `m` left join `other`.`team` `t` on((`t`.`id` = `m`.`team`))) where (`m`.`id` > 1)',
      ['other/team', 'shop/member'],
    ],
    ['select 1 AS `1` from `shop`.`a` union all select 2 AS `2` from `shop`.`b` order by 1', ['shop/a', 'shop/b']],
    ['select extract(year from `shop`.`a`.`day`) AS `y`, trim(both `x`.`c` from `x`.`d`) from `shop`.`a`', ['shop/a']],
    [
      'select (select max(`q`.`n`) from (`shop`.`deep` `q` join `shop`.`deeper`)) AS `n`,`s`.`x` from (select `shop`.`in`.`x` AS `x` from `shop`.`in`) `s` where exists(select 1 from `shop`.`where` limit 1)',
      ['shop/deep', 'shop/deeper', 'shop/in', 'shop/where'],
    ],
    ["select 'from `no`.`where`' AS `t`,`a`.`b` AS `b`,`c`.`d` AS `d` from `we``ird`.`ta.ble` `a`", ['we`ird/ta.ble']],
    ['with c as (select `shop`.`a`.`id` AS `id` from `shop`.`a`)select `c`.`id` AS `id` from `c`', ['shop/a']],
    ['with `c` as (select `shop`.`a`.`id` AS `id` from `shop`.`a`)select `c`.`id` AS `id` from `c`', ['shop/a']],
    ['select 1 from `near`', ['here/near']],
    [
      "select `t`.`n` AS `n` from `shop`.`doc` `d` join json_table(`d`.`text`, '$[*]' columns (`n` int path '$.n', nested path '$.m' columns (`m` int path '$'))) `t` join `shop`.`last`",
      ['shop/doc', 'shop/last'],
    ],
    [
      'select 1 from `shop`.`a` `m` join lateral (select `t`.`r` AS `r` from `shop`.`b` `t` where (`t`.`id` = `m`.`id`)) `x`',
      ['shop/a', 'shop/b'],
    ],
    ['select 1 AS `1`', []],
  ])('%s', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });
});

describe('the address of a connection', () => {
  const from = (networkAddress: string) =>
    fromConnection({ providerName: 'mysql', networkAddress, configurationProperties: {} });

  it('is a URL, a host with its port, or a socket', () => {
    expect(from('mysql://app:pw%40x@db.example:3307')).toEqual({
      host: 'db.example',
      port: 3307,
      user: 'app',
      password: 'pw@x',
    });
    expect(from('mariadb://db.example')).toEqual({ host: 'db.example' });
    expect(from('jdbc:mysql://db.example:3307/shop?useSSL=false')).toEqual({ host: 'db.example', port: 3307 });
    expect(from('db.example:3307')).toEqual({ host: 'db.example', port: 3307 });
    expect(from('/run/mysqld/mysqld.sock')).toEqual({ host: '/run/mysqld/mysqld.sock' });
  });
});
