import type { Properties } from '@isthmus/model';
import type { FaceScope } from '@isthmus/platform';
import { defined } from '../requests/query-options.js';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { NewGraph } from '../store/element-store.js';
import { type BeanMembers, incidentMembers, toDoMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { named } from './connector-graph.js';
import { elementOfType, namelessName } from './governance-maintenance.js';

const post = { method: 'POST', role: 'operator', release: '4.3', answer: 'GUIDResponse', body: 'needed' } as const;

type Links = NewGraph['links'];

/** What connectors of 4.3 leave to people: reports of incidents and things to do. Each is made with its links or not at all. */
export function addStewardshipCalls(scope: FaceScope, faces: StoreFaces): void {
  addCall(scope, faces, { ...post, path: '/incident-reports' }, async (call) =>
    made(call, 'IncidentReport', incidentMembers, {}, incidentLinks(call)),
  );
  addCall(scope, faces, { ...post, path: '/to-dos' }, async (call) =>
    made(call, 'ToDo', toDoMembers, { activityStatus: 'REQUESTED' }, await toDoLinks(call)),
  );
}

async function made(call: Call, typeName: string, members: BeanMembers, fixed: Properties, links: Links) {
  const told = { ...fixed, ...readBean(call.body, members) };
  const properties = named(told, () => namelessName(typeName));
  const graph = { elements: [{ typeName, properties }], links };
  const [guid] = await call.store.createGraph(call.writer, graph);
  return { guid };
}

function incidentLinks({ body }: Call): Links {
  const originator = body.text('originatorGUID');
  return [
    ...(originator === undefined ? [] : [{ typeName: 'ReportOriginator', end1: originator, end2: 0 }]),
    ...body.objects('impactedResources').map((resource) => ({
      typeName: 'ImpactedResource',
      end1: needText(resource, 'impactedElementGUID'),
      end2: 0,
      properties: defined({ severityLevel: resource.integer('impactSeverityLevel') }),
    })),
    ...body.objects('previousIncidents').map((incident) => ({
      typeName: 'ReportDependency',
      end1: needText(incident, 'previouslyReportedIncidentGUID'),
      end2: 0,
      properties: defined({ description: incident.text('description') }),
    })),
  ];
}

async function toDoLinks({ body, store }: Call): Promise<Links> {
  const assignee = body.text('assignToQualifiedName');
  const cause = body.text('causeGUID');
  const actor = assignee === undefined ? undefined : await store.getByQualifiedName(assignee);
  // a name that nobody has is answered as a GUID that nothing has
  if (assignee !== undefined && actor === undefined)
    await elementOfType(store, assignee, 'Referenceable', 'assignToQualifiedName');
  return [
    ...(actor === undefined ? [] : [{ typeName: 'AssignmentScope', end1: actor.guid, end2: 0 }]),
    ...(cause === undefined ? [] : [{ typeName: 'Actions', end1: cause, end2: 0 }]),
    ...body.objects('actionTargets').map((target) => ({
      typeName: 'ActionTarget',
      end1: 0,
      end2: needText(target, 'actionTargetGUID'),
      properties: defined({ actionTargetName: target.text('actionTargetName') }),
    })),
  ];
}
