import { actorProfileRows, actorRoleReadRows, securityGroupRows, userIdentityRows } from './actor-rows.js';

export const securityRows = [
  ...securityGroupRows,
  ...userIdentityRows,
  ...actorProfileRows,
  ...actorRoleReadRows,
] as const;
