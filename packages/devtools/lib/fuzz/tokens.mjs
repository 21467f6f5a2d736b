// Tokens that must be refused, made from a good one.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

/** @param keyFile of the server: signs a token that has expired, which an attacker could only have stolen */
export function forgedTokens(good, keyFile) {
  const [header, payload, signature] = good.split('.');
  const claims = claimsOf(good);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const own = readFileSync(keyFile, 'utf8');
  const signed = (body, key) => {
    const unsigned = `${text({ alg: 'RS256' })}.${text(body)}`;
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(key).toString('base64url')}`;
  };
  const now = Math.floor(Date.now() / 1000);
  const hmac = `${text({ alg: 'HS256' })}.${payload}`;
  return {
    'alg none': `${text({ alg: 'none' })}.${payload}.`,
    'alg None': `${text({ alg: 'nOnE' })}.${payload}.${signature}`,
    'another key': signed(claims, other),
    expired: signed({ ...claims, iat: now - 7200, exp: now - 3600 }, own),
    'not yet': signed({ ...claims, nbf: now + 3600 }, own),
    'no end': signed({ ...claims, exp: undefined }, own),
    'another issuer': signed({ ...claims, iss: 'else' }, own),
    'no credential': signed({ ...claims, credential: undefined }, own),
    'another subject': `${header}.${text({ ...claims, sub: 'root' })}.${signature}`,
    'unknown subject': signed({ ...claims, sub: 'root' }, own),
    'a public key as secret': `${hmac}.${createHmac('sha256', own).update(hmac).digest('base64url')}`,
    'an embedded key': `${text({ alg: 'RS256', jwk: other.export({ format: 'jwk' }) })}.${payload}.${signature}`,
    cut: good.slice(0, -4),
    garbage: 'abc',
    long: 'a'.repeat(6000),
    dots: '..',
  };
}
