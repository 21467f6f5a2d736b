// The table of configuration keys in the README of each connector, made from its schema. It stands between two marks.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const begin = '<!-- configuration: made by `npm run docs` -->';
const end = '<!-- end of configuration -->';

/** @returns by path of the README: its text with the table brought up to date; READMEs without the marks are left alone */
export async function connectorReadmes(root) {
  const pages = [];
  for (const name of readdirSync(join(root, 'connectors')).sort()) {
    const folder = join(root, 'connectors', name);
    const path = join(folder, 'README.md');
    if (!existsSync(path) || !existsSync(join(folder, 'package.json'))) continue;
    const text = readFileSync(path, 'utf8');
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from < 0 || to < from) continue;
    const table = configurationTable(await schemaOf(folder));
    pages.push([
      `connectors/${name}/README.md`,
      `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`,
    ]);
  }
  return pages;
}

async function schemaOf(folder) {
  const { isthmus } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const module = await import(pathToFileURL(resolve(folder, isthmus.module)).href);
  return module[isthmus.export ?? 'default'].configuration;
}

function configurationTable(schema) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties).map(([key, field]) => {
    const fallback =
      field.default === undefined
        ? required.has(key)
          ? 'must be given'
          : 'none'
        : `\`${JSON.stringify(field.default)}\``;
    const secret = field.secret === true ? ' Secret.' : '';
    return `| \`${key}\` | ${typeOf(field)} | ${fallback} | ${cell(field.description ?? field.title ?? '')}${secret} |`;
  });
  return ['| Key | Type | Default | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function typeOf(field) {
  if (field.anyOf !== undefined) return field.anyOf.map(({ const: value }) => `\`${value}\``).join(', ');
  if (field.type === 'array') return `list of ${typeOf(field.items)}`;
  const { type = 'any', minimum, maximum } = field;
  const name = { string: 'text', integer: 'whole number', boolean: 'true or false' }[type] ?? type;
  return minimum === undefined || maximum === undefined ? name : `${name}, ${minimum} to ${maximum}`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
