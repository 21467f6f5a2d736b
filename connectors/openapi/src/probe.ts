import { lookup } from 'node:dns/promises';
import type { ProbeStep } from '@isthmus/connector-sdk';
import type { ApiSource, ListedLocation } from './api-source.js';
import { readPlace } from './document-reader.js';
import { DocumentThread } from './document-thread.js';
import type { Loaded, ProbeFault } from './loading.js';
import type { Location } from './location.js';

const order = ['resolve', 'reach', 'authenticate', 'authorise', 'sample'] as const;

/** Tries the way to every location; ends with the first step that fails at one of them, and what to do about it. */
export async function probeSource(source: ApiSource, signal: AbortSignal): Promise<readonly ProbeStep[]> {
  let failed: { readonly step: ProbeFault; readonly message: string } | undefined;
  const samples: string[] = [];
  const locations = locationsOf(source);
  if (typeof locations === 'string') return [{ name: 'resolve', ok: false, message: locations }];
  for (const location of locations) {
    const tried = await probeLocation(source, location, signal);
    if (typeof tried === 'string') samples.push(tried);
    else if (failed === undefined || order.indexOf(tried.step) < order.indexOf(failed.step)) failed = tried;
  }
  const places = `${locations.length} ${locations.length === 1 ? 'location' : 'locations'}`;
  const well: Record<ProbeFault, string> = {
    resolve: `${places}: names are known`,
    reach: `${places} answer`,
    authenticate: 'nobody asks for more than is configured',
    authorise: 'everything may be read',
    sample: samples.slice(0, 5).join('; '),
  };
  const steps: ProbeStep[] = [];
  for (const name of order) {
    if (failed?.step === name) return [...steps, { name, ok: false, message: failed.message }];
    steps.push({ name, ok: true, message: well[name] });
  }
  return steps;
}

function locationsOf(source: ApiSource): readonly Location[] | string {
  try {
    return source.locations();
  } catch (error) {
    return messageOf(error);
  }
}

/** @returns what was read, or what failed */
async function probeLocation(
  source: ApiSource,
  location: Location,
  signal: AbortSignal,
): Promise<string | { readonly step: ProbeFault; readonly message: string }> {
  const place = location.kind === 'url' ? location.names.join('/') : location.path;
  if (location.kind === 'url') {
    const host = new URL(location.url).hostname.replace(/^\[|\]$/g, '');
    try {
      await lookup(host);
    } catch {
      signal.throwIfAborted();
      return {
        step: 'resolve',
        message: `the name ${host} is not known here: correct \`locations\`, or the name service`,
      };
    }
  }
  const listed = await source.list(location, signal).catch(messageOf);
  signal.throwIfAborted();
  if (typeof listed === 'string') return { step: /EACCES|EPERM/.test(listed) ? 'authorise' : 'reach', message: listed };
  const [first] = listed.documents;
  if (first === undefined) return { step: 'sample', message: `${place}: there is no file that \`include\` takes` };
  return await probeDocuments(source, place, listed, signal);
}

/** The first that is an API's document; files beside it may be others. */
async function probeDocuments(
  source: ApiSource,
  place: string,
  { place: folder, documents }: ListedLocation,
  signal: AbortSignal,
): Promise<string | { readonly step: ProbeFault; readonly message: string }> {
  await using thread = new DocumentThread(source.configuration.maxDocumentMegabytes);
  for (const document of documents.slice(0, mostTried)) {
    const loaded = await document.loader.load(document.uri, undefined, signal);
    if (loaded.kind !== 'bytes')
      return { step: stepOf(loaded), message: `${place}: ${'why' in loaded ? loaded.why : ''}` };
    const reading = await readPlace(document, thread, source.configuration, signal);
    if (reading.kind === 'unread' || reading.kind === 'gone')
      return { step: 'sample', message: `${document.names.join('/')}: ${reading.why}` };
    if (reading.kind === 'api') return `${reading.api.displayName}: ${reading.facts.operations} operations`;
  }
  const message =
    folder === undefined
      ? 'what is there says neither `openapi` nor `swagger`, so it is no OpenAPI document; correct `locations`: name the document itself'
      : `${triedOf(documents.length)} an OpenAPI document; correct \`locations\` or \`include\``;
  return { step: 'sample', message: `${place}: ${message}` };
}

function triedOf(count: number): string {
  if (count === 1) return 'its only file is not';
  return count > mostTried ? `none of the first ${mostTried} files is` : `none of its ${count} files is`;
}

const mostTried = 20;

function stepOf(loaded: Loaded): ProbeFault {
  return loaded.kind === 'unreachable' ? (loaded.cause ?? 'reach') : 'sample';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
