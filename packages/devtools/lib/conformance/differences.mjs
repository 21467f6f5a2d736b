// Where our platform answers otherwise than the recorded servers, and why. `npm run docs` makes
// docs/egeria-differences.md of it.

/**
 * @typedef {object} Difference
 * @property {'4.3' | '6.1'} release
 * @property {string} file of the recording
 * @property {string[]} ids of its lines
 * @property {string[]} [pointers] where the answers differ, `*` for one key; `status` and `media type` for these. Absent: anywhere
 * @property {string} egeria what the recorded server does
 * @property {string} isthmus what we do
 * @property {string} why
 */

/** @type {Difference[]} */
export const differences = [];
