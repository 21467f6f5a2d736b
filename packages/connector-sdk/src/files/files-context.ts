import type { KindContextOf } from '../base-context.js';

/** What a connector of kind `files` gets (Egeria's Files Integrator). */
export type FilesContext = KindContextOf<'files'>;
