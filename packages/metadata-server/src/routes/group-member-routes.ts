import { randomUUID } from 'node:crypto';
import { IsthmusError, processSlicer } from '@isthmus/kernel';
import { isthmusFace } from '@isthmus/model';
import { egeriaAnswer } from '@isthmus/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RegisteredConnectors } from '../groups/registered-connectors.js';
import { Fields } from '../requests/fields.js';
import { parseLargeJson } from '../requests/large-json.js';
import { noFields } from '../requests/query-options.js';
import { bytesOf } from '../requests/raw-body.js';
import type { GroupMembers, StoredRelated } from '../store/element-store.js';
import { renderList } from '../views/render.js';
import type { StoreFace, StoreFaces } from './egeria-call.js';
import { patternOf } from './path-pattern.js';

const mostMembers = 5_000;
const mostConnectors = 500;

/**
 * A group by the versions of its registrations: a daemon that knows most of them reads the few that changed. Both calls
 * are tagged with the group's version, which is taken before anything is read: a change in between makes the next poll
 * read again, never miss it.
 */
export function addGroupMemberCalls(scope: FastifyInstance, faces: StoreFaces): void {
  const config = { config: { role: 'viewer' } } as const;
  const pathOf = (make: (server: string, groupGuid: string) => string) => patternOf(make(':serverName', ':groupGuid'));

  scope.get(pathOf(isthmusFace.groupMembers), config, async (request, reply) => {
    const query = Fields.of(request.query) ?? noFields;
    const startFrom = within(query, 'startFrom', 0, Number.MAX_SAFE_INTEGER, 0);
    const pageSize = within(query, 'pageSize', 1, mostMembers, mostMembers);
    const { members } = await taggedMembers(faces.of(request), request, reply);
    return egeriaAnswer('IsthmusGroupMembersResponse', {
      total: members.length,
      members: members
        .slice(startFrom, startFrom + pageSize)
        .map(({ connectorGuid, version }) => [connectorGuid, version]),
    });
  });

  scope.post(pathOf(isthmusFace.groupConnectors), config, async (request, reply) => {
    const body = await parseLargeJson(bytesOf(request.body));
    const guids = (Fields.of(body) ?? noFields).texts('connectorGuids') ?? [];
    if (guids.length > mostConnectors)
      throw new IsthmusError('REQUEST_INVALID', `connectorGuids must be at most ${mostConnectors}`, {
        details: { field: 'connectorGuids' },
      });
    const { members } = await taggedMembers(faces.of(request), request, reply);
    const wanted = new Set(guids);
    const face = faces.of(request);
    const connectors = new RegisteredConnectors(face.store(), face.beans);
    const found: StoredRelated[] = [];
    for (const { registrationGuid, connectorGuid } of members.filter((each) => wanted.has(each.connectorGuid))) {
      const registered = await connectors.registered(registrationGuid, connectorGuid);
      if (registered !== undefined) found.push(registered);
      await processSlicer.turn('answer');
    }
    reply.type('application/json');
    const views = await connectors.views(found);
    return renderList('IsthmusGroupConnectorsResponse', randomUUID(), 'elements', views, (view) => view);
  });
}

/** @throws ELEMENT_NOT_FOUND */
async function taggedMembers(face: StoreFace, request: FastifyRequest, reply: FastifyReply): Promise<GroupMembers> {
  const guid = (Fields.of(request.params) ?? noFields).text('groupGuid') ?? '';
  const members = await face.store().groupMembers(guid);
  if (members === undefined)
    throw new IsthmusError('ELEMENT_NOT_FOUND', `there is no group ${guid}`, { details: { guid } });
  reply.header('etag', `"${members.version}"`).header('cache-control', 'no-cache');
  return members;
}

function within(query: Fields, name: string, least: number, most: number, absent: number): number {
  const value = query.integer(name) ?? absent;
  if (value >= least && value <= most) return value;
  throw new IsthmusError('REQUEST_INVALID', `${name} must lie between ${least} and ${most}`, {
    details: { field: name },
  });
}
