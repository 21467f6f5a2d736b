import type { PropertyValue } from '@isthmus/model';
import { approvals, planActions, planDecisions } from '@isthmus/runtime';
import { Type } from 'typebox';
import { name, named, oneOf, ref, time } from './vocabulary.js';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const anyValue = (description: string) => Type.Unsafe<PropertyValue>({ description });

export const fieldKinds = ['property', 'classification', 'parent', 'type', 'link'] as const;
const elementActions = ['create', 'update', 'restore', 'delete', 'unchanged', 'refuse'] as const;
const planStates = [
  'recording',
  'open',
  'too-large',
  'approved',
  'applied',
  'stale',
  'superseded',
  'rejected',
] as const;

const ElementChangeSchema = Type.Object({
  qualifiedName: Type.String(),
  typeName: Type.String(),
  action: oneOf(elementActions, 'what is done with the element'),
  fields: Type.Array(
    Type.Object({
      kind: oneOf(fieldKinds, 'what kind of field it is'),
      field: Type.String({
        description:
          'e.g. displayName, additionalProperties.size, NestedFile (the parent), ForeignKey (a relationship to another element)',
      }),
      from: Type.Optional(anyValue('value before; absent: none')),
      to: Type.Optional(anyValue('value after; absent: none')),
    }),
  ),
  kept: Type.Optional(
    Type.Unsafe<Readonly<Record<string, PropertyValue>>>({
      type: 'object',
      additionalProperties: true,
      description: 'fields that stay as others have set them, with the value that is there',
    }),
  ),
});

export const PlanItemSchema = named(
  'PlanItem',
  Type.Object(
    {
      number: Type.Integer({ description: 'within the plan, in the order of applying; begins at 1' }),
      action: oneOf(
        planActions,
        'adopt: it is there already and becomes known; keep: it stays as it is, and `reason` says why: no longer listed, but not to be deleted; people have set what differs; or it was there before and is only reported',
      ),
      decision: oneOf(planDecisions, 'what became of it'),
      scope: Type.String(),
      key: Type.String({ description: 'name of the item within its scope' }),
      qualifiedName: Type.String(),
      typeName: Type.String(),
      target: Type.Optional(
        Type.String({ description: 'catalog target that it is about, where the plan is over several' }),
      ),
      reason: Type.Optional(Type.String({ description: 'why it is deleted or kept' })),
      operation: Type.Optional(
        Type.String({ description: 'operation of the context that does it; absent: the source tells it by scopes' }),
      ),
      changes: Type.Array(ElementChangeSchema),
      fault: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    },
    { description: 'What a plan does with one item of the source' },
  ),
);

const planPart = {
  state: oneOf(planStates, 'open: it waits for people; stale: something has changed since'),
  counts: Type.Object({
    create: count('items to make'),
    update: count('items to change'),
    restore: count('items to bring back'),
    delete: count('items to remove'),
    adopt: count('items that are there already and become known'),
    keep: count('elements that stay as they are; the `reason` of each says why'),
  }),
  itemCount: count('items that are kept of it'),
  certificates: Type.Array(Type.Object({ scope: Type.String(), seen: count('items that were listed') }), {
    description: 'scopes that were listed completely, the first 100',
  }),
  certificateCount: count('scopes that were listed completely'),
  openScopeCount: count('scopes that were not listed completely: nothing is concluded from what is missing there'),
  isCertified: Type.Boolean({ description: 'everything was listed completely' }),
  notApplied: Type.Optional(
    Type.Object(
      {
        at: time('when that was known'),
        code: Type.String(),
        message: Type.String(),
        next: Type.Optional(Type.String({ description: 'what can be done' })),
        runId: Type.Optional(Type.String({ description: 'the run that was to apply it' })),
      },
      {
        description: 'why the last approval was not carried out, or not to its end; absent: it was, or there was none',
      },
    ),
  ),
};

export const PlanSchema = named(
  'Plan',
  Type.Object(
    {
      runId: Type.String({
        description:
          'the run that made it; with `.0`, `.1` and so on the part of it that went over one catalog target. Both can be asked for and decided',
      }),
      connectorGuid: Type.String(),
      connectorName: Type.String(),
      target: Type.Optional(Type.String({ description: 'the catalog target that was listed' })),
      madeAt: time('when it was made'),
      ...planPart,
      links: Type.Optional(
        Type.Object({
          make: count('relationships to make, beside those to parents'),
          remove: count('relationships to take away'),
        }),
      ),
      callCount: Type.Optional(count('how many of them are operations of the context; absent: none')),
      approval: Type.Optional(
        Type.Object({
          by: Type.String(),
          at: time('when'),
          reason: Type.Optional(Type.String()),
          itemCount: count('items that were approved'),
        }),
      ),
      appliedBy: Type.Optional(Type.String({ description: 'the run that applied it' })),
      parts: Type.Optional(
        Type.Array(
          Type.Object({
            runId: Type.String({ description: 'of this part: it can be asked for and decided alone' }),
            target: Type.String({ description: 'name of the catalog target' }),
            ...planPart,
          }),
          { description: 'of a run over catalog targets: what it would do at each, in their order' },
        ),
      ),
    },
    { description: 'What a run would do, until people decide' },
  ),
);

export const PlanListSchema = named('PlanList', Type.Object({ items: Type.Array(ref(PlanSchema)) }));

export const PlanItemPageSchema = named(
  'PlanItemPage',
  Type.Object({
    items: Type.Array(ref(PlanItemSchema)),
    nextAfter: Type.Optional(Type.Integer({ description: 'pass as `after`; absent on the last page' })),
  }),
);

export const runParameters = Type.Object({ id: name('id of the run') });

export const planItemsQuery = Type.Object(
  {
    action: Type.Optional(oneOf(planActions, 'only items with this action')),
    decision: Type.Optional(oneOf(planDecisions, 'only items of which this became')),
    type: Type.Optional(name('only items of this type')),
    scope: Type.Optional(name('only items of this scope')),
    text: Type.Optional(name('only items with this text in their qualified name')),
    after: Type.Optional(Type.Integer({ minimum: 0, description: '`nextAfter` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'default 100' })),
  },
  { additionalProperties: false },
);

const reason = Type.Optional(Type.String({ maxLength: 1000, description: 'why; kept with the decision' }));
const numbers = (description: string) =>
  Type.Optional(Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 10_000, description }));

export const ApprovePlanSchema = Type.Object(
  {
    reason,
    only: numbers('numbers of the items that are approved; the others are left out'),
    except: numbers('numbers of items that are left out'),
  },
  { additionalProperties: false },
);

export const ReasonSchema = Type.Object({ reason }, { additionalProperties: false });

export const ReleasedSchema = named(
  'Released',
  Type.Object({ itemCount: count('items that the next refresh writes again') }),
);

/** As a field of a connector. */
export const approvalField = oneOf(approvals, 'required: runs stop at a plan until a person approves it');
