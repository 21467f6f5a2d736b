import { codeOf, reasonOf } from '@isthmus/connector-sdk/helpers';

/** Codes by which a server refuses who somebody is. */
const unknownUser = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_HOST_IS_BLOCKED',
  'ER_MUST_CHANGE_PASSWORD_LOGIN',
  'ER_ACCOUNT_HAS_BEEN_LOCKED',
]);

export function isUnknownUser(error: unknown): boolean {
  return unknownUser.has(codeOf(error) ?? '');
}

export function isForbidden(error: unknown): boolean {
  return ['ER_DBACCESS_DENIED_ERROR', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_SPECIFIC_ACCESS_DENIED_ERROR'].includes(
    codeOf(error) ?? '',
  );
}

const certificateFaults: readonly (readonly [RegExp, string])[] = [
  [/certificate has expired/i, 'CERT_HAS_EXPIRED'],
  [/certificate is not yet valid/i, 'CERT_NOT_YET_VALID'],
  [/altnames|does not match certificate/i, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/self.signed certificate/i, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/unable to (verify|get)|certificate/i, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
];

/** The driver puts one code of its own over all that goes wrong with TLS: this brings the true one back. */
export function withTrueCode(error: unknown): unknown {
  if (codeOf(error) !== 'HANDSHAKE_SSL_ERROR') return error;
  const reason = reasonOf(error).replace(' (HANDSHAKE_SSL_ERROR)', '');
  const known = certificateFaults.find(([text]) => text.test(reason));
  return known === undefined ? error : Object.assign(new Error(reason), { code: known[1] });
}
