import { AuditedCallListSchema, AuditedCallSchema } from './audit.js';
import {
  ConflictPageSchema,
  ConflictSchema,
  KeptConflictPageSchema,
  KeptConflictSchema,
  ResolvedSchema,
} from './conflict.js';
import {
  AcceptedSchema,
  AddedConnectorSchema,
  ConnectorPageSchema,
  ConnectorSchema,
  ConnectorSummarySchema,
  ProbeSchema,
  StartedRunSchema,
} from './connector.js';
import { ElementPageSchema, ElementSchema, ElementWithRelatedSchema } from './element.js';
import { ExplanationSchema } from './explanation.js';
import { GroupListSchema, GroupSchema } from './group.js';
import { PlanItemPageSchema, PlanItemSchema, PlanListSchema, PlanSchema, ReleasedSchema } from './plan.js';
import { ErrorReportSchema, ProblemSchema } from './problem.js';
import { RunListSchema, RunSchema, RunSummarySchema } from './run.js';
import { ProviderListSchema, StatusSchema } from './status.js';

/** Every schema that others refer to by name. */
export const namedSchemas = [
  ErrorReportSchema,
  ProblemSchema,
  RunSummarySchema,
  ConflictSchema,
  ConflictPageSchema,
  KeptConflictSchema,
  KeptConflictPageSchema,
  ResolvedSchema,
  RunSchema,
  RunListSchema,
  GroupSchema,
  GroupListSchema,
  ConnectorSummarySchema,
  ConnectorSchema,
  ConnectorPageSchema,
  AddedConnectorSchema,
  AcceptedSchema,
  ProbeSchema,
  StartedRunSchema,
  ElementSchema,
  ElementPageSchema,
  ElementWithRelatedSchema,
  ExplanationSchema,
  PlanSchema,
  PlanListSchema,
  PlanItemSchema,
  PlanItemPageSchema,
  ReleasedSchema,
  StatusSchema,
  ProviderListSchema,
  AuditedCallSchema,
  AuditedCallListSchema,
] as const;
