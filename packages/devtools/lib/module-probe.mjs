// Loaded into a process by `NODE_OPTIONS=--import=<this file>`: appends to the file named by ISTHMUS_MODULES one line for
// each module of node_modules that the process asks for: { at, url, parent }. ES modules are seen by a resolve hook,
// CommonJS modules where Node loads them. It slows loading down: never in a process whose time is measured.
import { appendFileSync } from 'node:fs';
import { Module, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const file = process.env.ISTHMUS_MODULES;
if (file !== undefined) {
  const hooks = `
    import { appendFileSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      const answer = await next(specifier, context);
      if (answer.url.includes('/node_modules/'))
        appendFileSync(${JSON.stringify(file)}, JSON.stringify({ at: Date.now(), url: answer.url, parent: context.parentURL }) + '\\n');
      return answer;
    }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  const load = Module._load;
  Module._load = function probed(request, parent, ...rest) {
    let found;
    try {
      found = Module._resolveFilename(request, parent);
    } catch {
      found = undefined;
    }
    if (found?.includes('/node_modules/')) {
      const url = pathToFileURL(found).href;
      const from = parent?.filename ? pathToFileURL(parent.filename).href : undefined;
      appendFileSync(file, `${JSON.stringify({ at: Date.now(), url, parent: from })}\n`);
    }
    return load.call(this, request, parent, ...rest);
  };
}
