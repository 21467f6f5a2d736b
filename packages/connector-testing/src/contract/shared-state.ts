import child_process from 'node:child_process';
import crypto from 'node:crypto';
import dns from 'node:dns';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

/** What all code of a process shares, by name. Values are compared, never shown: some of them are secrets. */
export type SharedState = ReadonlyMap<string, unknown>;

/** Environment, working directory, globals, what is built in, and agents as they are now. */
export function sharedState(): SharedState {
  const state = new Map<string, unknown>([
    ['the working directory', process.cwd()],
    ['process.exitCode', process.exitCode],
    ['process.title', process.title],
    ['Error.stackTraceLimit', Error.stackTraceLimit],
  ]);
  for (const [name, value] of Object.entries(process.env)) state.set(`the environment variable ${name}`, value);
  addDefaults(state);
  for (const [name, members] of Object.entries(modules)) addMembers(state, name, members);
  addMembers(state, 'globalThis', globalThis);
  for (const name of builtIn) {
    const value: unknown = Reflect.get(globalThis, name);
    if (typeof value === 'object' && value !== null) addMembers(state, name, value);
    if (typeof value !== 'function') continue;
    addMembers(state, name, value);
    if (typeof value.prototype === 'object') addMembers(state, `${name}.prototype`, value.prototype);
  }
  return state;
}

/** What modules of Node do for everybody who says nothing else. */
function addDefaults(state: Map<string, unknown>): void {
  state.set('http.globalAgent', http.globalAgent);
  state.set('https.globalAgent', https.globalAgent);
  state.set('http.globalAgent.keepAlive', Reflect.get(http.globalAgent, 'keepAlive'));
  state.set('https.globalAgent.keepAlive', Reflect.get(https.globalAgent, 'keepAlive'));
  state.set('http.globalAgent.maxSockets', http.globalAgent.maxSockets);
  state.set('https.globalAgent.maxSockets', https.globalAgent.maxSockets);
  state.set('https.globalAgent.options.rejectUnauthorized', https.globalAgent.options.rejectUnauthorized);
  state.set('the dispatcher of fetch', dispatcher() ?? lazy);
  state.set('EventEmitter.defaultMaxListeners', EventEmitter.defaultMaxListeners);
  state.set('tls.DEFAULT_MIN_VERSION', tls.DEFAULT_MIN_VERSION);
  state.set('tls.DEFAULT_MAX_VERSION', tls.DEFAULT_MAX_VERSION);
  state.set('tls.DEFAULT_CIPHERS', tls.DEFAULT_CIPHERS);
  state.set('net.setDefaultAutoSelectFamily', net.getDefaultAutoSelectFamily());
  state.set('dns.setDefaultResultOrder', dns.getDefaultResultOrder());
  state.set('dns.setServers', dns.getServers().join(' '));
  state.set('process.emitWarning', process.emitWarning);
  state.set('process.noDeprecation', process.noDeprecation);
  state.set('process.setMaxListeners', process.getMaxListeners());
  state.set('process.setUncaughtExceptionCaptureCallback', process.hasUncaughtExceptionCaptureCallback());
  state.set('process.stdout.write', process.stdout.write);
  state.set('process.stderr.write', process.stderr.write);
  for (const event of ['uncaughtException', 'unhandledRejection', 'SIGTERM', 'SIGINT'])
    state.set(`the listeners of the process to ${event}`, process.listenerCount(event));
}

/** Loaded when something is fetched for the first time. */
function dispatcher(): unknown {
  return Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
}

/** Names of what differs. What is loaded when it is first used is none of it. */
export function differences(before: SharedState, after: SharedState): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => {
    if (before.get(name) === lazy && after.has(name)) return false;
    return before.has(name) !== after.has(name) || !Object.is(before.get(name), after.get(name));
  });
}

/** Stands for a value that asking for it would load. */
const lazy = Symbol('lazy');

function addMembers(state: Map<string, unknown>, owner: string, value: object): void {
  // Symbols are not looked at: what is built in keeps there what it has loaded.
  for (const name of Object.getOwnPropertyNames(value)) {
    const member = Object.getOwnPropertyDescriptor(value, name);
    state.set(`${owner}.${name}`, member !== undefined && 'value' in member ? member.value : lazy);
  }
}

/** Their functions are everybody's: whoever puts others there changes all code. */
const modules = { child_process, crypto, dns, fs, 'fs.promises': fs.promises, http, https, net, tls };

const builtIn = [
  'Array',
  'ArrayBuffer',
  'BigInt',
  'Boolean',
  'Buffer',
  'Date',
  'Error',
  'Function',
  'Intl',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'Promise',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'URL',
  'Uint8Array',
  'WeakMap',
  'console',
];
