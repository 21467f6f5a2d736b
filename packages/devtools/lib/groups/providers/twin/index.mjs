// A second provider that does the same: registrations change between the two.
import { recorderOf } from '../recorder/index.mjs';

export const connector = recorderOf('twin');
