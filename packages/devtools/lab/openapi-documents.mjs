// Brings OpenAPI documents of real products, as packages of the registry ship them, into the lab folder: Kubernetes
// (2.0), GitHub (3.0), ReadMe and the examples of the specification (2.0, 3.0, 3.1).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { labFolder } from '../lib/lab-folder.mjs';

/** By package: the files to take from it, by the name they get. A folder is taken as it is. */
const packages = {
  'kubernetes-client@9.0.0': { 'kubernetes.json': 'package/lib/specs/swagger-1.13.json.gz' },
  '@octokit/openapi@23.0.2': { 'github.json': 'package/generated/api.github.com.json' },
  '@readme/oas-examples@8.2.2': {
    'readme.json': 'package/3.1/json/readme.json',
    'train-travel.json': 'package/3.1/json/train-travel.json',
    'webhooks.json': 'package/3.1/json/webhooks.json',
    'star-trek.json': 'package/3.0/json/star-trek.json',
    'petstore-2.json': 'package/2.0/json/petstore.json',
    'petstore.yaml': 'package/3.0/yaml/petstore.yaml',
  },
};

/** @returns why they could not be brought; undefined when they are there */
export function bringDocuments() {
  const folder = join(labFolder(), 'openapi-documents');
  if (existsSync(folder)) return undefined;
  const unfinished = `${folder}.part`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  for (const [name, files] of Object.entries(packages)) {
    const packed = spawnSync('npm', ['pack', name, '--silent', '--ignore-scripts'], {
      cwd: unfinished,
      encoding: 'utf8',
    });
    if (packed.status !== 0) return `npm pack ${name} ended with ${packed.status}`;
    const archive = join(unfinished, packed.stdout.trim().split('\n').at(-1));
    for (const [file, path] of Object.entries(files)) {
      const taken = spawnSync('tar', ['-xzOf', archive, path], { maxBuffer: 256 * 1024 * 1024 });
      if (taken.status !== 0) return `${name} holds no ${path}`;
      writeFileSync(join(unfinished, file), path.endsWith('.gz') ? gunzipSync(taken.stdout) : taken.stdout);
    }
    rmSync(archive);
  }
  renameSync(unfinished, folder);
  return undefined;
}
